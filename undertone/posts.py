"""A URL as people paste it → the one canonical reference of a post. Pure: nothing is fetched.

Two references are the same post exactly if `(platform, id)` are equal; every form of a post's URL
that says its id gives the same one. Two kinds of link do not say it and are resolved by the
post's source on its first page, which then names the canonical reference in `Page.post`: short
links (id `short:…`) and Bluesky posts under a handle (id `handle/rkey` instead of `did/rkey`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from undertone.addresses import LONGEST, UNKNOWN, Link, clean, refusal, take_apart
from undertone.link_wrappers import carried
from undertone.records import PostRef

__all__ = ["LONGEST", "SHORT", "is_short", "parse_post_url"]

SHORT = "short:"
"""How the id of a link begins that says which post it is only after a redirect."""
_MOST_WRAPPED = 4
"""Redirects within redirects that are looked into."""


def parse_post_url(text: str) -> PostRef:
    """The post that `text` is a link to. Raises Permanent (`unsupported`) with what to do."""
    url = clean(text)
    for _ in range(_MOST_WRAPPED):
        if url.lower().startswith("at://"):
            return _bluesky_uri(url)
        link = take_apart(url)
        target = carried(link)
        if not target:
            return _post_at(link)
        url = clean(target)
    raise refusal("the link leads through too many redirects: give the post's own address")


def _post_at(link: Link) -> PostRef:
    for hosts, read in _PLATFORMS:
        if link.is_at(*hosts):
            return read(link)
    for host, name in _NOT_READ.items():
        if link.is_at(host):
            raise refusal(
                f"Undertone cannot read {name} by a link: comments from there can be sent as a file"
            )
    return _mastodon(link)


def is_short(post: PostRef) -> bool:
    """Whether `post` is known only by a link that redirects to it."""
    return post.id.startswith(SHORT)


def _first(link: Link, pattern: str) -> str:
    """What `pattern` captures when it matches the whole path; empty if it does not."""
    match = re.fullmatch(pattern, "/".join(link.path), re.ASCII)
    return next((group for group in match.groups() if group), "") if match else ""


# -- one platform a function --------------------------------------------------------------------


_NO_VIDEOS = {"videoseries", "live_stream"}
"""They have a video's 11 characters, and stand for a list and for what a channel shows now."""


def _youtube(link: Link) -> PostRef:
    after = r"(?:[?&/#].*)?"  # people append `?t=30` and `&t=10` where they do not belong
    asked = link.first("v") or link.first("vi")
    video = ""
    if not link.path or link.path[0] in {"watch", "watch_popup", "details", "ytscreeningroom"}:
        match = re.fullmatch(r"([\w-]{11})" + after, asked, re.ASCII)
        video = match[1] if match else ""
    if link.host.endswith("youtu.be"):
        video = _first(link, r"([\w-]{11})" + after)
    video = video or _first(
        link,
        r"(?:watch|shorts|live|embed|v|vi|e|video|source)/([\w-]{11})" + after,
    )
    if not video or video in _NO_VIDEOS:
        raise refusal(
            "this YouTube link names no video (a channel or a playlist has no comments of its "
            "own): give https://www.youtube.com/watch?v=… with an id of 11 characters"
        )
    return PostRef(platform="youtube", id=video, url=f"https://www.youtube.com/watch?v={video}")


def _instagram(link: Link) -> PostRef:
    if link.path[:1] == ("share",):
        raise refusal(
            "this Instagram share link hides which post it is: open it and copy the address that "
            "the browser then shows (https://www.instagram.com/p/…)"
        )
    code = _first(link, r"(?:[\w.]+/)?(?:p|reels?|tv)/([\w-]{5,64})(?:/.*)?")
    if not code or code == "audio":
        raise refusal(
            "this Instagram link names no post (profiles, stories and audio pages have no comments "
            "that can be read): give https://www.instagram.com/p/…"
        )
    return PostRef(platform="instagram", id=code, url=f"https://www.instagram.com/p/{code}/")


