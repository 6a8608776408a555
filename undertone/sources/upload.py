"""Comments that are sent along: the exports people really have, as CSV, JSON, JSON Lines or text.

Columns are recognised by their names only; which column was taken for what, and what was not
understood, stands in the note of every post made from the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from email.message import Message
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import msgspec

from undertone.errors import Permanent, Rejected
from undertone.posts import parse_post_url
from undertone.records import Comment, UploadedPost
from undertone.sources.answers import decode_json, excerpt
from undertone.sources.cells import likes_of, time_of
from undertone.sources.columns import ROLES, Columns, find_columns, names_comments
from undertone.sources.plain import tidy
from undertone.sources.tables import decode_text, header_place, lines_of, read_rows

_JSON_TYPES = {"application/json", "text/json"}
_LINES_TYPES = {"application/x-ndjson", "application/jsonl", "application/json-lines"}
_LISTS = ("comments", "items", "data", "latestComments", "replies")
"""Fields of an object in which exports keep their list of comments."""


class _Row(NamedTuple):
    """One comment's cells by role (`text`, `author`, …), as found."""

    cells: Mapping[str, str]
    parent: str = ""
    """Id of the comment whose nested replies hold this one."""


class _File(NamedTuple):
    rows: list[_Row]
    notes: list[str]


def parse_upload(data: bytes, *, content_type: str, file_name: str) -> list[UploadedPost]:
    """The posts in a file of comments, in order of appearance; one if no column tells posts apart.

    Raises Rejected when the file cannot be read or has no column of texts.
    """
    kind, charset = _kind(content_type, file_name)
    decoded = decode_text(data, charset)
    found = _read(kind, decoded.text)
    notes = [decoded.note] if decoded.note else []
    return _posts(found.rows, notes + found.notes, PurePosixPath(file_name).stem or "upload")


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


def _read(kind: str, text: str) -> _File:
    start = text.lstrip()[:1]
    if kind == "lines" or (kind == "" and start == "{" and _is_lines(text)):
        return _from_lines(text)
    if kind == "json" or (kind == "" and start in {"[", "{"}):
        return _from_json(text)
    if kind == "text":
        return _from_text(text)
    return _from_table(text, told=kind == "csv")


# -- tables and plain text ----------------------------------------------------------------------


def _from_table(text: str, *, told: bool) -> _File:
    rows = read_rows(text, names_comments)
    header = header_place(rows, names_comments)
    if header is None:
        if not told and all(len(row) == 1 for row in rows):
            return _from_text(text)
        raise Rejected(*_no_text_column(rows[0] if rows else []))
    columns = find_columns(rows[header])
    notes = [columns.note]
    if header:
        notes.append(f"lines above the column names: {header}, passed over")
    body, width = rows[header + 1 :], len(rows[header])
    if longer := sum(any(cell.strip() for cell in row[width:]) for row in body):
        notes.append(f"rows with more cells than there are columns: {longer}")
    cells = (
        {role: row[place] for role, place in columns.places.items() if place < len(row)}
        for row in body
    )
    return _File([_Row(each) for each in cells], notes)


def _no_text_column(header: Iterable[str]) -> tuple[str, dict[str, str]]:
    found = ", ".join(excerpt(name, 40) for name in list(header)[:12]) or "nothing"
    names = ", ".join(ROLES["text"][:6])
    return (
        "the file has no column of comments",
        {"file": f"name the column that holds the comments one of: {names} (found: {found})"},
    )


def _from_text(text: str) -> _File:
    rows = [_Row({"text": line}) for line in lines_of(text) if line.strip()]
    return _File(rows, ["plain text: one comment a line"])


# -- JSON ---------------------------------------------------------------------------------------


def _from_json(text: str) -> _File:
    try:
        value = decode_json(text.encode())
    except ValueError as error:
        raise Rejected(
            "the file is no JSON",
            {"file": f"{error}: send one JSON array of comments, or one object a line as .jsonl"},
        ) from None
    return _from_values(value if isinstance(value, list) else [value], [])


def _is_lines(text: str) -> bool:
    first = lines_of(text.lstrip())[0]
    return "\n" in text.strip() and _is_json(first)


def _is_json(line: str) -> bool:
    try:
        decode_json(line.encode())
    except ValueError:
        return False
    return True


def _from_lines(text: str) -> _File:
    values: list[object] = []
    broken: list[int] = []
    for number, line in enumerate(lines_of(text), start=1):
        if not line.strip():
            continue
        try:
            values.append(decode_json(line.encode()))
        except ValueError:
            broken.append(number)
    if broken and not values:
        raise Rejected("the file is no JSON Lines", {"file": "no line of it is a JSON value"})
    lost = f"lines that are no JSON: {len(broken)} (first: {broken[0]})" if broken else ""
    return _from_values(values, [lost] if lost else [])


def _from_values(values: list[object], notes: list[str]) -> _File:
    objects = list(_objects(values))
    names = Counter(name for item, _, _ in objects for name in item)
    columns = find_columns(list(names))
    if objects and "text" not in columns.places:
        raise Rejected(*_no_text_column(names))
    rows = [_Row(outer | _cells(item, columns), parent) for item, outer, parent in objects]
    return _File(rows, [*notes, columns.note] if objects else notes)


_Item = tuple[Mapping[str, Any], dict[str, str], str]
"""A comment's object, the cells that the post around it gives, and its parent's id."""


def _objects(values: list[object]) -> Iterator[_Item]:
    """Every comment's object in `values`, also those in posts' lists and nested replies.

    An outermost object that holds a list is a post (a text of its own is the post's), unless the
    list is called `replies`; further in, whatever has a text is a comment.
    """
    waiting: list[tuple[object, dict[str, str], str]] = [(value, {}, "") for value in values[::-1]]
    outermost = len(waiting)
    while waiting:
        outermost, is_outermost = min(outermost, len(waiting) - 1), len(waiting) <= outermost
        value, outer, parent = waiting.pop()
        if not isinstance(value, dict):
            yield ({"text": value} if isinstance(value, str) else {}), outer, parent
            continue
        flat = {name: cell for name, cell in value.items() if not isinstance(cell, list)}
        columns = find_columns(list(flat))
        cells = _cells(flat, columns)
        lists = [name for name in _LISTS if isinstance(value.get(name), list)]
        if lists and ("text" not in columns.places or (is_outermost and lists[0] != "replies")):
            below = (outer | _post_cells(cells), "")
        else:
            yield flat, outer, parent
            below = (outer | _of_post(cells), cells.get("id", ""))
        waiting.extend((child, *below) for name in lists[:1] for child in reversed(value[name]))


def _post_cells(cells: dict[str, str]) -> dict[str, str]:
    """What an object that only holds a list of comments says about their post."""
    own = {"post": cells["id"]} if "id" in cells else {}
    return own | _of_post(cells)


def _of_post(cells: dict[str, str]) -> dict[str, str]:
    return {role: cells[role] for role in ("post", "title") if cells.get(role)}


def _cells(item: Mapping[str, Any], columns: Columns) -> dict[str, str]:
    cells = {role: item.get(name) for role, name in columns.names.items()}
    return {role: _cell(cell) for role, cell in cells.items() if cell is not None}


def _cell(value: object) -> str:
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


# -- posts --------------------------------------------------------------------------------------


def _posts(rows: list[_Row], notes: list[str], default: str) -> list[UploadedPost]:
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

    def add(self, row: _Row, number: int) -> None:
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
