"""Shapes of exports that people have: column names and structure only, the words are ours.

Written after what vendors document and scrapers give. `found` says what each column must be taken
for; docs/sources.md has the same table for readers.
"""

# ruff: noqa: C408, E501, RUF001 - a header stands on a line, in its language
# fmt: off

from __future__ import annotations

from typing import Any, NamedTuple

WORDS = ("so very good", "not what I wanted")
"""The texts of every shape's two comments."""


class Table(NamedTuple):
    """A table as CSV or in a workbook."""

    name: str
    header: str
    """Column names, separated by `|`."""
    found: dict[str, str]
    """Role → its column."""


class Tree(NamedTuple):
    """A value as JSON."""

    name: str
    value: Any
    found: dict[str, str]
    lines: bool = False
    """One element a line (JSON Lines)."""


def _t(name: str, header: str, **found: str) -> Table:
    return Table(name, header, found)


TABLES = (
    _t(
        "Apify Instagram comments",
        "id|text|ownerUsername|timestamp|likesCount|repliesCount|postUrl|ownerProfilePicUrl",
        text="text",
        id="id",
        author="ownerUsername",
        time="timestamp",
        likes="likesCount",
        post="postUrl",
    ),
    _t(
        "Apify TikTok comments",
        "cid|text|createTime|createTimeISO|diggCount|replyCommentTotal|repliesToId|uid|uniqueId|videoWebUrl",
        text="text",
        id="cid",
        parent="repliesToId",
        author="uniqueId",
        time="createTimeISO",
        likes="diggCount",
        post="videoWebUrl",
    ),
    _t(
        "Apify YouTube comments",
        "cid|comment|author|publishedTimeText|voteCount|replyCount|replyToCid|pageUrl|title|videoId",
        text="comment",
        id="cid",
        parent="replyToCid",
        author="author",
        time="publishedTimeText",
        likes="voteCount",
        post="pageUrl",
        title="title",
    ),
    _t(
        "Apify Facebook comments",
        "facebookUrl|commentUrl|id|date|text|profileName|likesCount|commentsCount|threadingDepth|postTitle",
        text="text",
        id="id",
        author="profileName",
        time="date",
        likes="likesCount",
        post="facebookUrl",
        title="postTitle",
    ),
    _t(
        "Apify X replies",
        "id|url|text|author.userName|createdAt|likeCount|inReplyToId|conversationId|lang",
        text="text",
        id="id",
        parent="inReplyToId",
        author="author.userName",
        time="createdAt",
        likes="likeCount",
        post="conversationId",
    ),
    _t(
        "Apify Threads replies",
        "id|text|username|timestamp|like_count|post_url|reply_to_id",
        text="text",
        id="id",
        parent="reply_to_id",
        author="username",
        time="timestamp",
        likes="like_count",
        post="post_url",
    ),
    _t(
        "Apify LinkedIn comments",
        "id|commentary|author.name|createdAt|reactionsCount|postUrl|parentCommentId",
        text="commentary",
        id="id",
        parent="parentCommentId",
        author="author.name",
        time="createdAt",
        likes="reactionsCount",
        post="postUrl",
    ),
    _t(
        "Apify Google Maps reviews",
        "reviewId|name|text|publishAt|publishedAtDate|stars|likesCount|title|placeId|url|responseFromOwnerText",
        text="text",
        id="reviewId",
        author="name",
        time="publishedAtDate",
        stars="stars",
        likes="likesCount",
        post="placeId",
        heading="title",
    ),
    _t(
        "Apify Trustpilot reviews",
        "reviewId|reviewHeadline|reviewBody|ratingValue|datePublished|authorName|companyUrl|replyMessage",
        text="reviewBody",
        id="reviewId",
        author="authorName",
        time="datePublished",
        stars="ratingValue",
        post="companyUrl",
        heading="reviewHeadline",
    ),
    _t(
        "Apify Amazon reviews",
        "reviewId|reviewTitle|reviewDescription|ratingScore|stars|date|userName|productAsin|reviewReaction|isVerified",
        text="reviewDescription",
        id="reviewId",
        author="userName",
        time="date",
        stars="stars",
        post="productAsin",
        heading="reviewTitle",
    ),
    _t(
        "ExportComments",
        "|Name (click to view profile)|Profile ID|Date|Likes|isHearted|Comment|(view source)",
        text="Comment",
        author="Name (click to view profile)",
        time="Date",
        likes="Likes",
    ),
    _t(
        "ExportComments, Instagram",
        "Comment Id|User Name|Name|Date|Likes (comment)|Comment|Reply to",
        text="Comment",
        id="Comment Id",
        parent="Reply to",
        author="User Name",
        time="Date",
        likes="Likes (comment)",
    ),
    _t("Comment picker", "Username|Comment|Date|Likes|Profile URL", text="Comment", author="Username", time="Date", likes="Likes"),
    _t(
        "YouTube Data Tools comments",
        "id|replyCount|likeCount|publishedAt|authorName|text|authorChannelId|authorChannelUrl|isReply|isReplyTo",
        text="text",
        id="id",
        author="authorName",
        time="publishedAt",
        likes="likeCount",
    ),
    _t(
        "YouTube API as a table",
        "snippet.topLevelComment.id|textDisplay|textOriginal|authorDisplayName|likeCount|publishedAt|videoId|parentId",
        text="textOriginal",
        author="authorDisplayName",
        time="publishedAt",
        likes="likeCount",
        post="videoId",
        parent="parentId",
    ),
    _t(
        "youtube-comment-downloader",
        "cid|text|time|author|channel|votes|replies|photo|heart|reply|time_parsed",
        text="text",
        id="cid",
        author="author",
        time="time",
        likes="votes",
    ),
    _t(
        "Facebook Graph export",
        "id|message|from.name|created_time|like_count|comment_count|permalink_url",
        text="message",
        id="id",
        author="from.name",
        time="created_time",
        likes="like_count",
    ),
    _t(
        "Facebook page tool (FacePager)",
        "object_id|message|created_time|from.name|reactions|parent_id|post_id",
        text="message",
        parent="parent_id",
        author="from.name",
        time="created_time",
        likes="reactions",
        post="post_id",
    ),
    _t(
        "Instagram Graph export",
        "id|text|username|timestamp|like_count|media_permalink|parent_id",
        text="text",
        id="id",
        parent="parent_id",
        author="username",
        time="timestamp",
        likes="like_count",
        post="media_permalink",
    ),
    _t(
        "PhantomBuster Instagram",
        "profileUrl|username|fullName|comment|commentDate|likeCount|replyCount|postUrl|query",
        text="comment",
        author="username",
        time="commentDate",
        likes="likeCount",
        post="postUrl",
    ),
    _t(
        "PhantomBuster LinkedIn",
        "profileLink|name|occupation|comment|commentDate|likesCount|commentUrl|postUrl",
        text="comment",
        author="name",
        time="commentDate",
        likes="likesCount",
        post="postUrl",
    ),
    _t(
        "TikTok scraper of Bright Data",
        "url|post_url|post_id|date_created|comment_text|num_likes|num_replies|commenter_user_name|commenter_id|comment_id",
        text="comment_text",
        id="comment_id",
        time="date_created",
        likes="num_likes",
        post="post_url",
    ),
    _t(
        "Bright Data Facebook comments",
        "url|post_url|comment_id|user_name|user_id|date_created|comment_text|num_likes|num_replies|parent_comment_id",
        text="comment_text",
        id="comment_id",
        parent="parent_comment_id",
        author="user_name",
        time="date_created",
        likes="num_likes",
        post="post_url",
    ),
    _t(
        "Reddit by PRAW",
        "id|body|author|score|created_utc|parent_id|link_id|subreddit|permalink",
        text="body",
        id="id",
        parent="parent_id",
        author="author",
        time="created_utc",
        likes="score",
        post="link_id",
    ),
    _t(
        "Reddit by Apify",
        "id|parsedId|url|username|body|createdAt|upVotes|numberOfreplies|parentId|postId|title",
        text="body",
        id="id",
        parent="parentId",
        author="username",
        time="createdAt",
        likes="upVotes",
        post="postId",
        title="title",
    ),
    _t(
        "Reddit from Pushshift",
        "author|body|created_utc|id|link_id|parent_id|score|subreddit_id|controversiality",
        text="body",
        id="id",
        parent="parent_id",
        author="author",
        time="created_utc",
        likes="score",
        post="link_id",
    ),
    _t(
        "Hacker News from BigQuery",
        "id|by|time|text|parent|type|score|title|url",
        text="text",
        id="id",
        parent="parent",
        author="by",
        time="time",
        likes="score",
        post="url",
        title="title",
    ),
    _t(
        "Bluesky export",
        "uri|cid|text|author.handle|createdAt|likeCount|replyCount|post_url",
        text="text",
        id="cid",
        author="author.handle",
        time="createdAt",
        likes="likeCount",
        post="post_url",
    ),
    _t(
        "Mastodon export",
        "id|content|account.acct|created_at|favourites_count|in_reply_to_id|language|url",
        text="content",
        id="id",
        parent="in_reply_to_id",
        author="account.acct",
        time="created_at",
        likes="favourites_count",
        post="url",
    ),
    _t(
        "X archive by a scraper",
        "tweet_id|full_text|screen_name|created_at|favorite_count|in_reply_to_status_id|conversation_id|lang",
        text="full_text",
        id="tweet_id",
        parent="in_reply_to_status_id",
        author="screen_name",
        time="created_at",
        likes="favorite_count",
        post="conversation_id",
    ),
    _t(
        "X by twscrape",
        "id_str|rawContent|user.username|date|likeCount|conversationId|content",
        text="content",
        id="id_str",
        author="user.username",
        time="date",
        likes="likeCount",
        post="conversationId",
    ),
    _t("LinkedIn page analytics", "Comment|Author|Author headline|Date|Likes|Post link", text="Comment", author="Author", time="Date", likes="Likes", post="Post link"),
    _t(
        "google-play-scraper",
        "reviewId|userName|userImage|content|score|thumbsUpCount|reviewCreatedVersion|at|replyContent|repliedAt|appVersion",
        text="content",
        id="reviewId",
        author="userName",
        time="at",
        stars="score",
        likes="thumbsUpCount",
    ),
    _t(
        "Google Play Console",
        "Package Name|App Version Name|Reviewer Language|Device|Review Submit Date and Time|Star Rating|Review Title|Review Text|Developer Reply Text|Review Link",
        text="Review Text",
        stars="Star Rating",
        heading="Review Title",
    ),
    _t(
        "App Store Connect by a tool",
        "id|title|review|rating|date|userName|version|developerResponse|country",
        text="review",
        id="id",
        author="userName",
        time="date",
        stars="rating",
        heading="title",
    ),
    _t(
        "app-store-scraper",
        "userName|review|rating|title|date|isEdited|developerResponse",
        text="review",
        author="userName",
        time="date",
        stars="rating",
        heading="title",
    ),
    _t(
        "AppFollow",
        "Date|App name|Store|Rating|Title|Review|Author|Reply date|Reply",
        text="Review",
        author="Author",
        time="Date",
        stars="Rating",
        post="App name",
        heading="Title",
    ),
    _t(
        "Amazon reviews data set",
        "rating|title|text|images|asin|parent_asin|user_id|timestamp|helpful_vote|verified_purchase",
        text="text",
        time="timestamp",
        stars="rating",
        post="asin",
        heading="title",
    ),
    _t(
        "Trustpilot business export",
        "Review Id|Review Created (UTC)|Review Title|Review Content|Review Stars|Review Username|Company Reply|Domain Name",
        text="Review Content",
        id="Review Id",
        author="Review Username",
        stars="Review Stars",
        heading="Review Title",
    ),
    _t(
        "Google Business Profile tool",
        "Reviewer|Star Rating|Comment|Review Reply|Create Time|Location|Review Id",
        text="Comment",
        id="Review Id",
        author="Reviewer",
        time="Create Time",
        stars="Star Rating",
    ),
    _t(
        "Outscraper Google reviews",
        "name|google_id|place_id|review_id|author_title|review_text|review_rating|review_datetime_utc|review_likes|owner_answer",
        text="review_text",
        id="review_id",
        author="author_title",
        time="review_datetime_utc",
        stars="review_rating",
        likes="review_likes",
        post="place_id",
    ),
    _t(
        "Tripadvisor by a scraper",
        "id|title|text|rating|publishedDate|user.username|helpfulVotes|url|placeName",
        text="text",
        id="id",
        author="user.username",
        time="publishedDate",
        stars="rating",
        likes="helpfulVotes",
        post="placeName",
        heading="title",
    ),
    _t("Yelp data set", "review_id|user_id|business_id|stars|useful|funny|cool|text|date", text="text", id="review_id", time="date", stars="stars"),
    _t("Sprout Social inbox", "Timestamp (ET)|Network|Message Type|From|Message|Permalink|Post Link", text="Message", author="From", post="Post Link"),
    _t("Hootsuite inbox", "Date|Author|Message|Network|Type|Post URL", text="Message", author="Author", time="Date", post="Post URL"),
    _t(
        "Brandwatch mentions",
        "Date|Url|Title|Full Text|Author|Likes|Thread URL",
        text="Full Text",
        author="Author",
        time="Date",
        likes="Likes",
        post="Thread URL",
        title="Title",
    ),
    _t(
        "Disqus by a tool",
        "id|message|author.name|createdAt|likes|parent|thread url",
        text="message",
        id="id",
        author="author.name",
        time="createdAt",
        likes="likes",
        parent="parent",
        post="thread url",
    ),
    _t(
        "WordPress comments",
        "comment_ID|comment_post_ID|comment_author|comment_date|comment_content|comment_parent",
        text="comment_content",
        id="comment_ID",
        parent="comment_parent",
        author="comment_author",
        time="comment_date",
    ),
    _t("German", "Benutzername|Kommentar|Datum|Gefällt mir|Beitrag", text="Kommentar", author="Benutzername", time="Datum", likes="Gefällt mir"),
    _t("German reviews", "Verfasser|Bewertung|Rezension|Titel|Datum", text="Rezension", author="Verfasser", time="Datum", stars="Bewertung", title="Titel"),
    _t("French", "Utilisateur|Commentaire|Date|J'aime", text="Commentaire", author="Utilisateur", time="Date", likes="J'aime"),
    _t("Spanish", "Usuario|Comentario|Fecha|Me gusta", text="Comentario", author="Usuario", time="Fecha", likes="Me gusta"),
    _t("Italian", "Utente|Commento|Data|Mi piace", text="Commento", author="Utente", time="Data", likes="Mi piace"),
    _t("Portuguese", "Usuário|Comentário|Data|Curtidas", text="Comentário", author="Usuário", time="Data", likes="Curtidas"),
    _t("Dutch", "Gebruikersnaam|Reactie|Datum|Vind-ik-leuks", text="Reactie", author="Gebruikersnaam", time="Datum", likes="Vind-ik-leuks"),
    _t("Polish", "Użytkownik|Komentarz|Data dodania|Polubienia", text="Komentarz", author="Użytkownik", time="Data dodania", likes="Polubienia"),
    _t("Turkish", "Kullanıcı adı|Yorum|Tarih|Beğeni", text="Yorum", author="Kullanıcı adı", time="Tarih", likes="Beğeni"),
    _t("Indonesian", "Nama Pengguna|Komentar|Tanggal|Suka", text="Komentar", author="Nama Pengguna", time="Tanggal", likes="Suka"),
    _t("Russian", "Пользователь|Комментарий|Дата|Лайки", text="Комментарий", author="Пользователь", time="Дата", likes="Лайки"),
    _t("Japanese", "ユーザー名|コメント|投稿日時|いいね", text="コメント", author="ユーザー名", time="投稿日時", likes="いいね"),
    _t("Chinese", "用户名|评论内容|发布时间|点赞数|评分", text="评论内容", author="用户名", time="发布时间", likes="点赞数", stars="评分"),
    _t("Korean", "작성자|댓글|작성일|좋아요", text="댓글", author="작성자", time="작성일", likes="좋아요"),
    _t("post_comments column", "profile|post_comments|original_text|date", text="original_text", time="date"),
)

