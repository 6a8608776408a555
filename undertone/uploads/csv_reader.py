"""CSV with any delimiter as people's programs save it, with or without lines above the columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

from undertone.errors import Rejected
from undertone.uploads.columns import Row, Table, find_columns, names_comments, no_text_column
from undertone.uploads.text_reader import lines_of, read_text

_DELIMITERS = ",;\t|"
_NO_DELIMITER = "\x1f"
"""ASCII's unit separator: as a delimiter it leaves every line one cell."""
_HEADER_WITHIN = 12
"""Rows at the top of a table among which its column names are looked for."""
_LONGEST_CELL = 64 * 1024 * 1024

NamesColumns = Callable[[list[str]], bool]
"""Whether a row is one that names the columns that are looked for."""


def read_csv(text: str, *, declared: bool) -> Table:
    """The comments in a table.

    `declared` False: nobody said that `text` is a table, and if nothing in it looks like one it
    is plain text. Raises Rejected for broken quotes and for a table without a column of texts.
    """
    rows = read_rows(text, names_comments)
    header = find_header(rows, names_comments)
    if header is None:
        if not declared and all(len(row) == 1 for row in rows):
            return read_text(text)
        raise no_text_column(rows[0] if rows else [])
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
    return Table([Row(each) for each in cells], notes)


def read_rows(text: str, names_columns: NamesColumns) -> list[list[str]]:
    """The rows of a CSV text, whatever its delimiter; rows without any content are left out.

    Raises Rejected naming the line where quotes go wrong.
    """
    delimiter = ""
    if match := re.match(r"sep=(.)\r?\n", text):  # Excel's own first line
        delimiter, text = match[1], text[match.end() :]
    csv.field_size_limit(_LONGEST_CELL)
    rows = _parse(text, delimiter or _delimiter(text, names_columns))
    return [row for row in rows if any(cell.strip() for cell in row)]


def find_header(rows: list[list[str]], names_columns: NamesColumns) -> int | None:
    """Index of the row that names the columns; None if none does.

    Exports put titles and dates above it. A lone cell counts only in the first row, where it is
    a column's name; further down it is somebody's words.
    """
    for place, row in enumerate(rows[:_HEADER_WITHIN]):
        if (place == 0 or len(row) > 1) and names_columns(row):
            return place
    return None


def _parse(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        raise Rejected(
            f"the table is broken near line {reader.line_num} ({error}): a cell that holds "
            'quotes, line ends or the delimiter must stand in "…", with quotes in it doubled'
        ) from None


def _delimiter(text: str, names_columns: NamesColumns) -> str:
    """The delimiter that makes the widest row of column names, else the most regular columns."""
    head = "\n".join(lines_of(text[:1_000_000])[:30])
    tries = {delimiter: _head_rows(head, delimiter) for delimiter in _DELIMITERS}
    widths = {delimiter: _header_width(rows, names_columns) for delimiter, rows in tries.items()}
    widest = max(_DELIMITERS, key=lambda delimiter: widths[delimiter])
    if widths[widest] == 1:
        return _NO_DELIMITER  # a single column: commas in it are part of somebody's words
    if widths[widest]:
        return widest
    return max(_DELIMITERS, key=lambda delimiter: _regularity(tries[delimiter]))


def _head_rows(head: str, delimiter: str) -> list[list[str]]:
    rows = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    return [row for row in rows if any(cell.strip() for cell in row)]


def _header_width(rows: list[list[str]], names_columns: NamesColumns) -> int:
    place = find_header(rows, names_columns)
    return 0 if place is None else len(rows[place])


def _regularity(rows: list[list[str]]) -> float:
    widths = [len(row) for row in rows]
    usual = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
    return 0 if usual == 1 else usual * widths.count(usual) / len(widths)
