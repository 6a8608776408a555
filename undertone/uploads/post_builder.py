"""Rows of cells → posts with their comments. What could not be understood is counted in notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from itertools import chain, islice

from undertone.errors import Permanent
from undertone.limits import (
    MAX_AUTHOR,
    MAX_COMMENTS,
    MAX_ID,
    MAX_POSTS,
    MAX_TEXT,
    MAX_TITLE,
    found_in_words,
    too_many_comments,
    too_many_posts,
)
from undertone.posts import LONGEST, parse_post_url
from undertone.records import Comment, UploadedPost
from undertone.text import excerpt, tidy
from undertone.uploads.cells import comment_id, parent_id, parse_count, parse_stars, plain_text
from undertone.uploads.columns import Row, Table
from undertone.uploads.written_times import TimeReader


def build_posts(table: Table, default: str, exported: datetime) -> list[UploadedPost]:
    """The posts in `table` in order of appearance; one if no column tells posts apart.

    `default` is the id of the post of rows that name none; `exported` the moment that relative
    times are counted from. Raises Rejected for more rows or posts than a job takes.
    """
    builders: dict[str, _PostBuilder] = {}
    ids: dict[str, str] = {}  # cell of the post column → the id of its post
    rows = iter(table.rows)
    sample = list(islice(rows, _SAMPLE))
    times = TimeReader(exported, (row.cells.get("time", "") for row in sample))
    own_links = table.own_links and _links_are_own(sample)
    for number, row in enumerate(chain(sample, rows), start=1):
        if number > MAX_COMMENTS:
            raise too_many_comments(found_in_words(number, rows))
        cell = "" if own_links else row.cells.get("post", "")[: LONGEST + 1]
        if cell not in ids:
            if len(ids) >= _CELLS_REMEMBERED:
                ids.clear()
            ids[cell] = _post_id(cell, default)
            builders.setdefault(ids[cell], _PostBuilder(times))
            if len(builders) > MAX_POSTS:
                raise too_many_posts(f"more than {MAX_POSTS:,}")
        builders[ids[cell]].add(row, number)
    if not builders:
        builders[default] = _PostBuilder(times)
    notes = [*table.notes, *_notes_of_times(times)]
    if own_links:
        notes.append("the links are each comment's own, so all comments are of one post")
    return [
        builder.post(post_id, notes, shows_texts=table.shows_texts)
        for post_id, builder in builders.items()
    ]


def _links_are_own(sample: list[Row]) -> bool:
    """Whether each row's link is one of its comment: another in each row, with its id in it."""
    links = [row.cells.get("post", "") for row in sample]
    if len(links) < _FEW or len(set(links)) < len(links):
        return False
    ids = [row.cells.get("id", "") for row in sample]
    return all(own and own in link for own, link in zip(ids, links, strict=True))


def _notes_of_times(times: TimeReader) -> list[str]:
    if times.ambiguous:
        return ["dates such as 03/04/2025 were read as month/day/year"]
    return []


def _post_id(cell: str, default: str) -> str:
    """A post's canonical address where the cell is a link, so that its forms fall together."""
    cell = tidy(cell)
    if not cell:
        return default
    try:
        return parse_post_url(cell).url
    except Permanent:
        return _short_id(cell)


def _short_id(cell: str) -> str:
    """`cell` on one line; of what is too long for an id the beginning, told apart by a digest."""
    whole = excerpt(cell, LONGEST + 1)
    if len(whole) <= MAX_ID and len(cell) <= LONGEST:
        return whole
    return f"{whole[:_BEGINNING]}…{sha256(cell.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


_BEGINNING = 200
"""Characters that are kept of an id that is too long."""
_SAMPLE = 200
"""Rows that are looked at before the first is taken."""
_FEW = 3
_CELLS_REMEMBERED = 20_000
"""Cells of the post column whose post is not looked up again."""


class _PostBuilder:
    """The comments of one post while its file is read."""

    def __init__(self, times: TimeReader) -> None:
        self._times = times
        self.comments: list[Comment] = []
        self.title = ""
        self._ids: set[str] = set()
        self._copies: dict[str, int] = {}
        """Id → the number that its last copy got."""
        self._faults: Counter[str] = Counter()

    def add(self, row: Row, number: int) -> None:
        """Take the row that is the `number`th of its file."""
        text = self._cut("texts", _readable(row.cells.get("text", "")), MAX_TEXT)
        if not self.title:
            self.title = self._cut("titles", _readable(row.cells.get("title", "")), MAX_TITLE)
        if not text and (
            text := self._cut("texts", _readable(row.cells.get("heading", "")), MAX_TEXT)
        ):
            self._faults["rows of which the title is the only text"] += 1
        if not text:
            self._faults["rows without text"] += 1
            return
        own = comment_id(self._cell(row, "id", MAX_ID))
        self.comments.append(
            Comment(
                id=self._unique(own or str(number)),
                text=text,
                parent=parent_id(self._cell(row, "parent", MAX_ID)) or row.parent,
                author=self._cell(row, "author", MAX_AUTHOR),
                created_at=self._time(row.cells.get("time", "")),
                likes=parse_count(row.cells.get("likes", "")),
                readers=parse_count(row.cells.get("readers", "")),
                stars=self._stars(row.cells.get("stars", "")),
            )
        )

    def _time(self, written: str) -> str:
        if not written.strip():
            return ""
        found = self._times.read(written)
        if not found.text:
            self._faults["times not understood"] += 1
        if found.approximate:
            self._faults[f"times that are approximate, counted back from {self._times.day}"] += 1
        return found.text

    def _stars(self, written: str) -> float | None:
        if not written.strip():
            return None
        stars = parse_stars(written)
        if stars is None:
            self._faults["ratings that are no 0 to 5 stars"] += 1
        return stars

    def _cell(self, row: Row, role: str, most: int) -> str:
        return self._cut(f"{role}s", tidy(row.cells.get(role, "")), most)

    def _cut(self, what: str, text: str, most: int) -> str:
        """At most `most` characters of `text`: a long field does not lose the comment."""
        if len(text) <= most:
            return text
        self._faults[f"{what} cut to {most:,} characters"] += 1
        return text[:most]

    def _unique(self, wanted: str) -> str:
        """An id that no other comment of the post has: nothing that was sent is dropped."""
        given = wanted
        if given in self._ids:
            self._faults["ids that were taken already"] += 1
            copies = self._copies.get(wanted, 1)
            while given in self._ids:
                copies += 1
                given = f"{wanted}#{copies}"
            self._copies[wanted] = copies
        self._ids.add(given)
        return given

    def post(self, post_id: str, notes: list[str], *, shows_texts: bool) -> UploadedPost:
        """All that was added; its note names what was assumed and what was not understood."""
        faults = [f"{what}: {count}" for what, count in self._faults.items()]
        shown = ", ".join(f"“{text}”" for text in first_texts(self.comments))
        example = [f"first texts: {shown}"] if shown and shows_texts else []
        return UploadedPost(
            id=post_id,
            title=self.title,
            comments=tuple(self.comments),
            note="; ".join([*notes, *faults, *example]),
        )


def _readable(cell: str) -> str:
    """`cell` as a person reads it; most hold no HTML."""
    text = tidy(cell)
    return plain_text(text) if "<" in text or "&" in text else text


def first_texts(comments: Sequence[Comment]) -> list[str]:
    """The beginnings of the first three texts: whoever reads them sees a wrong column."""
    return [excerpt(comment.text, 50) for comment in comments[:3]]
