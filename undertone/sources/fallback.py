"""Two sources of one platform: the official one reads own posts, another everybody else's."""

from __future__ import annotations

import msgspec

from undertone.ports import Source
from undertone.records import Page, PostRef, Want
from undertone.sources.instagram_graph import NotOwn

_OTHERS = "others:"
"""How the cursors of pages begin that `others` gave."""


class FallbackSource:
    """Reads by `own`; a post of which that raises NotOwn is read by `others` from its start."""

    def __init__(self, own: Source, others: Source) -> None:
        self._own = own
        self._others = others

    @property
    def platform(self) -> str:
        """The platform that both serve."""
        return self._own.platform

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:
        """One page; see `Source.read`."""
        if cursor is not None and cursor.startswith(_OTHERS):
            return self._from_others(post, want, cursor.removeprefix(_OTHERS))
        try:
            return self._own.read(post, want, cursor)
        except NotOwn:
            return self._from_others(post, want, None)

    def _from_others(self, post: PostRef, want: Want, cursor: str | None) -> Page:
        page = self._others.read(post, want, cursor)
        if page.cursor is None:
            return page
        return msgspec.structs.replace(page, cursor=_OTHERS + page.cursor)
