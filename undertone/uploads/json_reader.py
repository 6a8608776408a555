"""JSON and JSON Lines as export tools write them: lists of comments, of posts, nested replies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from undertone import wire
from undertone.errors import Rejected
from undertone.uploads.columns import Columns, Row, Table, find_columns, no_text_column
from undertone.uploads.text_reader import lines_of

_LISTS = ("comments", "items", "data", "latestComments", "replies")
"""Fields of an object in which exports keep their list of comments."""


def read_json(text: str) -> Table:
    """The comments in one JSON value. Raises Rejected for what is no JSON or names no text."""
    try:
        value = wire.decode_lenient(text.encode())
    except ValueError as error:
        raise Rejected(
            "the file is no JSON",
            {"file": f"{error}: send one JSON array of comments, or one object a line as .jsonl"},
        ) from None
    return _read_values(value if isinstance(value, list) else [value], [])


def is_json_lines(text: str) -> bool:
    """Whether `text` has several lines of which the first is JSON by itself."""
    if "\n" not in text.strip():
        return False
    try:
        wire.decode_lenient(lines_of(text.lstrip())[0].encode())
    except ValueError:
        return False
    return True


def read_json_lines(text: str) -> Table:
    """The comments in one JSON value a line; broken lines are counted in a note.

    Raises Rejected if all are broken or none names a text.
    """
    values: list[object] = []
    broken: list[int] = []
    for number, line in enumerate(lines_of(text), start=1):
        if not line.strip():
            continue
        try:
            values.append(wire.decode_lenient(line.encode()))
        except ValueError:
            broken.append(number)
    if broken and not values:
        raise Rejected("the file is no JSON Lines", {"file": "no line of it is a JSON value"})
    note = f"lines that are no JSON: {len(broken)} (first: {broken[0]})" if broken else ""
    return _read_values(values, [note] if note else [])


def _read_values(values: list[object], notes: list[str]) -> Table:
    items = list(_items(values))
    names = Counter(name for item in items for name in item.fields)
    columns = find_columns(list(names))
    if items and "text" not in columns.places:
        raise no_text_column(names)
    rows = [Row(item.outer | _cells(item.fields, columns), item.parent) for item in items]
    return Table(rows, [*notes, columns.note] if items else notes)


class _Item(NamedTuple):
    """A comment's object."""

    fields: Mapping[str, Any]
    outer: dict[str, str]
    """The cells that the post around it gives."""
    parent: str
    """Id of the comment around it."""


def _items(values: list[object]) -> Iterator[_Item]:
    """Every comment's object in `values`, also those in posts' lists and nested replies.

    An outermost object that holds a list is a post (a text of its own is the post's), unless the
    list is called `replies`; further in, whatever has a text is a comment.
    """
    waiting: list[tuple[object, dict[str, str], str]] = [(value, {}, "") for value in values[::-1]]
    outermost = len(waiting)  # how many of the outermost values are still waiting
    while waiting:
        outermost, is_outermost = min(outermost, len(waiting) - 1), len(waiting) <= outermost
        value, outer, parent = waiting.pop()
        if not isinstance(value, dict):
            yield _Item({"text": value} if isinstance(value, str) else {}, outer, parent)
            continue
        flat = {name: cell for name, cell in value.items() if not isinstance(cell, list)}
        columns = find_columns(list(flat))
        cells = _cells(flat, columns)
        lists = [name for name in _LISTS if isinstance(value.get(name), list)]
        if lists and ("text" not in columns.places or (is_outermost and lists[0] != "replies")):
            below = (outer | _cells_of_post(cells), "")
        else:
            yield _Item(flat, outer, parent)
            below = (outer | _cells_about_post(cells), cells.get("id", ""))
        waiting.extend((child, *below) for name in lists[:1] for child in reversed(value[name]))


def _cells_of_post(cells: dict[str, str]) -> dict[str, str]:
    """What the cells of an object that is a post itself say to its comments."""
    own = {"post": cells["id"]} if "id" in cells else {}
    return own | _cells_about_post(cells)


def _cells_about_post(cells: dict[str, str]) -> dict[str, str]:
    return {role: cells[role] for role in ("post", "title") if cells.get(role)}


def _cells(item: Mapping[str, Any], columns: Columns) -> dict[str, str]:
    cells = {role: item.get(name) for role, name in columns.names.items()}
    return {role: _cell(cell) for role, cell in cells.items() if cell is not None}


def _cell(value: object) -> str:
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()