def _tiktok(link: Link) -> PostRef:
    short_host = link.host in {"vm.tiktok.com", "vt.tiktok.com"}
    if code := _first(link, r"(\w{5,32})" if short_host else r"t/(\w{5,32})"):
        form = link.host.partition(".")[0] if short_host else "t"
        where = f"{link.host}/{code}/" if short_host else f"www.tiktok.com/t/{code}/"
        return PostRef(platform="tiktok", id=f"{SHORT}{form}/{code}", url=f"https://{where}")
    video = _first(
        link,
        r"@[\w.]*/(?:video|photo)/([0-9]{5,25})(?:/.*)?"
        r"|(?:i18n/|h5/)?(?:share/)?(?:v|video|photo|item)/([0-9]{5,25})(?:\.html)?"
        r"|(?:embed|embed/v2|embed/v3|player/v1)/([0-9]{5,25})",
    )
    if not video:
        raise refusal(
            "this TikTok link names no video (a profile, a sound or a tag has no comments): give "
            "https://www.tiktok.com/@name/video/…"
        )
    # The user name is not part of the identity; TikTok redirects from any to the right one.
    return PostRef(platform="tiktok", id=video, url=f"https://www.tiktok.com/@_/video/{video}")


def _reddit(link: Link) -> PostRef:
    if match := re.fullmatch(
        r"(r|u|user)/([\w-]{1,50})/s/(\w{5,32})", "/".join(link.path), re.ASCII
    ):
        kind, name, code = "r" if match[1] == "r" else "user", match[2].lower(), match[3]
        address = f"{kind}/{name}/s/{code}"
        return PostRef(
            platform="reddit", id=SHORT + address, url=f"https://www.reddit.com/{address}"
        )
    if link.host == "redd.it":
        post = _first(link, r"(\w{2,13})")
    else:
        post = _first(
            link,
            r"(?:(?:r|u|user)/[\w-]{1,50}/)?(?:comments|gallery|duplicates|tb)/(\w{2,13})"
            r"(?:\.\w{2,8}|/.*)?"
            r"|(?=[a-z]*[0-9])([0-9a-z]{5,8})",  # without a digit it may be a page of Reddit's
        )
    if not re.fullmatch(r"[0-9a-z]{2,13}", post.lower()):
        raise refusal(
            "this Reddit link names no post (a subreddit, a user or a picture has no comments): "
            "give https://www.reddit.com/r/…/comments/…"
        )
    post = post.lower()
    return PostRef(platform="reddit", id=post, url=f"https://www.reddit.com/comments/{post}/")


def _hackernews(link: Link) -> PostRef:
    number = link.first("id") if link.path in {("item",), ("context",), ("reply",)} else ""
    number = number.lstrip("0") if number.isascii() else ""
    if not re.fullmatch(r"[0-9]{1,12}", number):
        raise refusal(
            "this Hacker News link names no item: give https://news.ycombinator.com/item?id=… "
            "(the number behind a story's or a comment's age)"
        )
    address = f"https://news.ycombinator.com/item?id={number}"
    return PostRef(platform="hackernews", id=number, url=address)


def _bluesky(link: Link) -> PostRef:
    if len(link.path) >= 4 and (link.path[0], link.path[2]) == ("profile", "post"):
        return _bluesky_post(link.path[1], link.path[3])
    if len(link.path) == 4 and (link.path[0], link.path[2]) == ("embed", "app.bsky.feed.post"):
        return _bluesky_post(link.path[1], link.path[3])
    if (uri := link.first("uri")).startswith("at://"):
        return _bluesky_uri(uri)
    raise refusal(
        "this Bluesky link names no post (a profile or a feed has no comments): give "
        "https://bsky.app/profile/…/post/…"
    )


def _bluesky_uri(url: str) -> PostRef:
    authority, _, rest = url[len("at://") :].partition("/")
    collection, _, key = rest.partition("/")
    if collection != "app.bsky.feed.post":
        raise refusal(
            "this at:// address is no Bluesky post: give at://did:plc:…/app.bsky.feed.post/…"
        )
    return _bluesky_post(unquote(authority), key)


