"""Addresses that lead to another one which they carry: redirects, log-ins, AMP, mail filters.

What is carried is read from the address alone; nothing is fetched.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from undertone.addresses import Link

_BY_PARAMETER: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...] = (
    # hosts, pattern of the path, parameters that may hold the address
    (("youtube.com",), r"redirect", ("q",)),
    (("consent.youtube.com", "consent.google.com"), r".*", ("continue",)),
    (("youtube.com",), r"attribution_link|oembed|signin|ServiceLogin", ("u", "url", "next")),
    (("accounts.google.com",), r".*", ("continue",)),
    (("l.instagram.com", "l.threads.net", "l.threads.com", "l.messenger.com"), r".*", ("u",)),
    (("l.facebook.com", "lm.facebook.com"), r".*", ("u",)),
    (("instagram.com",), r"accounts/login", ("next",)),
    (("instagram.com",), r"(?:api/v1/)?oembed", ("url",)),
    (("facebook.com",), r"l\.php|login(?:/.*)?|sharer(?:/.*|\.php)?|flx/warn", ("u", "next")),
    (("out.reddit.com",), r".*", ("url",)),
    (("reddit.com",), r"login|over18|register|account/login|submit", ("dest", "url")),
    (("tiktok.com",), r"login(?:/.*)?|link/v2|oembed", ("redirect_url", "target", "url")),
    (("twitter.com", "x.com"), r"intent/(?:tweet|post)|share", ("url",)),
    (("linkedin.com",), r"redir/.*|safety/go|uas/login", ("url", "session_redirect")),
    (("safelinks.protection.outlook.com",), r".*", ("url",)),
    (("slack-redir.net",), r".*", ("url",)),
    (("t.umblr.com",), r"redirect", ("z",)),
    (("vk.com",), r"away\.php", ("to",)),
    (("duckduckgo.com",), r"l", ("uddg",)),
    (("steamcommunity.com",), r"linkfilter", ("url", "u")),
    (("disq.us",), r"url", ("url",)),
    (("bsky.app", "go.bsky.app"), r"redirect", ("u",)),
    (("translate.google.com",), r"translate", ("u",)),
    (("urldefense.proofpoint.com",), r"v1/url", ("u",)),
)
_GOOGLE = re.compile(r"(?:.+\.)?google(?:\.com|\.co)?(?:\.[a-z]{2,3})?")


def carried(link: Link) -> str:
    """The address that `link` carries; empty if it carries none."""
    path = "/".join(link.path)
    for hosts, pattern, names in _BY_PARAMETER:
        if link.is_at(*hosts) and re.fullmatch(pattern, path) and (target := link.first(*names)):
            return _absolute(link, target)
    if _GOOGLE.fullmatch(link.host):
        return _google(link, path)
    return _in_path(link, path)


def _absolute(link: Link, target: str) -> str:
    """`target` may be a path of the same host, and quoted once more."""
    if re.match(r"https?%3a", target, re.IGNORECASE):
        target = unquote(target)
    if target.startswith("/") and not target.startswith("//"):
        host = "www.youtube.com" if link.is_at("youtube.com", "google.com") else link.host
        return f"https://{host}{target}"
    return target


def _google(link: Link, path: str) -> str:
    if path in {"url", "imgres", "link"}:
        return link.first("q", "url", "imgrefurl")
    if match := re.match(r"amp/(?:s/)?(.+)", path):
        return _with_query(link, match[1])
    return ""


def _in_path(link: Link, path: str) -> str:
    if link.is_at("cdn.ampproject.org", "ampproject.net"):
        match = re.match(r"(?:c|v|i|wp)/(?:s/)?(.+)", path)
        return _with_query(link, match[1]) if match else ""
    if link.is_at("web.archive.org"):
        match = re.match(r"web/[\w*]+/(?:https?:/{1,2})?(.+)", path)
        return _with_query(link, match[1]) if match else ""
    if link.is_at("urldefense.com"):
        match = re.match(r"v3/__(?:https?:/{1,2})(.+?)__", path)
        return "https://" + match[1] if match else ""
    if link.is_at("urldefense.proofpoint.com"):
        coded = link.first("u").replace("_", "/")
        return unquote(re.sub(r"-(?=[0-9A-F]{2})", "%", coded))
    if link.is_at("12ft.io", "outline.com"):
        match = re.match(r"(?:proxy/)?https?:/{1,2}(.+)", path)
        return _with_query(link, match[1]) if match else ""
    return ""


def _with_query(link: Link, rest: str) -> str:
    video = link.first("v", "id")
    name = "v" if "v" in link.query else "id"
    return f"https://{rest}" + (f"?{name}={video}" if video else "")