_A, _B = WORDS


def _youtube(key: str, text: str, **more: Any) -> dict[str, Any]:
    snippet = {"textDisplay": text, "textOriginal": text, "authorDisplayName": "Ann", "likeCount": 7, "publishedAt": "2024-05-01T10:00:00Z"}
    return {"kind": "youtube#comment", "id": key, "snippet": snippet | more}


def _reddit(key: str, text: str, replies: Any = "") -> dict[str, Any]:
    data = {
        "id": key,
        "name": f"t1_{key}",
        "body": text,
        "author": "Ann",
        "score": 7,
        "created_utc": 1714557600.0,
        "parent_id": "t3_57dw9a",
        "link_id": "t3_57dw9a",
        "replies": replies,
    }
    return {"kind": "t1", "data": data}


def _listing(*children: Any) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"after": None, "children": [*children]}}


_ITEM = {"id": "1", "text": _A, "ownerUsername": "Ann", "timestamp": "2024-05-01T10:00:00.000Z", "likesCount": 7}
_FACEBOOK = {
    "facebookUrl": "https://www.facebook.com/x/posts/1",
    "commentUrl": "https://www.facebook.com/x/posts/1?comment_id=2",
    "id": "1",
    "date": "2024-05-01T10:00:00.000Z",
    "text": _A,
    "profileName": "Ann",
    "likesCount": 7,
    "comments": [],
    "threadingDepth": 0,
}
_IG = dict(text="text", id="id", author="ownerUsername", time="timestamp", likes="likesCount")

