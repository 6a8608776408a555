"""JSON and JSON Lines as export tools write them: lists of comments, of posts, nested replies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from undertone import json_view
from undertone.errors import Rejected
from undertone.json_view import BrokenJson, LazyList
from undertone.limits import (
    MAX_COLUMNS,
    MAX_COMMENTS,
    MAX_ID,
    MAX_POSTS,
    too_many_columns,
    too_many_comments,
)
from undertone.posts import LONGEST
from undertone.uploads.cells import comment_id
from undertone.uploads.columns import Chosen, Columns, Row, Table, columns_of, no_text_column
from undertone.uploads.json_shapes import (
    flat_fields,
    is_comment,
    is_not_a_comment,
    nested_list,
    reddit_page,
    text_cell,
)
from undertone.uploads.text_reader import DecodedText

_LINE = re.compile(rb"[^\r\n]+")

Values = Callable[[], Iterable[object]]
"""Gives the outermost values of a file, anew at each call."""


def read_json(text: DecodedText, chosen: Chosen = ()) -> Table:
    """The comments in one JSON value. Raises Rejected for what is no JSON or names no text."""
    try:
        value = json_view.read(text.as_utf8())
        page = reddit_page(value)
        values = value if isinstance(value, (list, LazyList)) and page is None else [page or value]
        return _read_values(lambda: values, [], chosen)
    except BrokenJson as error:
        raise Rejected(
            "the file is no JSON",
            {"file": f"{error}: send one JSON array of comments, or one object a line as .jsonl"},
        ) from None


def is_json(text: DecodedText) -> bool:
    """Whether `text`, which begins like JSON, is JSON of objects, one or one a line."""
    if is_json_lines(text):
        return True
    try:
        value = json_view.read(text.as_utf8())
        first = value if isinstance(value, dict) else next(iter(value), None)
    except (BrokenJson, TypeError):
        return False
    return isinstance(first, (dict, list, LazyList))


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


def read_json_lines(text: DecodedText, chosen: Chosen = ()) -> Table:
    """The comments in one JSON value a line; broken lines are counted in a note.

    Raises Rejected if all are broken or none names a text.
    """
    lines = _JsonLines(text.as_utf8())
    notes: list[str] = []
    try:
        table = _read_values(lines.values, notes, chosen)
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


def _read_values(values: Values, notes: list[str], chosen: Chosen) -> Table:
    names: dict[str, None] = {}
    samples: list[dict[str, str]] = []
    found = 0
    for item in _items(values(), chosen):
        found += 1
        names.update(dict.fromkeys(item.fields))
        if len(names) > MAX_COLUMNS:
            raise too_many_columns(f"more than {MAX_COLUMNS:,}")
        if len(samples) < 20:
            samples.append({name: text_cell(cell)[:1000] for name, cell in item.fields.items()})
    columns = columns_of(tuple(names), chosen)
    if found and not {"text", "heading"} & columns.places.keys():
        raise no_text_column(names, samples, chosen)
    rows = (
        Row(item.outer | _cells(item.fields, columns), item.parent)
        for item in _items(values(), chosen)
    )
    return Table(rows, [*notes, columns.note] if found else notes, columns.own_links)


class _Item(NamedTuple):
    """A comment's object."""

    fields: Mapping[str, Any]
    outer: dict[str, str]
    """The cells that the post around it gives."""
    parent: str
    """Id of the comment around it."""


_Siblings = tuple[Iterator[object], dict[str, str], str]
"""Values that stand in one list, the cells that the post around them gives, and the id of the
comment around them."""
_END = object()


def _items(values: Iterable[object], chosen: Chosen) -> Iterator[_Item]:
    """Every comment's object in `values`, also those in posts' lists and nested replies.

    What is a post and what a comment says `is_comment`. Raises Rejected for more values than a
    job takes.
    """
    waiting: list[_Siblings] = [(iter(values), {}, "")]
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
        if isinstance(value, (list, LazyList)):  # a page of several, as JSON Lines may have
            value = reddit_page(value) or {"comments": value}
        if not isinstance(value, dict):
            yield _Item({"text": value} if isinstance(value, str) else {}, outer, parent)
        elif not is_not_a_comment(value):
            items, below = _apart(value, outer, parent, chosen, outermost=len(waiting) == 1)
            yield from items
            waiting += below


def _apart(
    value: Mapping[str, Any],
    outer: dict[str, str],
    parent: str,
    chosen: Chosen,
    *,
    outermost: bool,
) -> tuple[list[_Item], list[_Siblings]]:
    """The comment that an object is, if it is one, and the comments below it, if there are any."""
    fields, nested = flat_fields(value), nested_list(value)
    if nested is None:
        return [_Item(fields, outer, parent)], []
    columns = columns_of(tuple(fields), chosen)
    cells = _cells(fields, columns)
    if is_comment(fields, columns, nested, outermost=outermost):
        about = outer | _cells_about_post(cells)
        own = comment_id(cells.get("id", "")[:MAX_ID])
        return [_Item(fields, outer, parent)], [(iter(nested.values), about, own)]
    return [], [(iter(nested.values), outer | _cells_of_post(cells), "")]


def _cells_of_post(cells: dict[str, str]) -> dict[str, str]:
    """What the cells of an object that is a post itself say to its comments."""
    own = {"post": cells["id"][: LONGEST + 1]} if "id" in cells else {}
    return own | _cells_about_post(cells)


def _cells_about_post(cells: dict[str, str]) -> dict[str, str]:
    return {role: cells[role][: LONGEST + 1] for role in ("post", "title") if cells.get(role)}


def _cells(item: Mapping[str, Any], columns: Columns) -> dict[str, str]:
    cells = {role: text_cell(item.get(name)) for role, name in columns.names.items()}
    return {role: cell for role, cell in cells.items() if cell}
