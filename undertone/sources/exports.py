"""Files of comments → rows of cells by role, whatever the format; what was assumed is noted.

Columns are recognised by their names only (`columns`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from undertone.errors import Rejected
from undertone.sources.answers import decode_json, excerpt
from undertone.sources.columns import ROLES, Columns, find_columns, names_comments
from undertone.sources.tables import header_place, lines_of, read_rows

_LISTS = ("comments", "items", "data", "latestComments", "replies")
"""Fields of an object in which exports keep their list of comments."""


class Row(NamedTuple):
    """One comment's cells by role (`text`, `author`, …), as found."""

    cells: Mapping[str, str]
    parent: str = ""
    """Id of the comment whose nested replies hold this one."""


class Export(NamedTuple):
    """What a file holds."""

    rows: list[Row]
    notes: list[str]
    """What was assumed and what was not understood."""


def read_export(kind: str, text: str) -> Export:
    """The comments in `text`: `csv`, `json`, `lines` (of JSON), `text`, or empty for not told.

    Raises Rejected for what cannot be read and for a file without a column of texts.
    """
    start = text.lstrip()[:1]
    if kind == "lines" or (kind == "" and start == "{" and _is_lines(text)):
        return _from_lines(text)
    if kind == "json" or (kind == "" and start in {"[", "{"}):
        return _from_json(text)
    if kind == "text":
        return _from_text(text)
    return _from_table(text, told=kind == "csv")


def _from_table(text: str, *, told: bool) -> Export:
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
    return Export([Row(each) for each in cells], notes)


def _no_text_column(header: Iterable[str]) -> tuple[str, dict[str, str]]:
    found = ", ".join(excerpt(name, 40) for name in list(header)[:12]) or "nothing"
    names = ", ".join(ROLES["text"][:6])
    return (
        "the file has no column of comments",
        {"file": f"name the column that holds the comments one of: {names} (found: {found})"},
    )


def _from_text(text: str) -> Export:
    rows = [Row({"text": line}) for line in lines_of(text) if line.strip()]
    return Export(rows, ["plain text: one comment a line"])


def _from_json(text: str) -> Export:
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


def _from_lines(text: str) -> Export:
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


def _from_values(values: list[object], notes: list[str]) -> Export:
    objects = list(_objects(values))
    names = Counter(name for item, _, _ in objects for name in item)
    columns = find_columns(list(names))
    if objects and "text" not in columns.places:
        raise Rejected(*_no_text_column(names))
    rows = [Row(outer | _cells(item, columns), parent) for item, outer, parent in objects]
    return Export(rows, [*notes, columns.note] if objects else notes)


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
