"""Short links and handles: references that are resolved to a post on the first page."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec

from undertone import wire
from undertone.errors import Permanent
from undertone.ports import Source
from undertone.posts import is_short, parse_post_url
from undertone.records import Page, PostRef, Want
from undertone.sources.http import Session
from undertone.text import excerpt

HOPS = 5
"""Redirects that a short link may take."""


class _Cursor(msgspec.Struct, omit_defaults=True):
    id: str
    url: str
    inner: str | None = None


class ResolvingSource:
    """`source`, for references some of which (`needs` says which) have to be resolved first.

    The first page of such a post holds no comments, only `Page.post`; a reader that knows that
    post already can stop there.
    """

    def __init__(
        self,
        source: Source,
        needs: Callable[[PostRef], bool],
        resolve: Callable[[PostRef], PostRef],
    ) -> None:
        self._source = source
        self._needs = needs
        self._resolve = resolve

    @property
    def platform(self) -> str:
        """The platform of `source`."""
        return self._source.platform

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:
        """One page; see `Source.read`."""
        if not self._needs(post):
            return self._source.read(post, want, cursor)
        if cursor is None:
            resolved = self._resolve(post)
            return Page(post=resolved, cursor=_encode(_Cursor(resolved.id, resolved.url)))
        at = wire.decode(cursor, _Cursor)
        resolved = PostRef(platform=self.platform, id=at.id, url=at.url)
        page = self._source.read(resolved, want, at.inner)
        if page.cursor is None:
            return page
        following = _encode(_Cursor(resolved.id, resolved.url, page.cursor))
        return msgspec.structs.replace(page, cursor=following)


def _encode(cursor: _Cursor) -> str:
    return msgspec.json.encode(cursor).decode()


class ShortLinkResolver:
    """Follows the redirects of a short link within its platform's own hosts.

    `base`: where stand-in platforms answer for links, in place of the links' own host.
    """

    def __init__(self, session: Session, *, base: str = "") -> None:
        self._session = session
        self._base = base

    def resolve(self, post: PostRef) -> PostRef:
        """The post that `post` leads to. Raises Permanent if it leads to none."""
        url = self._address(post)
        for _ in range(HOPS):
            target = self._session.location(url)
            if target is None:
                raise Permanent(
                    f"the link leads to no post ({self._session.name} did not redirect it): open "
                    "it in a browser and send the address that it then shows",
                    state="not_found",
                )
            target_post = _post_at(target)
            if target_post is not None and target_post.platform == post.platform:
                if not is_short(target_post):
                    return target_post
                target = self._address(target_post)  # one short link may lead to another
            url = target
        raise Permanent(
            f"the link is redirected more than {HOPS} times, last to "
            f"{excerpt(urlsplit(url).path)}: send the post's own address",
            state="not_found",
        )

    def _address(self, post: PostRef) -> str:
        return self._base + urlsplit(post.url).path if self._base else post.url


def _post_at(url: str) -> PostRef | None:
    try:
        return parse_post_url(url)
    except Permanent:
        return None
