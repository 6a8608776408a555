"""Which column of an export is what: by its name, never by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from undertone.errors import Rejected
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
    """Id of the comment whose nested replies hold this one."""


class Table(NamedTuple):
    """The comments of a file, whatever its format."""

    rows: list[Row]
    notes: list[str]
    """What was assumed, and what was not understood."""


class Columns(NamedTuple):
    """The columns that were recognised."""

    places: dict[str, int]
    """Role → index of its column."""
    names: dict[str, str]
    """Role → the column's name as it stands in the file."""
    note: str
    """One sentence of which column was taken for what, and which were not used."""


def find_columns(header: list[str]) -> Columns:
    """The column of each role; where several would do, the one whose name is best known."""
    return _columns(tuple(header))


@lru_cache(maxsize=64)  # a JSON file names its columns anew in each of its comments
def _columns(header: tuple[str, ...]) -> Columns:
    keys = [column_key(name) for name in header]
    places: dict[str, int] = {}
    for role, known in ROLES.items():
        for name in known:
            if (key := column_key(name)) in keys:
                places[role] = keys.index(key)
                break
    names = {role: header[place] for role, place in places.items()}
    taken = ", ".join(f"{role} from “{name.strip()}”" for role, name in names.items())
    unused = [
        name.strip()[:40] for place, name in enumerate(header) if place not in places.values()
    ]
    unused = [name for name in unused if name]
    more = f" and {len(unused) - 8} more" if len(unused) > 8 else ""
    rest = f"; not used: {', '.join(unused[:8])}{more}" if unused else ""
    return Columns(places, names, taken + rest)


def column_key(name: str) -> str:
    """A column's name without case, spaces and punctuation: `Comment ID` → `commentid`."""
    return re.sub(r"[\W_]+", "", name.casefold())


def names_comments(row: list[str]) -> bool:
    """Whether `row` names a column of texts."""
    return "text" in find_columns(row).places


def no_text_column(names: Iterable[str]) -> Rejected:
    """The error for a file whose columns have these names, none of them for texts."""
    present = ", ".join(excerpt(name, 40) for name in list(names)[:12]) or "nothing"
    known = ", ".join(ROLES["text"][:6])
    return Rejected(
        "the file has no column of comments",
        {"file": f"name the column that holds the comments one of: {known} (found: {present})"},
    )
