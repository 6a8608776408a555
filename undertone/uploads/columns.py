"""Which column of an export is what: by its name, never by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from undertone.errors import Rejected
from undertone.limits import MAX_COLUMN_NAME, MAX_COLUMNS
from undertone.text import excerpt

ROLES: dict[str, tuple[str, ...]] = {
    # Best name first. Apify's datasets, YouTube's API, ExportComments-like tools, plain words.
    "text": (
        "text", "comment", "content", "body", "message", "comment text", "comment content",
        "textOriginal", "textDisplay", "comment body", "comments", "reply", "Kommentar",
        "commentaire", "comentario",
    ),
    "id": ("comment id", "cid", "id", "comment_id"),
    "parent": (
        "parent id", "parent comment id", "parent", "replies to id", "reply to cid",
        "in reply to", "in reply to id", "reply to",
    ),
    "author": (
        "author", "owner username", "unique id", "username", "author display name", "user name",
        "user", "comment author", "author name", "name", "name (click to view profile)",
        "profile name", "Autor", "auteur",
    ),
    "time": (
        "timestamp", "create time iso", "created at", "published at", "date", "time", "create time",
        "created", "published", "comment date", "created time", "published time", "Datum",
    ),
    "likes": (
        "likes", "likes count", "like count", "digg count", "vote count", "votes", "score",
        "number of likes", "Likes (comment)",
    ),
    "readers": ("readers", "views", "view count", "impressions", "reads"),
    "post": (
        "post url", "video web url", "video url", "submitted video url", "page url", "input url",
        "media url", "post link", "post", "post id", "video id", "url", "link",
    ),
    "title": ("post title", "video title", "title"),
}  # fmt: skip


class Row(NamedTuple):
    """One comment's cells by role (`text`, `author`, …), as they stand in the file."""

    cells: Mapping[str, str]
    parent: str = ""
    """Id of the comment whose nested replies hold this one, cut to `MAX_ID`."""


class Table(NamedTuple):
    """The comments of a file, whatever its format."""

    rows: Iterable[Row]
    """Read while they are asked for, once."""
    notes: list[str]
    """What was assumed, and what was not understood: all of it once the rows are read."""


class Columns(NamedTuple):
    """The columns that were recognised."""

    places: dict[str, int]
    """Role → index of its column."""
    names: dict[str, str]
    """Role → the column's name as it stands in the file."""
    note: str
    """One sentence of which column was taken for what, and which were not used."""


def find_columns(header: Sequence[str]) -> Columns:
    """The column of each role; where several would do, the one whose name is best known.

    Looks at the first `MAX_COLUMNS` only, and at `MAX_COLUMN_NAME` characters of each name.
    """
    return columns_of(tuple(name[:MAX_COLUMN_NAME] for name in header[:MAX_COLUMNS]))


@lru_cache(maxsize=16)  # a JSON file names its columns anew in each of its comments
def columns_of(header: tuple[str, ...]) -> Columns:
    """As `find_columns`, for names that are neither too many nor too long."""
    first: dict[str, int] = {}
    for place, name in enumerate(header):
        first.setdefault(column_key(name), place)
    places: dict[str, int] = {}
    for role, known in _KEYS.items():
        best = next((key for key in known if key in first), None)
        if best is not None:
            places[role] = first[best]
    names = {role: header[place] for role, place in places.items()}
    return Columns(places, names, _note(header, names, {*places.values()}))


def _note(header: Sequence[str], names: Mapping[str, str], used: set[int]) -> str:
    taken = ", ".join(f"{role} from “{_shown(name)}”" for role, name in names.items())
    unused = [_shown(name) for place, name in enumerate(header) if place not in used]
    unused = [name for name in unused if name]
    more = f" and {len(unused) - 8} more" if len(unused) > 8 else ""
    rest = f"; not used: {', '.join(unused[:8])}{more}" if unused else ""
    return taken + rest


def _shown(name: str) -> str:
    return name.strip()[:40]


def column_key(name: str) -> str:
    """A column's name without case, spaces and punctuation: `Comment ID` → `commentid`."""
    return re.sub(r"[\W_]+", "", name.casefold())


_KEYS = {role: tuple(map(column_key, known)) for role, known in ROLES.items()}


def names_comments(row: Sequence[str]) -> bool:
    """Whether `row` names a column of texts."""
    return "text" in find_columns(row).places


def no_text_column(names: Iterable[str]) -> Rejected:
    """The error for a file whose columns have these names, none of them for texts."""
    some = (excerpt(name[:MAX_COLUMN_NAME], 40) for name in islice(names, 12))
    present = ", ".join(some) or "nothing"
    known = ", ".join(ROLES["text"][:6])
    return Rejected(
        "the file has no column of comments",
        {"file": f"name the column that holds the comments one of: {known} (found: {present})"},
    )
