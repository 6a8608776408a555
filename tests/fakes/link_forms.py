"""Forms of links that people paste: which post each means, or why it means none."""

# ruff: noqa: E501 - an address is not broken

from __future__ import annotations

from itertools import product
from urllib.parse import quote

VIDEO, CODE, TIKTOK, REDDIT = "dQw4w9WgXcQ", "CxYz_12-abc", "7301234567890123456", "57dw9a"
DID, KEY, STATUS = "did:plc:oy2ebrbjfsmr3oacqe5mbuw5", "3memlv65ejk2y", "114026814291152535"
Meaning = tuple[str, str]
"""Platform and id."""

_YOUTUBE_PATHS = """
watch?v={} watch?v={}&t=42s watch?v={}&list=PL1&index=3 watch?app=desktop&v={} watch?v={}?t=30
watch?v={}&lc=UgzABC watch?v={}&feature=youtu.be watch?v={}&ab_channel=X watch?v={}#t=30
watch/{} watch_popup?v={} ?v={} shorts/{} shorts/{}?feature=share live/{} live/{}?si=1 embed/{}
embed/{}?autoplay=1 v/{} v/{}&hl=en_US&fs=1 v/{}?version=3 e/{} vi/{} source/{}/shorts video/{}
watch?vi={} details?v={} watch?time_continue=1&v={} watch?v={}&pp=abc embed/{}?start=3#x
"""
_REDDIT_PATHS = """
r/IAmA/comments/{}/im_ken_bone/ r/IAmA/comments/{} r/IAmA/comments/{}/ comments/{} comments/{}/
comments/{}.json r/IAmA/comments/{}.json r/IAmA/comments/{}/title.json r/IAmA/comments/{}.compact
r/IAmA/comments/{}/title/d8rzxi2/ r/IAmA/comments/{}/comment/d8rzxi2/?context=3
r/IAmA/comments/{}/title/?utm_source=share&utm_medium=web3x r/IAmA/duplicates/{}/title/
duplicates/{} tb/{} {} gallery/{} user/some-one/comments/{}/title/ u/some-one/comments/{}
"""


def _forms(hosts: str, paths: str, what: str) -> list[str]:
    return [
        f"https://{host}/{path.replace('{}', what)}"
        for host, path in product(hosts.split(), paths.split())
    ]


_WATCH = f"https://www.youtube.com/watch?v={VIDEO}"
_REEL = f"https://www.instagram.com/reel/{CODE}/"
_QUOTED, _TWICE = quote(_WATCH, safe=""), quote(quote(_WATCH, safe=""), safe="")

