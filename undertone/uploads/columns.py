"""Which column of an export is what: by its name, or as the sender says it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, partial
from itertools import islice
from typing import NamedTuple

from undertone.errors import Rejected
from undertone.limits import MAX_COLUMN_NAME, MAX_COLUMNS
from undertone.text import excerpt
from undertone.uploads.column_names import OF_REVIEWS, OWN_LINKS, ROLES

Chosen = tuple[tuple[str, str], ...]
"""Roles with the columns that the sender names for them."""


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
    own_links: bool = False
    """Whether the column of posts has a name that may also hold each comment's own link."""
    shows_texts: bool = True
    """Whether the first texts are told, for who reads them to notice a wrong column."""


class Columns(NamedTuple):
    """The columns that were recognised."""

    places: dict[str, int]
    """Role → index of its column."""
    names: dict[str, str]
    """Role → the column's name as it stands in the file."""
    note: str
    """One sentence of which column was taken for what, and which were not used."""
    own_links: bool = False
    """See `Table`."""


def find_columns(header: Sequence[str], chosen: Chosen = ()) -> Columns:
    """The column of each role; where several would do, the one whose name is best known.

    `chosen` goes before all names that are known. Looks at the first `MAX_COLUMNS` only, and at
    `MAX_COLUMN_NAME` characters of each name.
    """
    return columns_of(tuple(name[:MAX_COLUMN_NAME] for name in header[:MAX_COLUMNS]), chosen)


@lru_cache(maxsize=64)  # a JSON file names its columns anew in each of its comments
def columns_of(header: tuple[str, ...], chosen: Chosen = ()) -> Columns:
    """As `find_columns`, for names that are neither too many nor too long."""
    first: dict[str, int] = {}
    for place, name in enumerate(header):
        first.setdefault(column_key(name), place)
    said = {role: column_key(name) for role, name in chosen}
    places = {role: first[key] for role, key in said.items() if key in first}
    known_names = _KEYS_OF_REVIEWS if not _OF_REVIEWS.isdisjoint(first) else _KEYS
    for role, known in known_names.items():
        best = next((key for key in known if key in first), None)
        if best is not None and role not in said and first[best] not in places.values():
            places[role] = first[best]
    places = {role: places[role] for role in _KEYS if role in places}
    names = {role: header[place] for role, place in places.items()}
    own = column_key(names.get("post", "")) in _OWN_LINKS and "post" not in dict(chosen)
    return Columns(places, names, _note(header, names, {*places.values()}), own)


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
    """A column's name without case, accents, spaces and punctuation: `Comment ID` → `commentid`."""
    name = name.casefold()
    if not name.isascii():
        parts = unicodedata.normalize("NFKD", name)
        name = "".join(char for char in parts if not unicodedata.combining(char))
        name = name.replace("\u0131", "i")  # Turkish, often written as the other one
    return re.sub(r"[\W_]+", "", name)


_KEYS = {role: tuple(dict.fromkeys(map(column_key, known))) for role, known in ROLES.items()}
_OF_REVIEWS = frozenset(map(column_key, OF_REVIEWS))
_OWN_LINKS = frozenset(map(column_key, OWN_LINKS))


def _keys_of_reviews() -> dict[str, tuple[str, ...]]:
    """What columns are among reviews: `score` holds stars, a `title` is the review's own."""
    replies, titles = {"reply", "replytext"}, {*_KEYS["title"]} - {"posttitle", "videotitle"}
    return _KEYS | {
        "text": tuple(key for key in _KEYS["text"] if key not in replies),
        "stars": (*_KEYS["stars"], "score"),
        "likes": tuple(key for key in _KEYS["likes"] if key != "score"),
        "title": tuple(key for key in _KEYS["title"] if key not in titles),
        "heading": (*_KEYS["heading"], *titles),
    }


_KEYS_OF_REVIEWS = _keys_of_reviews()


def names_comments(row: Sequence[str], chosen: Chosen = ()) -> bool:
    """Whether `row` names a column of texts."""
    places = find_columns(row, chosen).places
    return "text" in places or "heading" in places


def naming(chosen: Chosen) -> partial[bool]:
    """`names_comments` for what the sender has chosen."""
    return partial(names_comments, chosen=chosen)


def no_text_column(
    names: Iterable[str], samples: Iterable[Mapping[str, str]] = (), chosen: Chosen = ()
) -> Rejected:
    """The error for a file whose columns have these names, none of them for texts.

    `samples`: some rows by the names of their columns, which tell the likely one.
    """
    names = [name[:MAX_COLUMN_NAME] for name in islice(names, MAX_COLUMNS)]
    present = ", ".join(excerpt(name, 40) for name in names[:12]) or "nothing"
    said = dict(chosen).get("text")
    if said is not None:
        wrong = f"there is no column “{excerpt(said, 40)}” to read texts from"
        return Rejected(
            "the file has no column of comments", {"text": f"{wrong} (found: {present})"}
        )
    known = ", ".join(ROLES["text"][:6])
    likely = _likely_texts(names, samples)
    cure = (
        f"if “{excerpt(likely, 40)}” holds the comments, which it looks like, send the file again "
        f"with `?text={excerpt(likely, 40)}`; or name"
        if likely
        else "say it with `?text=COLUMN`, or name"
    )
    return Rejected(
        "the file has no column of comments",
        {"file": f"{cure} the column that holds the comments one of: {known} (found: {present})"},
    )


def _likely_texts(names: Sequence[str], samples: Iterable[Mapping[str, str]]) -> str:
    """The column with the most words in it that are no links; empty if none has several."""
    words = dict.fromkeys(names, 0)
    for sample in islice(samples, 20):
        for name, cell in sample.items():
            if name in words and "://" not in cell[:1000]:
                words[name] += max(0, len(cell[:1000].split()) - 1)
    best = max(words, key=lambda name: words[name], default="")
    return best if best and words[best] else ""
