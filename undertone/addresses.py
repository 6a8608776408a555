"""An address as people paste it, taken apart: nothing of it is trusted, nothing is fetched."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from undertone.errors import Permanent

LONGEST = 2048
"""Characters of a URL that are read; browsers and platforms stop there too."""
UNKNOWN = (
    "this is no link to a post of a platform that Undertone reads (YouTube, Instagram, TikTok, "
    "Reddit, Hacker News, Bluesky, Mastodon): comments from elsewhere can be sent as a file"
)

_WRAPPING = "\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb\u2039\u203a<>[](){}|,;"
_TRAILING = ".!?:*\u2026"
_IN_PROSE = re.compile(
    r"(?:https?://|at://|www\.)[^\s<>\"\u201c\u201d\u00ab\u00bb\u2026]+", re.IGNORECASE
)


class Link(NamedTuple):
    """A URL taken apart; nothing of it is trusted yet."""

    host: str
    """Lower case, ASCII (IDNA), without port."""
    path: tuple[str, ...]
    """Segments, unquoted, empty ones left out."""
    query: dict[str, list[str]]
    fragment: str = ""

    def first(self, *names: str) -> str:
        """The first value of the first of these parameters that there is."""
        return next((self.query[name][0] for name in names if name in self.query), "")

    def is_at(self, *domains: str) -> bool:
        """Whether the host is one of `domains` or below it."""
        return any(self.host == each or self.host.endswith("." + each) for each in domains)


def refusal(reason: str) -> Permanent:
    """The error for a link that is no post's."""
    return Permanent(reason, state="unsupported")


def links_in(text: str) -> list[str]:
    """The addresses in a piece of prose, in order, without what surrounds them."""
    found = (_unwrapped(match[0]) for match in _IN_PROSE.finditer(text))
    return [link for link in found if "." in link or link.lower().startswith("at://")]


def clean(text: str) -> str:
    """`text` without what surrounds a link in mails, chats and spreadsheets.

    Raises Permanent if it holds none, or several.
    """
    url = text.strip()
    _check_length(url, 2 * LONGEST)
    url = _unwrapped(url)
    if not url:
        raise refusal("the link is empty: give the address of a post")
    _check_length(url, LONGEST)
    if not _is_plain(url) and any(_is_invisible(char) or char.isspace() for char in url):
        url = _only_link_in(url)
    return url.replace("&amp;", "&").replace("\\", "/")


def _only_link_in(text: str) -> str:
    """The one address in `text`, which has words around it."""
    links = list(dict.fromkeys(links_in(text)))
    if len(links) != 1 or any(map(_is_invisible, text.replace("\n", " "))):
        several = f" ({len(links)} are in it)" if len(links) > 1 else ""
        raise refusal(
            "the link holds a space or a control character: give one address a line" + several
        )
    return links[0]


def _check_length(url: str, longest: int) -> None:
    if len(url) > longest:
        raise refusal(
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


def take_apart(url: str) -> Link:
    """The parts of `url`, which is clean. Raises Permanent for what is no web address."""
    scheme, separator, _ = url.partition("://")
    if separator and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
        if scheme.lower() not in {"http", "https"}:
            raise refusal(
                f"{scheme[:20]}:// is not a web address: give a link that starts with https://"
            )
    else:
        url = "https://" + url.lstrip("/")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        query = parse_qs(parts.query, max_num_fields=100)
    except ValueError:
        raise refusal(
            "this is no web address: copy the post's link from the browser's address bar"
        ) from None
    if parts.username is not None or parts.password is not None:
        raise refusal("the link holds a user name or password: give the post's own address")
    if port not in {None, 80, 443}:
        raise refusal(f"the link names port {port}: give the post's public address, without a port")
    segments = tuple(unquote(segment) for segment in parts.path.split("/") if segment)
    return Link(_ascii_host(host), segments, query, parts.fragment)


def _ascii_host(host: str) -> str:
    host = host.removesuffix(".")
    if not host.isascii():
        import idna  # noqa: PLC0415 - its tables are large and seldom needed

        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            raise refusal(
                "the link's host name is not a valid one: copy the address again"
            ) from None
    host = host.lower()
    if len(host) > 253 or not re.fullmatch(
        r"([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]+", host
    ):
        raise refusal(UNKNOWN)
    return host