MEANT: dict[Meaning, list[str]] = {
    ("youtube", VIDEO): [
        *_forms("www.youtube.com m.youtube.com music.youtube.com youtube.com", _YOUTUBE_PATHS, VIDEO),
        *_forms("youtu.be www.youtu.be", "{} {}?t=10 {}&t=10 {}?si=Zz_1 {}/ {}#x", VIDEO),
        *_forms("www.youtube-nocookie.com", "embed/{} embed/{}?rel=0 v/{}", VIDEO),
        *_forms("studio.youtube.com", "video/{} video/{}/edit video/{}/analytics/tab-overview/period-default "
                "video/{}/comments/inbox video/{}/edit/basic", VIDEO),
        f"https://consent.youtube.com/m?continue={_QUOTED}&gl=DE&hl=de",
        f"https://consent.youtube.com/ml?continue={_TWICE}&gl=DE",
        f"https://consent.google.com/ml?continue={_QUOTED}",
        f"https://www.youtube.com/attribution_link?a=x&u=%2Fwatch%3Fv%3D{VIDEO}%26feature%3Dshare",
        f"https://www.youtube.com/redirect?event=video_description&q={_QUOTED}",
        f"https://www.youtube.com/oembed?url={_QUOTED}&format=json",
        f"https://www.youtube.com/signin?next=%2Fwatch%3Fv%3D{VIDEO}",
        f"https://accounts.google.com/ServiceLogin?service=youtube&continue={_QUOTED}",
        f"https://www.google.com/url?sa=t&source=web&q={_QUOTED}&usg=x",
        f"https://www.google.de/url?sa=t&url={_QUOTED}",
        f"https://www.google.co.uk/url?q={_WATCH}",
        f"https://www.google.com/amp/s/www.youtube.com/watch?v={VIDEO}",
        f"https://l.facebook.com/l.php?u={_QUOTED}&h=AT0x",
        f"https://lm.facebook.com/l.php?u={_QUOTED}",
        f"https://www.facebook.com/l.php?u={_QUOTED}",
        f"https://www.facebook.com/sharer/sharer.php?u={_QUOTED}",
        f"https://l.messenger.com/l.php?u={_QUOTED}",
        f"https://l.instagram.com/?u={_QUOTED}&e=AT0",
        f"https://l.threads.net/?u={_QUOTED}",
        f"https://out.reddit.com/t3_57dw9a?url={_QUOTED}&token=A",
        f"https://twitter.com/intent/tweet?url={_QUOTED}",
        f"https://x.com/intent/post?text=hi&url={_QUOTED}",
        f"https://www.linkedin.com/redir/redirect?url={_QUOTED}&urlhash=x",
        f"https://www.linkedin.com/safety/go?url={_QUOTED}",
        f"https://eur01.safelinks.protection.outlook.com/?url={_QUOTED}&data=05%7C01",
        f"https://slack-redir.net/link?url={_QUOTED}",
        f"https://t.umblr.com/redirect?z={_QUOTED}&t=x",
        f"https://vk.com/away.php?to={_QUOTED}",
        f"https://duckduckgo.com/l/?uddg={_QUOTED}",
        f"https://steamcommunity.com/linkfilter/?u={_QUOTED}",
        f"https://translate.google.com/translate?sl=en&u={_QUOTED}",
        f"https://disq.us/url?url={_QUOTED}",
        f"https://web.archive.org/web/20240101000000/https://www.youtube.com/watch?v={VIDEO}",
        f"https://urldefense.com/v3/__https://youtu.be/{VIDEO}__;!!abc!x$",
        f"https://www.google.com/url?q={quote('https://l.facebook.com/l.php?u=' + _QUOTED, safe='')}",
        f"http://youtu.be/{VIDEO}", f"youtu.be/{VIDEO}", f"//youtu.be/{VIDEO}", f"www.youtube.com/watch?v={VIDEO}",
        f"WWW.YOUTUBE.COM/watch?v={VIDEO}", f"https:\\\\youtu.be\\{VIDEO}", f"<https://youtu.be/{VIDEO}>",
        f"“{_WATCH}”.", f"({_WATCH})", f"{_WATCH},", f"\ufeff {_WATCH} ", f"{_WATCH}&amp;feature=share",
        f"https://youtu.be:443/{VIDEO}", f"https://www.youtube.com./watch?v={VIDEO}",
        f"Please look at {_WATCH} by Friday", f"Our video: https://youtu.be/{VIDEO}. Thanks!",
        f"1. youtube: <{_WATCH}> (12k views)", f"Watch this!\nwww.youtube.com/watch?v={VIDEO}\nBest, Ann",
        f"[our video]({_WATCH})",
    ],
    ("instagram", CODE): [
        *_forms("www.instagram.com instagram.com m.instagram.com instagr.am",
                "p/{}/ p/{} p/{}/?igsh=MzRl&img_index=2 reel/{}/ reel/{}/?utm_source=ig_web_copy_link reels/{}/ "
                "tv/{}/ some.one_1/p/{}/ some.one/reel/{}/ p/{}/embed/ p/{}/embed/captioned/ p/{}/c/17888/ "
                "p/{}/?hl=en reel/{}/?l=1 p/{}/liked_by/", CODE),
        f"https://www.instagram.com/accounts/login/?next=/p/{CODE}/",
        f"https://www.instagram.com/accounts/login/?next=%2Freel%2F{CODE}%2F&source=x",
        f"https://www.instagram.com/accounts/login/?next={quote(_REEL, safe='')}",
        f"https://l.instagram.com/?u={quote(_REEL, safe='')}",
        f"https://www.instagram.com/oembed?url={quote(_REEL, safe='')}",
        f"https://www.google.com/url?q={quote(_REEL, safe='')}",
        f"https://l.facebook.com/l.php?u={quote(_REEL, safe='')}",
        f"https://web.archive.org/web/2024/https://www.instagram.com/p/{CODE}/",
        f"Here it is: {_REEL} 🙂", f"instagram.com/p/{CODE}",
    ],
    ("tiktok", TIKTOK): [
        *_forms("www.tiktok.com tiktok.com m.tiktok.com",
                "@some.one_1/video/{} @some.one/video/{}?is_from_webapp=1&lang=en @someone/photo/{} @/video/{} "
                "v/{}.html v/{} embed/{} embed/v2/{} player/v1/{} share/video/{} share/video/{}/?region=DE video/{}",
                TIKTOK),
        *_forms("www.tiktokv.com m.tiktokv.com", "share/video/{} share/video/{}/ i18n/share/video/{}", TIKTOK),
        f"https://t.tiktok.com/i18n/share/video/{TIKTOK}/?_d=x",
        f"https://www.tiktok.com/oembed?url=https://www.tiktok.com/@a/video/{TIKTOK}",
        f"https://www.tiktok.com/login?redirect_url=https%3A%2F%2Fwww.tiktok.com%2F%40a%2Fvideo%2F{TIKTOK}",
        f"https://www.google.com/url?q=https://www.tiktok.com/@a/video/{TIKTOK}&sa=D",
        f"look: https://www.tiktok.com/@a/video/{TIKTOK}?q=1, ok?",
    ],
    ("tiktok", "short:vm/ZMabc12Xy"): ["https://vm.tiktok.com/ZMabc12Xy/", "vm.tiktok.com/ZMabc12Xy",
                                       "Check https://vm.tiktok.com/ZMabc12Xy/ out"],
    ("tiktok", "short:vt/ZSabc12Xy"): ["https://vt.tiktok.com/ZSabc12Xy/?k=1"],
    ("tiktok", "short:t/ZTabc12Xy"): ["https://www.tiktok.com/t/ZTabc12Xy/"],
    ("reddit", REDDIT): [
        *_forms("www.reddit.com old.reddit.com np.reddit.com amp.reddit.com", _REDDIT_PATHS, REDDIT),
        f"https://redd.it/{REDDIT}", f"https://reddit.com/{REDDIT}", f"https://new.reddit.com/comments/{REDDIT.upper()}",
        f"https://www.reddit.com/login/?dest=https%3A%2F%2Fwww.reddit.com%2Fr%2FIAmA%2Fcomments%2F{REDDIT}%2F",
        f"https://www.reddit.com/over18?dest=https%3A%2F%2Fwww.reddit.com%2Fr%2FIAmA%2Fcomments%2F{REDDIT}%2F",
        f"https://www.google.com/amp/s/amp.reddit.com/r/IAmA/comments/{REDDIT}/im_ken_bone/",
        f"https://www-reddit-com.cdn.ampproject.org/c/s/www.reddit.com/r/IAmA/comments/{REDDIT}/x/",
        f"https://www.google.com/url?q=https://www.reddit.com/r/IAmA/comments/{REDDIT}/x/&sa=D",
    ],
    ("reddit", "short:r/iama/s/AbC123xyz"): ["https://www.reddit.com/r/IAmA/s/AbC123xyz", "https://reddit.com/r/iama/s/AbC123xyz?x=1"],
    ("reddit", "short:user/some-one/s/AbC123xyz"): ["https://www.reddit.com/u/Some-One/s/AbC123xyz"],
    ("hackernews", "8863"): [
        "https://news.ycombinator.com/item?id=8863", "news.ycombinator.com/item?id=8863#8865",
        "http://news.ycombinator.com/item?id=008863", "https://news.ycombinator.com/context?id=8863",
        "https://news.ycombinator.com/reply?id=8863&goto=item%3Fid%3D1", "https://news.ycombinator.com/item?id=8863&p=2",
        "https://www.google.com/url?q=https://news.ycombinator.com/item%3Fid%3D8863",
        "see https://news.ycombinator.com/item?id=8863.",
    ],
    ("bluesky", f"{DID}/{KEY}"): [
        f"https://bsky.app/profile/{DID}/post/{KEY}", f"at://{DID}/app.bsky.feed.post/{KEY}",
        f"https://bsky.app/profile/{DID}/post/{KEY}/liked-by", f"https://bsky.app/profile/{DID}/post/{KEY}?ref_src=embed",
        f"https://embed.bsky.app/embed/{DID}/app.bsky.feed.post/{KEY}", f"https://main.bsky.dev/profile/{DID}/post/{KEY}",
        f"https://staging.bsky.app/profile/{DID}/post/{KEY}", f"https://bsky.app/profile/{DID.replace(':', '%3A')}/post/{KEY}",
        f"https://public.api.bsky.app/xrpc/app.bsky.feed.getPostThread?uri=at://{DID}/app.bsky.feed.post/{KEY}",
        f"https://go.bsky.app/redirect?u=https%3A%2F%2Fbsky.app%2Fprofile%2F{DID}%2Fpost%2F{KEY}",
        f"our post at://{DID}/app.bsky.feed.post/{KEY} there",
    ],
    ("bluesky", f"ann.bsky.social/{KEY}"): [
        f"https://bsky.app/profile/ann.bsky.social/post/{KEY}", f"https://bsky.app/profile/@Ann.bsky.social/post/{KEY}",
        f"at://ann.bsky.social/app.bsky.feed.post/{KEY}", f"https://main.bsky.dev/profile/ann.bsky.social/post/{KEY}",
    ],
    ("mastodon", f"fosstodon.org/{STATUS}"): [
        *_forms("fosstodon.org FOSSTODON.org. elk.zone/fosstodon.org",
                "@a/{} @a/{}/embed users/a/statuses/{} @b@mastodon.social/{} web/statuses/{} deck/@a/{} "
                "web/@a/{} ap/users/a/statuses/{} statuses/{} @a/{}?x=1", STATUS),
        f"https://phanpy.social/#/fosstodon.org/s/{STATUS}", f"https://www.phanpy.social/#/fosstodon.org/s/{STATUS}",
        f"https://dev.phanpy.social/#/fosstodon.org/s/{STATUS}",
        f"https://main.elk.zone/fosstodon.org/@a/{STATUS}",
    ],
}  # fmt: skip

