"""Comments that are sent along: the exports people really have, as CSV, JSON, JSON Lines or text.

Columns are recognised by their names only; which column was taken for what, and what was not
understood, stands in the note of every post made from the file.
"""

from __future__ import annotations

from collections import Counter
from email.message import Message
from pathlib import PurePosixPath

from undertone.errors import Permanent
from undertone.posts import parse_post_url
from undertone.records import Comment, UploadedPost
from undertone.sources.answers import excerpt
from undertone.sources.cells import likes_of, time_of
from undertone.sources.exports import Row, read_export
from undertone.sources.plain import tidy
from undertone.sources.tables import decode_text

_JSON_TYPES = {"application/json", "text/json"}
_LINES_TYPES = {"application/x-ndjson", "application/jsonl", "application/json-lines"}


def parse_upload(data: bytes, *, content_type: str, file_name: str) -> list[UploadedPost]:
    """The posts in a file of comments, in order of appearance; one if no column tells posts apart.

    Raises Rejected when the file cannot be read or has no column of texts.
    """
    kind, charset = _kind(content_type, file_name)
    decoded = decode_text(data, charset)
    found = read_export(kind, decoded.text)
    notes = [decoded.note] if decoded.note else []
    name = excerpt(PurePosixPath(file_name).stem).strip(". ") or "upload"
    return _posts(found.rows, notes + found.notes, name)


def _kind(content_type: str, file_name: str) -> tuple[str, str]:
    """`csv`, `json`, `lines`, `text` or empty for not told; and the charset, if told."""
    header = Message()
    header["content-type"] = content_type or "application/octet-stream"
    mime, charset = header.get_content_type(), header.get_content_charset() or ""
    ending = PurePosixPath(file_name).suffix.lower().lstrip(".")
    by_ending = {"csv": "csv", "tsv": "csv", "json": "json", "jsonl": "lines", "ndjson": "lines"}
    if kind := by_ending.get(ending) or ("text" if ending == "txt" else ""):
        return kind, charset
    if mime in _JSON_TYPES:
        return "json", charset
    if mime in _LINES_TYPES:
        return "lines", charset
    if mime in {"text/csv", "text/tab-separated-values", "application/vnd.ms-excel"}:
        return "csv", charset
    return ("text" if mime == "text/plain" else ""), charset


def _posts(rows: list[Row], notes: list[str], default: str) -> list[UploadedPost]:
    posts: dict[str, _Gathered] = {}
    ids: dict[str, str] = {}
    if not rows:
        posts[default] = _Gathered()
    for number, row in enumerate(rows, start=1):
        cell = row.cells.get("post", "")
        if cell not in ids:
            ids[cell] = _post_id(cell, default)
            posts.setdefault(ids[cell], _Gathered())
        posts[ids[cell]].add(row, number)
    return [gathered.post(post_id, notes) for post_id, gathered in posts.items()]


def _post_id(cell: str, default: str) -> str:
    """A post's canonical address where the cell is a link, so that its forms fall together."""
    cell = tidy(cell)
    if not cell:
        return default
    try:
        return parse_post_url(cell).url
    except Permanent:
        return excerpt(cell)


class _Gathered:
    """The comments of one post while its file is read."""

    def __init__(self) -> None:
        self.comments: list[Comment] = []
        self.title = ""
        self._ids: set[str] = set()
        self._faults: Counter[str] = Counter()

    def add(self, row: Row, number: int) -> None:
        text = tidy(row.cells.get("text", ""))
        self.title = self.title or tidy(row.cells.get("title", ""))
        if not text:
            self._faults["rows without text"] += 1
            return
        written = row.cells.get("time", "")
        created_at = time_of(written)
        if written.strip() and not created_at:
            self._faults["times not understood"] += 1
        self.comments.append(
            Comment(
                id=self._unique(tidy(row.cells.get("id", "")) or str(number)),
                text=text,
                parent=tidy(row.cells.get("parent", "")) or row.parent,
                author=tidy(row.cells.get("author", "")),
                created_at=created_at,
                likes=likes_of(row.cells.get("likes", "")),
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
        faults = [f"{what}: {count}" for what, count in self._faults.items()]
        return UploadedPost(
            id=post_id,
            title=self.title,
            comments=tuple(self.comments),
            note="; ".join([*notes, *faults]),
        )
