"""A URL as people paste it → the one canonical reference of a post. Pure: nothing is fetched.

Two references are the same post exactly if `(platform, id)` are equal; every form of a post's URL
that says its id gives the same one. Two kinds of link do not say it and are resolved by the
post's source on its first page, which then names the canonical reference in `Page.post`: short
links (id `short:…`) and Bluesky posts under a handle (id `handle/rkey` instead of `did/rkey`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple, NoReturn
from urllib.parse import parse_qs, unquote, urlsplit

from undertone.errors import Permanent
from undertone.records import PostRef

SHORT = "short:"
"""How the id of a link begins that says which post it is only after a redirect."""

LONGEST = 2048
"""Characters of a URL that are read; browsers and platforms stop there too."""

_WRAPPING = "\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb\u2039\u203a<>[](){}|,;"
_TRAILING = ".!?:*\u2026"
_UNKNOWN = (
    "this is no link to a post of a platform that Undertone reads (YouTube, Instagram, TikTok, "
    "Reddit, Hacker News, Bluesky, Mastodon): comments from elsewhere can be sent as a file"
)


class Link(NamedTuple):
    """A URL taken apart; nothing of it is trusted yet."""

    host: str
    """Lower case, ASCII (IDNA), without port."""
    path: tuple[str, ...]
    """Segments, unquoted, empty ones left out."""
    query: dict[str, list[str]]


def parse_post_url(text: str) -> PostRef:
    """The post that `text` is a link to. Raises Permanent (`unsupported`) with what to do."""
    url = _clean(text)
    if url.lower().startswith("at://"):
        return _bluesky_uri(url)
    link = _take_apart(url)
    for hosts, read in _PLATFORMS:
        if _is_at(link.host, hosts):
            return read(link)
    return _mastodon(link)


def is_short(post: PostRef) -> bool:
    """Whether `post` is known only by a link that redirects to it."""
    return post.id.startswith(SHORT)


def _refuse(reason: str) -> NoReturn:
    raise Permanent(reason, state="unsupported")


def _clean(text: str) -> str:
    """`text` without what surrounds a link in mails, chats and spreadsheets."""
    url = text.strip()
    _check_length(url, 2 * LONGEST)
    url = _unwrapped(url)
    if not url:
        _refuse("the link is empty: give the address of a post")
    _check_length(url, LONGEST)
    if not _is_plain(url) and any(_is_invisible(char) or char.isspace() for char in url):
        _refuse("the link holds a space or a control character: give one address a line")
    return url.replace("&amp;", "&").replace("\\", "/")


def _check_length(url: str, longest: int) -> None:
    if len(url) > longest:
        _refuse(
            f"the link has {len(url)} characters: give the post's own address, at most {LONGEST}"
        )


def _unwrapped(text: str) -> str:
    start, end = 0, len(text)
    while start < end and _surrounds(text[start]):
        start += 1
    while end > start and (_surrounds(text[end - 1]) or text[end - 1] in _TRAILING):
        end -= 1
    return text[start:end]


def _surrounds(char: str) -> bool:
    return char in _WRAPPING or char.isspace() or _is_invisible(char)


def _is_invisible(char: str) -> bool:
    """Control, format (zero width, BOM, text direction), surrogate and unassigned characters."""
    return unicodedata.category(char)[0] == "C"


def _is_plain(text: str) -> bool:
    """Whether `text` is printable ASCII without a space: the usual case, checked quickly."""
    return text.isascii() and text.isprintable() and " " not in text


def _take_apart(url: str) -> Link:
    scheme, separator, _ = url.partition("://")
    if separator and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
        if scheme.lower() not in {"http", "https"}:
            _refuse(f"{scheme[:20]}:// is not a web address: give a link that starts with https://")
    else:
        url = "https://" + url.lstrip("/")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        query = parse_qs(parts.query, max_num_fields=100)
    except ValueError:
        _refuse("this is no web address: copy the post's link from the browser's address bar")
    if parts.username is not None or parts.password is not None:
        _refuse("the link holds a user name or password: give the post's own address")
    if port not in {None, 80, 443}:
        _refuse(f"the link names port {port}: give the post's public address, without a port")
    segments = tuple(unquote(segment) for segment in parts.path.split("/") if segment)
    return Link(_ascii_host(host), segments, query)


def _ascii_host(host: str) -> str:
    host = host.removesuffix(".")
    if not host.isascii():
        import idna  # noqa: PLC0415 - its tables are large and seldom needed

        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            _refuse("the link's host name is not a valid one: copy the address again")
    host = host.lower()
    if len(host) > 253 or not re.fullmatch(
        r"([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]+", host
    ):
        _refuse(_UNKNOWN)
    return host


def _is_at(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith("." + domain) for domain in domains)


def _first(link: Link, pattern: str) -> str:
    """What `pattern` captures when it matches the whole path; empty if it does not."""
    match = re.fullmatch(pattern, "/".join(link.path), re.ASCII)
    return next((group for group in match.groups() if group), "") if match else ""


# -- one platform a function --------------------------------------------------------------------


def _youtube(link: Link) -> PostRef:
    video = link.query.get("v", [""])[0] if link.path in {("watch",), ("watch", "")} else ""
    if link.host.endswith("youtu.be"):
        video = _first(link, r"([\w-]{11})")
    video = video or _first(link, r"(?:watch|shorts|live|embed|v|e)/([\w-]{11})(?:/.*)?")
    if not re.fullmatch(r"[\w-]{11}", video, re.ASCII):
        _refuse(
            "this YouTube link names no video (a channel or a playlist has no comments of its "
            "own): give https://www.youtube.com/watch?v=… with an id of 11 characters"
        )
    return PostRef(platform="youtube", id=video, url=f"https://www.youtube.com/watch?v={video}")


def _instagram(link: Link) -> PostRef:
    if link.path[:1] == ("share",):
        _refuse(
            "this Instagram share link hides which post it is: open it and copy the address that "
            "the browser then shows (https://www.instagram.com/p/…)"
        )
    code = _first(link, r"(?:[\w.]+/)?(?:p|reels?|tv)/([\w-]{5,64})(?:/.*)?")
    if not code or code == "audio":
        _refuse(
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
        r"|v/([0-9]{5,25})(?:\.html)?|(?:embed|embed/v2|player/v1)/([0-9]{5,25})",
    )
    if not video:
        _refuse(
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
            link, r"(?:(?:r|u|user)/[\w-]{1,50}/)?(?:comments|gallery)/(\w{2,13})(?:/.*)?"
        )
    if not re.fullmatch(r"[0-9a-z]{2,13}", post.lower()):
        _refuse(
            "this Reddit link names no post (a subreddit, a user or a picture has no comments): "
            "give https://www.reddit.com/r/…/comments/…"
        )
    post = post.lower()
    return PostRef(platform="reddit", id=post, url=f"https://www.reddit.com/comments/{post}/")


def _hackernews(link: Link) -> PostRef:
    number = link.query.get("id", [""])[0] if link.path == ("item",) else ""
    number = number.lstrip("0") if number.isascii() else ""
    if not re.fullmatch(r"[0-9]{1,12}", number):
        _refuse(
            "this Hacker News link names no item: give https://news.ycombinator.com/item?id=… "
            "(the number behind a story's or a comment's age)"
        )
    address = f"https://news.ycombinator.com/item?id={number}"
    return PostRef(platform="hackernews", id=number, url=address)


def _bluesky(link: Link) -> PostRef:
    if len(link.path) >= 4 and (link.path[0], link.path[2]) == ("profile", "post"):
        return _bluesky_post(link.path[1], link.path[3])
    _refuse(
        "this Bluesky link names no post (a profile or a feed has no comments): give "
        "https://bsky.app/profile/…/post/…"
    )


def _bluesky_uri(url: str) -> PostRef:
    authority, _, rest = url[len("at://") :].partition("/")
    collection, _, key = rest.partition("/")
    if collection != "app.bsky.feed.post":
        _refuse("this at:// address is no Bluesky post: give at://did:plc:…/app.bsky.feed.post/…")
    return _bluesky_post(unquote(authority), key)


def _bluesky_post(who: str, key: str) -> PostRef:
    """`who` is a DID (https://www.w3.org/TR/did-core/) or a handle, which is a host name."""
    who = who.removeprefix("@")
    if who[:4].lower() != "did:":
        who = who.lower()
    did = r"did:(plc:[a-z2-7]{24}|web:[a-zA-Z0-9.-]{3,200})"
    handle = r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*"
    if not re.fullmatch(f"{did}|{handle}", who) or not re.fullmatch(r"[a-zA-Z0-9_~-]{1,64}", key):
        _refuse(
            "this Bluesky link names no post: give https://bsky.app/profile/NAME/post/KEY with "
            "the author's handle or did"
        )
    address = f"https://bsky.app/profile/{who}/post/{key}"
    return PostRef(platform="bluesky", id=f"{who}/{key}", url=address)


def _mastodon(link: Link) -> PostRef:
    """Any host may be an instance: the path decides."""
    status = _first(
        link,
        r"(?:web/|deck/)?@[\w.-]+(?:@[\w.-]+)?/([0-9]{1,24})(?:/.*)?"
        r"|(?:ap/)?users/[\w.-]+/statuses/([0-9]{1,24})(?:/.*)?"
        r"|(?:web/|deck/)?statuses/([0-9]{1,24})",
    )
    if not status or not re.search(r"[a-z]", link.host.rpartition(".")[2]):
        _refuse(_UNKNOWN)
    address = f"https://{link.host}/statuses/{status}"
    return PostRef(platform="mastodon", id=f"{link.host}/{status}", url=address)


_PLATFORMS: tuple[tuple[tuple[str, ...], Callable[[Link], PostRef]], ...] = (
    (("youtube.com", "youtu.be", "youtube-nocookie.com"), _youtube),
    (("instagram.com", "instagr.am"), _instagram),
    (("tiktok.com",), _tiktok),
    (("reddit.com", "redd.it"), _reddit),
    (("news.ycombinator.com",), _hackernews),
    (("bsky.app",), _bluesky),
)
