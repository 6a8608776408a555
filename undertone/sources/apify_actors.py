"""The two Apify actors that read other people's posts: their input, and how their items are read.

https://apify.com/apify/instagram-comment-scraper and
https://apify.com/clockworks/tiktok-comments-scraper.
"""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from undertone.errors import Permanent
from undertone.limits import known_count
from undertone.posts import parse_post_url
from undertone.records import Comment, PostRef, Want
from undertone.sources.validation import validate_each
from undertone.text import tidy
from undertone.times import utc_from_iso, utc_from_seconds

REPLIES = 50
"""Replies of one comment that the TikTok actor is asked for."""


class Actor(Protocol):
    """An actor's name and input, and how the items of its data set are read."""

    platform: str
    actor: str
    """`user~name`."""

    def run_input(self, post: PostRef, want: Want) -> dict[str, object]:
        """The actor's input for `post`."""

    def comments_in(self, item: object, post: PostRef, want: Want) -> list[Comment] | None:
        """The comments in `item`, empty ones too; None if it is no comment of `post`."""


class _InstagramItem(msgspec.Struct):
    id: str
    text: str | None = None
    ownerUsername: str = ""  # noqa: N815 - the actors' names, here and below
    timestamp: str = ""
    likesCount: int | None = None  # noqa: N815
    postUrl: str = ""  # noqa: N815
    replies: list[Any] | None = None


class InstagramActor:
    """`apify~instagram-comment-scraper`."""

    platform = "instagram"
    actor = "apify~instagram-comment-scraper"

    def run_input(self, post: PostRef, want: Want) -> dict[str, object]:
        """See `Actor`."""
        return {
            "directUrls": [post.url],
            "resultsLimit": want.limit,
            "includeNestedComments": want.replies,
            "isNewestComments": want.order == "newest",
        }

    def comments_in(self, item: object, post: PostRef, want: Want) -> list[Comment] | None:
        """See `Actor`."""
        tops, _ = validate_each([item], _InstagramItem)
        if not tops or not _is_of(tops[0].postUrl, post):
            return None
        waiting, comments = [(tops[0], "")], []
        while waiting:
            each, parent = waiting.pop()
            comments.append(_instagram_comment(each, parent))
            below, _ = validate_each((each.replies or []) if want.replies else [], _InstagramItem)
            waiting.extend((reply, each.id) for reply in reversed(below))
        return comments


def _instagram_comment(item: _InstagramItem, parent: str) -> Comment:
    return Comment(
        id=item.id,
        text=tidy(item.text or ""),
        parent=parent,
        author=item.ownerUsername,
        created_at=utc_from_iso(item.timestamp),
        likes=known_count(item.likesCount),
    )


class _TikTokItem(msgspec.Struct):
    cid: str
    text: str | None = None
    createTime: float | None = None  # noqa: N815
    diggCount: int | None = None  # noqa: N815
    repliesToId: str | None = None  # noqa: N815
    uniqueId: str = ""  # noqa: N815
    videoWebUrl: str = ""  # noqa: N815


class TikTokActor:
    """`clockworks~tiktok-comments-scraper`."""

    platform = "tiktok"
    actor = "clockworks~tiktok-comments-scraper"

    def run_input(self, post: PostRef, want: Want) -> dict[str, object]:
        """See `Actor`."""
        return {
            "postURLs": [post.url],
            "commentsPerPost": want.limit,
            "maxRepliesPerComment": REPLIES if want.replies else 0,
        }

    def comments_in(self, item: object, post: PostRef, want: Want) -> list[Comment] | None:
        """See `Actor`."""
        items, _ = validate_each([item], _TikTokItem)
        if not items or not _is_of(items[0].videoWebUrl, post):
            return None
        each = items[0]
        if each.repliesToId and not want.replies:
            return []
        comment = Comment(
            id=each.cid,
            text=tidy(each.text or ""),
            parent=each.repliesToId or "",
            author=each.uniqueId,
            created_at=utc_from_seconds(each.createTime),
            likes=known_count(each.diggCount),
        )
        return [comment]


def _is_of(url: str, post: PostRef) -> bool:
    """Whether an item belongs to `post`: judged by the id in its link alone."""
    try:
        named = parse_post_url(url) if url else post
    except Permanent:
        return True  # a link we cannot read says nothing against it; only this post was asked for
    return (named.platform, named.id) == (post.platform, post.id)
