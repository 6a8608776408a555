"""Rows of cells → posts with their comments. What could not be understood is counted in notes."""

from __future__ import annotations

import re
from collections import Counter

from undertone.errors import Permanent
from undertone.limits import (
    MAX_AUTHOR,
    MAX_COMMENTS,
    MAX_ID,
    MAX_POSTS,
    MAX_TEXT,
    MAX_TITLE,
    found_in_words,
    known_count,
    too_many_comments,
    too_many_posts,
)
from undertone.posts import LONGEST, parse_post_url
from undertone.records import Comment, UploadedPost
from undertone.text import excerpt, tidy
from undertone.times import utc_from_text
from undertone.uploads.columns import Row, Table


def build_posts(table: Table, default: str) -> list[UploadedPost]:
    """The posts in `table` in order of appearance; one if no column tells posts apart.

    `default` is the id of the post of rows that name none. Raises Rejected for more rows or posts
    than a job takes.
    """
    builders: dict[str, _PostBuilder] = {}
    ids: dict[str, str] = {}  # cell of the post column → the id of its post
    rows = iter(table.rows)
    for number, row in enumerate(rows, start=1):
        if number > MAX_COMMENTS:
            raise too_many_comments(found_in_words(number, rows))
        cell = row.cells.get("post", "")[: LONGEST + 1]
        if cell not in ids:
            if len(ids) >= _CELLS_REMEMBERED:
                ids.clear()
            ids[cell] = _post_id(cell, default)
            builders.setdefault(ids[cell], _PostBuilder())
            if len(builders) > MAX_POSTS:
                raise too_many_posts(f"more than {MAX_POSTS:,}")
        builders[ids[cell]].add(row, number)
    if not builders:
        builders[default] = _PostBuilder()
    return [builder.post(post_id, table.notes) for post_id, builder in builders.items()]


def _post_id(cell: str, default: str) -> str:
    """A post's canonical address where the cell is a link, so that its forms fall together."""
    cell = tidy(cell)
    if not cell:
        return default
    try:
        return parse_post_url(cell).url
    except Permanent:
        return excerpt(cell)


_CELLS_REMEMBERED = 20_000
"""Cells of the post column whose post is not looked up again."""
_COUNT_WITHIN = 100
"""Characters of a cell in which a count is looked for; more of it are not read."""


class _PostBuilder:
    """The comments of one post while its file is read."""

    def __init__(self) -> None:
        self.comments: list[Comment] = []
        self.title = ""
        self._ids: set[str] = set()
        self._copies: dict[str, int] = {}
        """Id → the number that its last copy got."""
        self._faults: Counter[str] = Counter()

    def add(self, row: Row, number: int) -> None:
        """Take the row that is the `number`th of its file."""
        text = self._cut("texts", tidy(row.cells.get("text", "")), MAX_TEXT)
        if not self.title:
            self.title = self._cut("titles", tidy(row.cells.get("title", "")), MAX_TITLE)
        if not text:
            self._faults["rows without text"] += 1
            return
        written = row.cells.get("time", "")
        created_at = utc_from_text(written)
        if written.strip() and not created_at:
            self._faults["times not understood"] += 1
        self.comments.append(
            Comment(
                id=self._unique(self._cell(row, "id", MAX_ID) or str(number)),
                text=text,
                parent=self._cell(row, "parent", MAX_ID) or row.parent,
                author=self._cell(row, "author", MAX_AUTHOR),
                created_at=created_at,
                likes=parse_count(row.cells.get("likes", "")),
                readers=parse_count(row.cells.get("readers", "")),
            )
        )

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

    def post(self, post_id: str, notes: list[str]) -> UploadedPost:
        """All that was added; its note names what was assumed and what was not understood."""
        faults = [f"{what}: {count}" for what, count in self._faults.items()]
        return UploadedPost(
            id=post_id,
            title=self.title,
            comments=tuple(self.comments),
            note="; ".join([*notes, *faults]),
        )


def parse_count(cell: str) -> int | None:
    """`12`, `1,234`, `1.2K`, `3 likes` → a number; None for anything else."""
    match = re.match(
        r"\s*(\d[\d.,\u00a0\u202f ]*)([kKmM])?(?:\s|$)", cell.lstrip()[:_COUNT_WITHIN], re.ASCII
    )
    if not match:
        return None
    digits = match[1].strip().rstrip(".,")
    if match[2]:
        number = re.sub(r"\s(?=\d{3}(?!\d))", "", digits).replace(",", ".")
        if not re.fullmatch(r"\d+(\.\d+)?", number):
            return None
        return known_count(round(float(number) * (1_000 if match[2] in "kK" else 1_000_000)))
    ungrouped = re.sub(r"[.,\s](?=\d{3}(?!\d))", "", digits)
    integer = re.sub(r"[.,]0+$", "", ungrouped)
    return known_count(int(integer)) if integer.isdigit() else None
