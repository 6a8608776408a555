"""Bytes as people's programs save them → text → rows: encodings, BOMs, delimiters, quotes."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable
from typing import NamedTuple

from undertone.errors import Rejected

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DELIMITERS = ",;\t|"
_NONE = "\x1f"
"""ASCII's unit separator: as a delimiter it leaves every line one cell."""
_HEADER_WITHIN = 12
"""Rows at the top of a table among which its column names are looked for."""
_LONGEST_CELL = 64 * 1024 * 1024


class Decoded(NamedTuple):
    """Text, and what had to be assumed to get it (empty if nothing)."""

    text: str
    note: str


def decode_text(data: bytes, charset: str = "") -> Decoded:
    """`data` as text: by its BOM, else by `charset`, else UTF-8, else UTF-16 or Windows-1252.

    Raises Rejected for what is no text at all.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return Decoded(_whole(data[len(mark) :].decode(encoding, "replace")), "")
    if data.startswith(b"PK\x03\x04"):
        raise Rejected(
            "the file is an Excel workbook or another archive, not text: in Excel choose "
            "“Save as” → “CSV UTF-8” and send that file"
        )
    if wide := _wide(data):
        return Decoded(_whole(data.decode(wide, "replace")), f"read as {wide.upper()}")
    if charset and (named := _decode(data, charset)):
        return Decoded(named, "")
    return _guessed(data)


def _whole(text: str) -> str:
    """Without a second BOM and lone surrogates (which UTF-32 and some codecs let through)."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.lstrip("\ufeff")


def _wide(data: bytes) -> str:
    """UTF-16 without a BOM, told by where the zero bytes of its ASCII characters are."""
    head = data[:2000]
    if len(head) < 4 or head.count(0) < len(head) // 4:
        return ""
    return "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"


def _decode(data: bytes, charset: str) -> str:
    try:
        return _whole(data.decode(charset))
    except (LookupError, UnicodeError):
        return ""


def _guessed(data: bytes) -> Decoded:
    try:
        return Decoded(data.decode("utf-8"), "")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if broken * 20 <= sum(not char.isascii() for char in text):
        return Decoded(text, f"{broken} characters were not valid UTF-8")
    # Windows-1252 leaves five bytes undefined; they become U+FFFD.
    return Decoded(data.decode("cp1252", "replace"), "read as Windows-1252, as it is no UTF-8")


NamesColumns = Callable[[list[str]], bool]
"""Whether a row is one that names the columns that are looked for."""


def read_rows(text: str, names_columns: NamesColumns) -> list[list[str]]:
    """The rows of a CSV text, whatever its delimiter; rows without any content are left out.

    Raises Rejected naming the line where quotes go wrong.
    """
    delimiter = ""
    if told := re.match(r"sep=(.)\r?\n", text):  # Excel's own first line
        delimiter, text = told[1], text[told.end() :]
    csv.field_size_limit(_LONGEST_CELL)
    rows = _parse(text, delimiter or _delimiter(text, names_columns))
    return [row for row in rows if any(cell.strip() for cell in row)]


def header_place(rows: list[list[str]], names_columns: NamesColumns) -> int | None:
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
        return _NONE  # a single column: what looks like a delimiter is part of somebody's words
    if widths[widest]:
        return widest
    return max(_DELIMITERS, key=lambda delimiter: _regularity(tries[delimiter]))


def _head_rows(head: str, delimiter: str) -> list[list[str]]:
    rows = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    return [row for row in rows if any(cell.strip() for cell in row)]


def _header_width(rows: list[list[str]], names_columns: NamesColumns) -> int:
    place = header_place(rows, names_columns)
    return 0 if place is None else len(rows[place])


def _regularity(rows: list[list[str]]) -> float:
    widths = [len(row) for row in rows]
    usual = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
    return 0 if usual == 1 else usual * widths.count(usual) / len(widths)


def lines_of(text: str) -> list[str]:
    """The lines of `text`; unlike `splitlines` not parted at U+2028 and other separators."""
    return re.split(r"\r\n|\n|\r", text)


def column_key(name: str) -> str:
    """A column's name without case, spaces and punctuation: `Comment ID` → `commentid`."""
    return re.sub(r"[\W_]+", "", name.casefold())
