"""Rows of cells → posts with their comments. What could not be understood is counted in notes."""

from __future__ import annotations

import re
from collections import Counter

from undertone.errors import Permanent
from undertone.limits import known_count
from undertone.posts import parse_post_url
from undertone.records import Comment, UploadedPost
from undertone.text import excerpt, tidy
from undertone.times import utc_from_text
from undertone.uploads.columns import Row, Table


def build_posts(table: Table, default: str) -> list[UploadedPost]:
    """The posts in `table` in order of appearance; one if no column tells posts apart.

    `default` is the id of the post of rows that name none.
    """
    builders: dict[str, _PostBuilder] = {}
    ids: dict[str, str] = {}  # cell of the post column → the id of its post
    if not table.rows:
        builders[default] = _PostBuilder()
    for number, row in enumerate(table.rows, start=1):
        cell = row.cells.get("post", "")
        if cell not in ids:
            ids[cell] = _post_id(cell, default)
            builders.setdefault(ids[cell], _PostBuilder())
        builders[ids[cell]].add(row, number)
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


_COUNT_WITHIN = 100
"""Characters of a cell in which a count is looked for; more of it are not read."""


class _PostBuilder:
    """The comments of one post while its file is read."""

    def __init__(self) -> None:
        self.comments: list[Comment] = []
        self.title = ""
        self._ids: set[str] = set()
        self._faults: Counter[str] = Counter()

    def add(self, row: Row, number: int) -> None:
        """Take the row that is the `number`th of its file."""
        text = tidy(row.cells.get("text", ""))
        self.title = self.title or tidy(row.cells.get("title", ""))
        if not text:
            self._faults["rows without text"] += 1
            return
        written = row.cells.get("time", "")
        created_at = utc_from_text(written)
        if written.strip() and not created_at:
            self._faults["times not understood"] += 1
        self.comments.append(
            Comment(
                id=self._unique(tidy(row.cells.get("id", "")) or str(number)),
                text=text,
                parent=tidy(row.cells.get("parent", "")) or row.parent,
                author=tidy(row.cells.get("author", "")),
                created_at=created_at,
                likes=parse_count(row.cells.get("likes", "")),
            )
        )

    def _unique(self, wanted: str) -> str:
        """An id that no other comment of the post has: nothing that was sent is dropped."""
        given, copies = wanted, 1
        while given in self._ids:
            copies += 1
            given = f"{wanted}#{copies}"
        if copies > 1:
            self._faults["ids that were taken already"] += 1
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