REFUSED: dict[str, list[str]] = {
    "empty": ["", " \t\ufeff ", "()"],
    "names no video": [
        "https://www.youtube.com/@channel", "https://www.youtube.com/playlist?list=PL1", "https://www.youtube.com/c/name",
        "https://www.youtube.com/channel/UC1", "https://www.youtube.com/user/name", "https://www.youtube.com/",
        "https://www.youtube.com/embed/videoseries?list=PL1", "https://www.youtube.com/embed/live_stream?channel=UC1",
        "https://www.youtube.com/watch?v=videoseries", "https://www.youtube.com/watch?v=tooshort",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQQ", "https://www.youtube.com/feed/trending",
        "https://www.youtube.com/results?search_query=x", "https://www.youtube.com/hashtag/x", "https://youtu.be/",
        "https://www.youtube.com/x?v=dQw4w9WgXcQ", "https://www.youtube.com/post/UgkxABC", "https://www.youtube.com/clip/Ugkx1",
        "https://studio.youtube.com/channel/UC1/videos", "https://www.youtube.com/embed?listType=playlist&list=PL1",
        "https://www.tiktok.com/@someone", "https://www.tiktok.com/@someone/live", "https://www.tiktok.com/tag/x",
        "https://www.tiktok.com/music/x-123456", "https://www.tiktok.com/discover/x", "https://www.tiktok.com/foryou",
    ],
    "names no post": [
        "https://www.instagram.com/someone/", "https://www.instagram.com/stories/someone/3141592653/",
        "https://www.instagram.com/stories/highlights/1789/", "https://www.instagram.com/reels/audio/123456789/",
        "https://www.instagram.com/explore/tags/x/", "https://www.instagram.com/p/", "https://www.instagram.com/",
        "https://www.instagram.com/someone/reels/", "https://www.instagram.com/direct/t/123/",
        "https://www.instagram.com/accounts/login/", "https://www.reddit.com/r/IAmA/", "https://www.reddit.com/u/someone",
        "https://www.reddit.com/about", "https://www.reddit.com/premium", "https://www.reddit.com/r/IAmA/wiki/index",
        "https://i.redd.it/abcdef123.jpg", "https://v.redd.it/abcdef123", "https://preview.redd.it/a1b2c3.png",
        "https://www.reddit.com/live/x1y2z3/", "https://bsky.app/profile/ann.bsky.social", "https://bsky.app/search?q=x",
        f"https://bsky.app/profile/ann.bsky.social/feed/{KEY}", f"https://bsky.app/profile/{DID}/lists/{KEY}",
        f"https://bsky.app/starter-pack/ann.bsky.social/{KEY}", f"https://embed.bsky.app/embed/{DID}/app.bsky.feed.like/{KEY}",
    ],
    "share link": ["https://www.instagram.com/share/BAabc", "https://www.instagram.com/share/p/BAabc/", "https://www.instagram.com/share/reel/BAabc"],
    "names no item": [
        "https://news.ycombinator.com/user?id=pg", "https://news.ycombinator.com/", "https://news.ycombinator.com/newest",
        "https://news.ycombinator.com/item?id=x", "https://news.ycombinator.com/item", "https://news.ycombinator.com/from?site=a.com",
    ],
    "cannot read": [
        "https://medium.com/@u/12345678", "https://steemit.com/@name/123456", "https://www.steemit.com/@name/123456",
        "https://hive.blog/@name/123456", "https://www.threads.net/@name/123456", "https://www.threads.com/@name/post/DA1",
        "https://www.facebook.com/name/posts/123456", "https://fb.watch/abc/", "https://x.com/name/status/123456",
        "https://twitter.com/name/status/123456", "https://t.co/abc", "https://www.linkedin.com/feed/update/urn:li:activity:7/",
        "https://lnkd.in/abc", "https://www.pinterest.com/pin/123/", "https://www.twitch.tv/videos/123", "https://vimeo.com/123",
        "https://t.me/name/123", "https://name.substack.com/p/x", "https://vk.com/wall-1_2", "https://rumble.com/@name/123",
        "https://play.google.com/store/apps/details?id=a.b", "https://apps.apple.com/de/app/x/id123456",
        "https://www.trustpilot.com/review/a.com", "https://www.amazon.com/dp/B000000000", "https://odysee.com/@name/123",
        "https://www.quora.com/x", "https://www.flickr.com/photos/a/123", "https://weibo.com/123/abc",
    ],
    "no link to a post": [
        "https://example.com/watch?v=dQw4w9WgXcQ", "https://notyoutube.com/watch?v=dQw4w9WgXcQ", "https://www.google.com/search?q=x",
        "https://www.google.com/url?q=https://example.com/", "https://127.0.0.1/@root/1", "https://localhost/@root/1",
        "https://fosstodon.org/@a", "https://fosstodon.org/about", "https://phanpy.social/#/fosstodon.org", "https://elk.zone/home",
        "https://bit.ly/3abc", "https://tinyurl.com/abc", "https://169.254.169.254/users/a/statuses/1",
        "https://l.instagram.com/?u=https%3A%2F%2F127.0.0.1%2F%40a%2F1",
        "https://elk.zone/127.0.0.1/@a/1", "https://phanpy.social/#/a.example/x/1",
    ],
    "too many redirects": ["https://www.google.com/url?q=" * 6 + _WATCH],
    "space or a control character": [
        "just some words", f"{_WATCH} https://youtu.be/aaaaaaaaaaa", "https://youtu.be/dQw4\x00w9WgXcQ",
    ],
    "user name or password": ["https://user@fosstodon.org/@a/1", "https://www.google.com/url?q=https://a:b@fosstodon.org/@a/1"],
    "port 8443": ["https://fosstodon.org:8443/@a/1"],
    "://": ["ftp://youtu.be/dQw4w9WgXcQ", "file:///etc/passwd"],
}  # fmt: skip
