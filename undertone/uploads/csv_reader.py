"""CSV with any delimiter as people's programs save it, with or without lines above the columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice

from undertone.errors import Rejected
from undertone.limits import MAX_COLUMNS, MAX_LINE, too_many_columns
from undertone.uploads.columns import (
    Chosen,
    Columns,
    Row,
    Table,
    find_columns,
    naming,
    no_text_column,
)
from undertone.uploads.text_reader import DecodedText, read_text

_DELIMITERS = ",;\t|"
_NO_DELIMITER = "\x1f"
"""ASCII's unit separator: as a delimiter it leaves every line one cell."""
_HEADER_WITHIN = 12
"""Rows at the top of a table among which its column names are looked for."""
_HEAD = 200_000
"""Characters at the top of a table by which its delimiter is told."""

NamesColumns = Callable[[Sequence[str]], bool]
"""Whether a row is one that names the columns that are looked for."""


def read_csv(text: DecodedText, chosen: Chosen = (), *, declared: bool) -> Table:
    """The comments in a table.

    `declared` False: nobody said that `text` is a table, and if nothing in it looks like one it
    is plain text. Raises Rejected for broken quotes and for a table without a column of texts;
    for quotes also while the rows are read.
    """
    rows = read_rows(text, naming(chosen))
    head = take_head(rows)
    if not declared and not chosen and find_header(head, naming(chosen)) is None:
        if all(len(row) == 1 for row in chain(head, rows)):
            return read_text(text)
        rows = iter(())
    return read_table(head, rows, chosen)


def read_table(head: list[list[str]], rows: Iterable[list[str]], chosen: Chosen) -> Table:
    """The comments in a table of which `head` are the first rows. Raises Rejected."""
    place = find_header(head, naming(chosen))
    if place is None:
        widest = max(head, key=len, default=[])
        _check_width(widest)
        names = next((row for row in head if len(row) == len(widest)), [])
        samples = [dict(zip(names, row, strict=False)) for row in head if row is not names]
        raise no_text_column(names, samples, chosen)
    header = head[place]
    _check_width(header)
    columns = find_columns(header, chosen)
    notes = [columns.note]
    if place:
        notes.append(f"lines above the column names: {place}, passed over")
    below = _rows_below(len(header), columns, chain(head[place + 1 :], rows), notes)
    return Table(below, notes, columns.own_links)


def _check_width(header: list[str]) -> None:
    if len(header) > MAX_COLUMNS:
        raise too_many_columns(f"{len(header):,}")


def _rows_below(
    width: int, columns: Columns, rows: Iterable[list[str]], notes: list[str]
) -> Iterator[Row]:
    longer = 0
    for row in rows:
        longer += any(cell.strip() for cell in row[width:])
        yield Row({role: row[place] for role, place in columns.places.items() if place < len(row)})
    if longer:
        notes.append(f"rows with more cells than there are columns: {longer}")


def take_head(rows: Iterator[list[str]]) -> list[list[str]]:
    """The first rows, among which the column names must be; `rows` goes on after them."""
    return list(islice(rows, _HEADER_WITHIN))


def read_rows(text: DecodedText, names_columns: NamesColumns) -> Iterator[list[str]]:
    """The rows of a CSV text, whatever its delimiter; rows without any content are left out.

    Raises Rejected naming the line where quotes go wrong, once it gets there.
    """
    csv.field_size_limit(MAX_LINE)  # of this process, which begins with 131,072
    head = next(text.blocks(), "")[:_HEAD]
    match = re.match(r"sep=([^\r\n]{0,8})\r*\n", head)  # Excel's own first line
    delimiter = match[1] if match and re.fullmatch(r"[^\w\s\"'\\]|\t", match[1]) else ""
    start = match.end() if match else 0
    rows = _parse(
        _without(start, text.lines_and_gaps()),
        delimiter or _delimiter(head[start:], names_columns),
    )
    return (row for row in rows if any(cell.strip() for cell in row))


def _without(characters: int, lines: Iterator[str]) -> Iterator[str]:
    """The lines after the first `characters`, which are lines of their own."""
    while characters > 0:
        characters -= len(next(lines))
    return lines


def find_header(rows: Sequence[list[str]], names_columns: NamesColumns) -> int | None:
    """Index of the row that names the columns; None if none does.

    Exports put titles and dates above it. A lone cell counts only in the first row, where it is
    a column's name; further down it is somebody's words.
    """
    for place, row in enumerate(rows[:_HEADER_WITHIN]):
        if (place == 0 or len(row) > 1) and names_columns(row):
            return place
    return None


class _Lines:
    """Lines for the parser, which may take many for one row."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.taken = 0
        """Characters since the last row, which sets it to 0."""
        self.number = 0
        """Of the last line."""

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            if line[0] in "\r\n":
                yield from self._gap(line)
                continue
            self.number += 1
            self._take(len(line))
            yield line

    def _gap(self, ends: str) -> Iterator[str]:
        """Empty lines, which are nothing between two rows, and part of a cell within one."""
        if self.taken == 0:
            self.number += ends.count("\n") + ends.count("\r") - ends.count("\r\n")
            return
        for end in re.findall(r"\r\n|\r|\n", ends):
            if self.taken:
                self.number += 1
                self._take(len(end))
                yield end

    def _take(self, characters: int) -> None:
        self.taken += characters
        if self.taken >= MAX_LINE:
            raise Rejected(
                f"the row of the table that ends near line {self.number} has {self.taken:,} "
                f"characters or more, at most {MAX_LINE:,} are read: is a quote not closed?"
            )


def _parse(text: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    lines = _Lines(text)
    try:
        for row in csv.reader(lines, delimiter=delimiter, strict=True):
            lines.taken = 0
            yield row
    except csv.Error as error:
        raise Rejected(
            f"the table is broken near line {lines.number} ({error}): a cell that holds "
            'quotes, line ends or the delimiter must stand in "…", with quotes in it doubled'
        ) from None


def _delimiter(head: str, names_columns: NamesColumns) -> str:
    """The delimiter that makes the widest row of column names, else the most regular columns."""
    lines = "\n".join(re.split(r"\r\n|\n|\r", head, maxsplit=30)[:30])
    tries = {delimiter: _head_rows(lines, delimiter) for delimiter in _DELIMITERS}
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