def _bluesky_post(who: str, key: str) -> PostRef:
    """`who` is a DID (https://www.w3.org/TR/did-core/) or a handle, which is a host name."""
    who = who.removeprefix("@")
    if who[:4].lower() != "did:":
        who = who.lower()
    did = r"did:(plc:[a-z2-7]{24}|web:[a-zA-Z0-9.-]{3,200})"
    handle = r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*"
    if not re.fullmatch(f"{did}|{handle}", who) or not re.fullmatch(r"[a-zA-Z0-9_~-]{1,64}", key):
        raise refusal(
            "this Bluesky link names no post: give https://bsky.app/profile/NAME/post/KEY with "
            "the author's handle or did"
        )
    address = f"https://bsky.app/profile/{who}/post/{key}"
    return PostRef(platform="bluesky", id=f"{who}/{key}", url=address)


def _mastodon(link: Link) -> PostRef:
    """Any host may be an instance: the path decides."""
    link = _shown_by_client(link)
    status = _first(
        link,
        r"(?:web/|deck/)?@[\w.-]+(?:@[\w.-]+)?/([0-9]{1,24})(?:/.*)?"
        r"|(?:ap/)?users/[\w.-]+/statuses/([0-9]{1,24})(?:/.*)?"
        r"|(?:web/|deck/)?statuses/([0-9]{1,24})",
    )
    if not status or not re.search(r"[a-z]", link.host.rpartition(".")[2]):
        raise refusal(UNKNOWN)
    address = f"https://{link.host}/statuses/{status}"
    return PostRef(platform="mastodon", id=f"{link.host}/{status}", url=address)


def _shown_by_client(link: Link) -> Link:
    """A post that a client on the web shows, as the address on its own instance.

    Elk has `/instance/@name/…`, Phanpy `/#/instance/s/…`.
    """
    if link.is_at("phanpy.social"):
        shown = re.fullmatch(r"/?([\w.-]+\.[a-z]{2,24})/s/([0-9]{1,24})", link.fragment, re.ASCII)
        return take_apart(f"https://{shown[1]}/statuses/{shown[2]}") if shown else link
    if link.is_at("elk.zone") and len(link.path) >= 3 and "." in link.path[0]:
        return take_apart("https://" + "/".join(link.path))
    return link


_PLATFORMS: tuple[tuple[tuple[str, ...], Callable[[Link], PostRef]], ...] = (
    (("youtube.com", "youtu.be", "youtube-nocookie.com"), _youtube),
    (("instagram.com", "instagr.am"), _instagram),
    (("tiktok.com", "tiktokv.com"), _tiktok),
    (("reddit.com", "redd.it"), _reddit),
    (("news.ycombinator.com",), _hackernews),
    (("bsky.app", "bsky.dev"), _bluesky),
)
_NOT_READ = {
    "facebook.com": "Facebook", "fb.com": "Facebook", "fb.watch": "Facebook", "fb.me": "Facebook",
    "twitter.com": "X", "x.com": "X", "t.co": "X", "linkedin.com": "LinkedIn",
    "lnkd.in": "LinkedIn", "threads.net": "Threads", "threads.com": "Threads",
    "pinterest.com": "Pinterest", "pin.it": "Pinterest", "snapchat.com": "Snapchat",
    "twitch.tv": "Twitch", "vimeo.com": "Vimeo", "tumblr.com": "Tumblr", "vk.com": "VK",
    "t.me": "Telegram", "medium.com": "Medium", "substack.com": "Substack",
    "steemit.com": "Steemit", "hive.blog": "Hive", "peakd.com": "Hive", "rumble.com": "Rumble",
    "odysee.com": "Odysee", "quora.com": "Quora", "weibo.com": "Weibo", "bilibili.com": "Bilibili",
    "play.google.com": "Google Play", "apps.apple.com": "the App Store",
    "trustpilot.com": "Trustpilot", "amazon.com": "Amazon", "yelp.com": "Yelp",
    "tripadvisor.com": "Tripadvisor", "dev.to": "DEV", "flickr.com": "Flickr",
    "patreon.com": "Patreon",
}  # fmt: skip
"""Sites whose posts cannot be read; some of their addresses look like Mastodon's."""