TREES = (
    Tree("Apify Instagram, nested replies", [_ITEM | {"replies": [_ITEM | {"id": "2", "text": _B}]}], _IG),
    Tree("Apify Instagram, an object at the root", {"items": [_ITEM, _ITEM | {"id": "2", "text": _B}], "total": 2}, _IG),
    Tree("Apify Instagram, JSON Lines", [_ITEM, _ITEM | {"id": "2", "text": _B}], _IG, lines=True),
    Tree(
        "Apify Instagram posts with latestComments",
        [{"id": "9", "caption": "Our spring", "url": "https://www.instagram.com/p/CxYz_12-abc/", "latestComments": [_ITEM, _ITEM | {"id": "2", "text": _B}]}],
        _IG,
    ),
    Tree(
        "Apify Facebook, no replies",
        [_FACEBOOK, _FACEBOOK | {"id": "2", "text": _B}],
        dict(text="text", id="id", author="profileName", time="date", likes="likesCount", post="facebookUrl"),
    ),
    Tree(
        "Apify Facebook, nested replies",
        [_FACEBOOK | {"comments": [_FACEBOOK | {"id": "2", "text": _B, "threadingDepth": 1}]}],
        dict(text="text", id="id", author="profileName", time="date", likes="likesCount", post="facebookUrl"),
    ),
    Tree(
        "YouTube API, a page of threads",
        {
            "kind": "youtube#commentThreadListResponse",
            "nextPageToken": "x",
            "pageInfo": {"totalResults": 1},
            "items": [
                {
                    "kind": "youtube#commentThread",
                    "id": "1",
                    "snippet": {"videoId": "dQw4w9WgXcQ", "topLevelComment": _youtube("1", _A), "totalReplyCount": 1},
                    "replies": {"comments": [_youtube("2", _B, parentId="1")]},
                }
            ],
        },
        dict(text="textOriginal", id="id", author="authorDisplayName", time="publishedAt", likes="likeCount", post="videoId", parent="parentId"),
    ),
    Tree(
        "YouTube API, pages one a line",
        [
            {"items": [{"id": "1", "snippet": {"videoId": "dQw4w9WgXcQ", "topLevelComment": _youtube("1", _A)}}]},
            {"items": [{"id": "2", "snippet": {"videoId": "dQw4w9WgXcQ", "topLevelComment": _youtube("2", _B)}}]},
        ],
        dict(text="textOriginal", id="id", author="authorDisplayName", time="publishedAt", likes="likeCount", post="videoId"),
        lines=True,
    ),
    Tree(
        "RapidAPI YouTube",
        {
            "totalCommentsCount": 2,
            "comments": [
                {
                    "author": {"title": "Ann", "channelId": "UC1", "badges": []},
                    "commentId": key,
                    "content": text,
                    "stats": {"votes": 7, "replies": 0},
                    "publishedTimeText": "2 years ago",
                }
                for key, text in (("1", _A), ("2", _B))
            ],
        },
        dict(text="content", id="commentId", author="author.title", time="publishedTimeText", likes="votes"),
    ),
    Tree(
        "Reddit .json",
        [
            _listing({"kind": "t3", "data": {"id": "57dw9a", "title": "A post", "selftext": "its own"}}),
            _listing(_reddit("1", _A, _listing(_reddit("2", _B))), {"kind": "more", "data": {"count": 5, "children": ["x"]}}),
        ],
        dict(text="body", id="id", author="author", time="created_utc", likes="score", post="link_id", parent="parent_id"),
    ),
    Tree(
        "Hacker News /items",
        {
            "id": 9,
            "created_at": "2024-05-01T10:00:00Z",
            "type": "story",
            "title": "A story",
            "text": None,
            "points": 5,
            "children": [
                {
                    "id": 1,
                    "author": "Ann",
                    "created_at": "2024-05-01T10:00:00Z",
                    "type": "comment",
                    "title": None,
                    "text": _A,
                    "parent_id": 9,
                    "children": [
                        {"id": 2, "author": "Ann", "created_at": "2024-05-01T10:00:00Z", "type": "comment", "title": None, "text": _B, "parent_id": 1, "children": []}
                    ],
                }
            ],
        },
        dict(text="text", id="id", author="author", time="created_at", parent="parent_id", title="title"),
    ),
    Tree(
        "Mastodon context",
        {
            "ancestors": [],
            "descendants": [
                {
                    "id": key,
                    "content": f"<p>{text}</p>",
                    "account": {"id": "5", "acct": "Ann"},
                    "created_at": "2024-05-01T10:00:00.000Z",
                    "favourites_count": 7,
                    "in_reply_to_id": None,
                }
                for key, text in (("1", _A), ("2", _B))
            ],
        },
        dict(text="content", id="id", author="account.acct", time="created_at", likes="favourites_count", parent="in_reply_to_id"),
    ),
    Tree(
        "Bluesky getPostThread",
        {
            "thread": {
                "post": {"uri": "at://x/0", "record": {"text": "the post"}},
                "replies": [
                    {"post": {"uri": key, "author": {"did": "did:x", "handle": "Ann"}, "record": {"text": text, "createdAt": "2024-05-01T10:00:00Z"}, "likeCount": 7}}
                    for key, text in (("1", _A), ("2", _B))
                ],
            }
        },
        dict(text="text", id="uri", author="author.handle", time="createdAt", likes="likeCount"),
    ),
    Tree(
        "Facebook Graph",
        {
            "id": "9",
            "comments": {
                "data": [
                    {"id": key, "message": text, "from": {"name": "Ann", "id": "5"}, "created_time": "2024-05-01T10:00:00+0000", "like_count": 7}
                    for key, text in (("1", _A), ("2", _B))
                ],
                "paging": {"cursors": {}},
            },
        },
        dict(text="message", id="id", author="from.name", time="created_time", likes="like_count"),
    ),
    Tree(
        "Instagram Graph",
        {
            "data": [
                {
                    "id": "1",
                    "text": _A,
                    "username": "Ann",
                    "timestamp": "2024-05-01T10:00:00+0000",
                    "like_count": 7,
                    "replies": {"data": [{"id": "2", "text": _B, "username": "Ann", "timestamp": "2024-05-01T10:00:00+0000", "like_count": 7}]},
                }
            ]
        },
        dict(text="text", id="id", author="username", time="timestamp", likes="like_count"),
    ),
    Tree(
        "TikTok's own API",
        {
            "comments": [
                {"cid": key, "text": text, "user": {"unique_id": "Ann", "uid": "5"}, "digg_count": 7, "create_time": 1714557600, "aweme_id": "9"}
                for key, text in (("1", _A), ("2", _B))
            ],
            "has_more": 0,
        },
        dict(text="text", id="cid", author="user.unique_id", time="create_time", likes="digg_count", post="aweme_id"),
    ),
    Tree(
        "Instagram's web API",
        {
            "data": {
                "shortcode_media": None,
                "edge_media_to_comment": {
                    "edges": [{"node": {"id": key, "text": text, "owner": {"username": "Ann"}, "created_at": 1714557600}} for key, text in (("1", _A), ("2", _B))]
                },
            }
        },
        dict(text="text", id="id", author="owner.username", time="created_at"),
    ),
    Tree(
        "X with users",
        [
            {
                "id": key,
                "full_text": text,
                "user": {"screen_name": "Ann"},
                "created_at": "Wed May 01 10:00:00 +0000 2024",
                "favorite_count": 7,
                "in_reply_to_status_id_str": None,
            }
            for key, text in (("1", _A), ("2", _B))
        ],
        dict(text="full_text", id="id", author="user.screen_name", time="created_at", likes="favorite_count", parent="in_reply_to_status_id_str"),
    ),
    Tree(
        "App Store RSS",
        {
            "feed": {
                "author": {},
                "entry": [
                    {
                        "id": {"label": key},
                        "title": {"label": "Well"},
                        "content": {"label": text, "attributes": {"type": "text"}},
                        "im:rating": {"label": "4"},
                        "author": {"name": {"label": "Ann"}},
                        "updated": {"label": "2024-05-01T10:00:00-00:00"},
                        "im:voteCount": {"label": "7"},
                    }
                    for key, text in (("1", _A), ("2", _B))
                ],
            }
        },
        dict(text="content", id="id", author="author.name", time="updated", likes="im:voteCount", stars="im:rating", heading="title"),
    ),
    Tree(
        "Google Business Profile API",
        {
            "reviews": [
                {"reviewId": key, "reviewer": {"displayName": "Ann"}, "starRating": "FOUR", "comment": text, "createTime": "2024-05-01T10:00:00Z"}
                for key, text in (("1", _A), ("2", _B))
            ],
            "averageRating": 4,
        },
        dict(text="comment", id="reviewId", author="reviewer.displayName", time="createTime", stars="starRating"),
    ),
    Tree(
        "Trustpilot API",
        {
            "reviews": [
                {
                    "id": key,
                    "stars": 4,
                    "title": "Well",
                    "text": text,
                    "consumer": {"displayName": "Ann"},
                    "createdAt": "2024-05-01T10:00:00Z",
                    "companyReply": {"text": "Thanks"},
                }
                for key, text in (("1", _A), ("2", _B))
            ]
        },
        dict(text="text", id="id", author="consumer.displayName", time="createdAt", stars="stars", heading="title"),
    ),
    Tree(
        "google-play-scraper, JSON",
        [
            {
                "reviewId": key,
                "userName": "Ann",
                "content": text,
                "score": 4,
                "thumbsUpCount": 7,
                "at": "2024-05-01 10:00:00",
                "replyContent": "Thanks for your review",
                "repliedAt": None,
            }
            for key, text in (("1", _A), ("2", _B))
        ],
        dict(text="content", id="reviewId", author="userName", time="at", stars="score", likes="thumbsUpCount"),
    ),
    Tree(
        "Reddit dump, JSON Lines",
        [
            {"id": key, "name": f"t1_{key}", "body": text, "author": "Ann", "score": 7, "created_utc": 1714557600, "parent_id": "t3_57dw9a", "link_id": "t3_57dw9a"}
            for key, text in (("1", _A), ("2", _B))
        ],
        dict(text="body", id="id", author="author", time="created_utc", likes="score", parent="parent_id", post="link_id"),
        lines=True,
    ),
)
"""Of each the two comments are by Ann, of 1 May 2024 10:00, with 7 likes and 4 stars, as far as the
shape has these; the second may answer the first."""


def documented() -> list[str]:
    """The rows of the table in docs/sources.md."""
    kinds: list[tuple[Table | Tree, str]] = [*((each, "table") for each in TABLES), *((each, "JSON Lines" if each.lines else "JSON") for each in TREES)]
    return [f"| {each.name} | {kind} | {', '.join(f'{role}: `{name}`' for role, name in each.found.items())} |" for each, kind in kinds]
