"""JSON and JSON Lines as export tools write them: lists of comments, of posts, nested replies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from undertone import json_view
from undertone.errors import Rejected
from undertone.json_view import BrokenJson, LazyList
from undertone.limits import (
    MAX_COLUMN_NAME,
    MAX_COLUMNS,
    MAX_COMMENTS,
    MAX_ID,
    MAX_POSTS,
    too_many_columns,
    too_many_comments,
)
from undertone.posts import LONGEST
from undertone.uploads.columns import Columns, Row, Table, columns_of, no_text_column
from undertone.uploads.text_reader import DecodedText

_LISTS = ("comments", "items", "data", "latestComments", "replies")
"""Fields of an object in which exports keep their list of comments."""
_LINE = re.compile(rb"[^\r\n]+")

Values = Callable[[], Iterable[object]]
"""Gives the outermost values of a file, anew at each call."""


def read_json(text: DecodedText) -> Table:
    """The comments in one JSON value. Raises Rejected for what is no JSON or names no text."""
    try:
        value = json_view.read(text.as_utf8())
        values = value if isinstance(value, (list, LazyList)) else [value]
        return _read_values(lambda: values, [])
    except BrokenJson as error:
        raise Rejected(
            "the file is no JSON",
            {"file": f"{error}: send one JSON array of comments, or one object a line as .jsonl"},
        ) from None


def is_json_lines(text: DecodedText) -> bool:
    """Whether `text` has several lines of which the first is JSON by itself."""
    lines = (line for line in text.lines() if not line.isspace())
    first = next(lines, "").encode()
    if not any(lines):
        return False
    try:
        json_view.read(first)
    except BrokenJson:
        return False
    return True


def read_json_lines(text: DecodedText) -> Table:
    """The comments in one JSON value a line; broken lines are counted in a note.

    Raises Rejected if all are broken or none names a text.
    """
    lines = _JsonLines(text.as_utf8())
    notes: list[str] = []
    try:
        table = _read_values(lines.values, notes)
    except BrokenJson as error:
        raise Rejected("the file is no JSON Lines", {"file": f"{error}"}) from None
    if lines.broken and not lines.found:
        raise Rejected("the file is no JSON Lines", {"file": "no line of it is a JSON value"})
    if lines.broken:
        table.notes.insert(
            0, f"lines that are no JSON: {lines.broken} (first: {lines.first_broken})"
        )
    return table


class _JsonLines:
    """A file with a JSON value a line."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.found = self.broken = self.first_broken = 0

    def values(self) -> Iterator[object]:
        """The value of each line that has one; the others are counted."""
        self.found = self.broken = 0
        for line in _LINE.finditer(self._data):
            try:
                value = json_view.read(self._data, *line.span())
            except BrokenJson:
                if line[0].strip():
                    self._note_broken(line.start())
                continue
            self.found += 1
            yield value

    def _note_broken(self, place: int) -> None:
        self.broken += 1
        if self.broken > MAX_COMMENTS:
            raise Rejected(
                "the file is no JSON Lines",
                {"file": f"more than {MAX_COMMENTS:,} lines of it are no JSON value"},
            )
        if self.broken == 1:
            ends = (self._data.count(end, 0, place) for end in (b"\n", b"\r", b"\r\n"))
            newlines, returns, both = ends
            self.first_broken = newlines + returns - both + 1


def _read_values(values: Values, notes: list[str]) -> Table:
    names: dict[str, None] = {}
    found = 0
    for item in _items(values()):
        found += 1
        names.update(dict.fromkeys(item.fields))
        if len(names) > MAX_COLUMNS:
            raise too_many_columns(f"more than {MAX_COLUMNS:,}")
    columns = columns_of(tuple(names))
    if found and "text" not in columns.places:
        raise no_text_column(names)
    rows = (
        Row(item.outer | _cells(item.fields, columns), item.parent) for item in _items(values())
    )
    return Table(rows, [*notes, columns.note] if found else notes)


class _Item(NamedTuple):
    """A comment's object."""

    fields: Mapping[str, Any]
    outer: dict[str, str]
    """The cells that the post around it gives."""
    parent: str
    """Id of the comment around it."""


_END = object()


def _items(values: Iterable[object]) -> Iterator[_Item]:
    """Every comment's object in `values`, also those in posts' lists and nested replies.

    An outermost object that holds a list is a post (a text of its own is the post's), unless the
    list is called `replies`; further in, whatever has a text is a comment. Raises Rejected for
    more values than a job takes.
    """
    waiting: list[tuple[Iterator[object], dict[str, str], str]] = [(iter(values), {}, "")]
    seen = 0
    while waiting:
        siblings, outer, parent = waiting[-1]
        value = next(siblings, _END)
        if value is _END:
            waiting.pop()
            continue
        seen += 1
        if seen > MAX_COMMENTS + MAX_POSTS:
            raise too_many_comments(f"more than {MAX_COMMENTS:,}")
        if not isinstance(value, dict):
            yield _Item({"text": value} if isinstance(value, str) else {}, outer, parent)
            continue
        flat = _without_lists(value)
        if len(flat) == len(value):
            yield _Item(flat, outer, parent)
            continue
        columns = columns_of(tuple(flat))
        cells = _cells(flat, columns)
        lists = [name for name in _LISTS if isinstance(value.get(name), (list, LazyList))]
        is_outermost = len(waiting) == 1
        if lists and ("text" not in columns.places or (is_outermost and lists[0] != "replies")):
            below = (outer | _cells_of_post(cells), "")
        else:
            yield _Item(flat, outer, parent)
            below = (outer | _cells_about_post(cells), cells.get("id", "")[:MAX_ID])
        waiting.extend((iter(value[name]), *below) for name in lists[:1])


def _without_lists(value: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that may be columns."""
    if len(value) > MAX_COLUMNS:
        raise too_many_columns(f"{len(value):,}")
    return {
        name: cell
        for name, cell in value.items()
        if not isinstance(cell, (list, LazyList)) and len(name) <= MAX_COLUMN_NAME
    }


def _cells_of_post(cells: dict[str, str]) -> dict[str, str]:
    """What the cells of an object that is a post itself say to its comments."""
    own = {"post": cells["id"][: LONGEST + 1]} if "id" in cells else {}
    return own | _cells_about_post(cells)


def _cells_about_post(cells: dict[str, str]) -> dict[str, str]:
    return {role: cells[role][: LONGEST + 1] for role in ("post", "title") if cells.get(role)}


def _cells(item: Mapping[str, Any], columns: Columns) -> dict[str, str]:
    cells = {role: item.get(name) for role, name in columns.names.items()}
    return {role: _cell(cell) for role, cell in cells.items() if cell is not None}


def _cell(value: object) -> str:
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()
