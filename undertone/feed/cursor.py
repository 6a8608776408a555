"""Where in a feed a reader is: between two places, and what was shown between them already.

A place is the key of an entry and the source it is from; keys sort newer entries first. So a
cursor stays right while posts arrive: it counts nothing.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

import msgspec

from undertone import wire
from undertone.errors import Rejected

MOST_SEEN = 80
"""Entries that a cursor names: it must stand in a URL."""
_MOST_CHARACTERS = 6_000
_KEY = re.compile(r"99[0-9]{13}-[0-9a-f]{40}")
_MOMENT = re.compile(r"[0-9]{15}(?:-[0-9a-f]{40})?")
_NAME = re.compile(r"[0-9]{13}[0-9a-f]{4}.{0,2}", re.DOTALL)


class Place(NamedTuple):
    """An entry's place in the order of a feed."""

    key: str
    source: str


NEWEST = Place("", "")
"""Before every entry."""
OLDEST = Place("~", "~")
"""After every entry."""


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """The entries after `after` and before `end` that are not among `seen`."""

    after: Place = NEWEST
    end: Place = OLDEST
    seen: tuple[str, ...] = ()
    """Short names of what earlier reads have shown …"""
    top: str = ""
    """… and, where this goes on from a page before: the newest key of that read, …"""
    shown: tuple[str, ...] = ()
    """… and what its pages so far have shown that may still get neighbours."""

    def encode(self) -> str:
        """As text that can stand in a URL."""
        return urlsafe_b64encode(msgspec.json.encode(self)).decode().rstrip("=")


def _is_ours(cursor: Cursor) -> bool:
    """Whether its parts have our form: what reads them counts on that."""
    return bool(
        (cursor.after == NEWEST or _KEY.fullmatch(cursor.after.key))
        and (cursor.end == OLDEST or _MOMENT.fullmatch(cursor.end.key))
        and (not cursor.top or _KEY.fullmatch(cursor.top))
        and all(_NAME.fullmatch(name) for name in (*cursor.seen, *cursor.shown))
    )


def decode(text: str) -> Cursor:
    """The cursor in `text`. Raises Rejected."""
    try:
        if len(text) > _MOST_CHARACTERS:
            raise ValueError("too long")
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        cursor = wire.decode(data, Cursor)
        if not _is_ours(cursor):
            raise ValueError("not as we write it")
        return cursor
    except (ValueError, msgspec.DecodeError):
        rule = "is not one of ours; take it from the Link header of an answer"
        raise Rejected(f"`cursor` {rule}", {"cursor": rule}) from None


def short(place: Place) -> str:
    """A name for an entry that is short enough for a cursor, and sorts by time as places do.

    Of two entries of the same millisecond, 1 in 4 million share one.
    """
    return place.key[2:15] + place.key[16:20] + place.source[:2]


def moment_of(name: str) -> Place:
    """Before every entry of the millisecond of this short name. Until 2286 keys begin with 99."""
    return Place(f"99{name[:13]}", "")


def is_within(name: str, end: Place) -> bool:
    """Whether the entry of this short name may stand before `end`."""
    return name[:13] <= end.key[2:15]
