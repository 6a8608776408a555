"""Excel workbooks (.xlsx) as rows of text, read while they are asked for.

openpyxl says how the workbook is laid out and what its formats mean. The two parts that may be
large, the texts and the sheet, are read here, element by element: openpyxl's own readers keep what
they have passed, and rows as long as a file cares to claim. What the archive may unpack to is
checked before anything is unpacked, and `zipfile` gives no more of a part than it declares.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from io import BytesIO
from typing import IO, Any, NamedTuple
from xml.etree.ElementTree import Element, iterparse
from zipfile import ZipFile

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.datetime import from_excel

from undertone.errors import Rejected
from undertone.limits import MAX_COLUMNS
from undertone.text import excerpt

MAX_FILE = 16 * 1024 * 1024
"""Bytes of a workbook: packed, it holds as much as a table of twice to five times the size."""
MAX_TEXTS = 32 * 1024 * 1024
"""Bytes of all its different texts, and of all cells of a sheet together."""
MAX_SHEET = 256 * 1024 * 1024
"""Bytes that a sheet may unpack to; it is never held."""
MAX_LAYOUT = 256 * 1024
"""Bytes of each part that says how the workbook is laid out: openpyxl makes objects of them."""
MAX_STRINGS = 600_000
MAX_ROWS = 1_048_576
"""Rows of a sheet, as Excel has them."""
_MOST_ELEMENTS = 8 * MAX_COLUMNS
"""XML elements between the ends of two rows."""
_MOST_IN_A_PART = 12_000_000
"""XML elements of one part; a sheet of 300,000 comments in ten columns has 9 million."""
_MOST_SHEETS = 20
_MOST_PARTS = 2_000

_LAYOUT = re.compile(
    r"\[Content_Types\]\.xml|xl/(?:workbook|styles)\.xml|xl/_rels/workbook\.xml\.rels"
)
_LETTERS = re.compile(r"[A-Z]{1,3}(?=[0-9])")


class _Workbook(NamedTuple):
    archive: ZipFile
    sheets: list[str]
    """Parts of the visible sheets, in order."""
    strings: list[bytes]
    dates: frozenset[int]
    """Styles whose numbers are times."""
    durations: frozenset[int]
    epoch: Any


def read_sheet(data: bytes) -> Iterator[list[str]]:
    """The rows of a workbook's first visible sheet that has any, without the empty ones.

    Times come as ISO 8601. Raises Rejected for what is no workbook, or too large; also while the
    rows are read.
    """
    if len(data) > MAX_FILE:
        raise Rejected(
            f"the workbook has {len(data):,} bytes; send at most {MAX_FILE:,}, or save it as "
            "“CSV UTF-8”, of which more can be sent",
            status=413,
        )
    try:
        book = _open(data)
        for sheet in book.sheets[:_MOST_SHEETS]:
            rows = _rows(book, sheet)
            first = next(rows, None)
            if first is not None:
                yield first
                yield from rows
                return
    except Rejected:
        raise
    except Exception as error:  # whatever a stranger's archive makes of zipfile, expat and openpyxl
        raise _broken(type(error).__name__) from error


def _broken(why: str) -> Rejected:
    return Rejected(
        f"the file is no Excel workbook that can be read ({why}): open it in Excel or LibreOffice, "
        "save it as .xlsx without a password or as “CSV UTF-8”, and send that file"
    )


def _too_large(what: str) -> Rejected:
    return Rejected(f"the workbook is too large: {what}; split it, or send it as CSV", status=413)


def _open(data: bytes) -> _Workbook:
    with warnings.catch_warnings(action="ignore"):  # openpyxl's, of what it leaves out
        reader = ExcelReader(BytesIO(data), read_only=True, data_only=True, keep_links=False)
        _check_sizes(reader.archive)
        reader.read_manifest()
        reader.read_workbook()
        apply_stylesheet(reader.archive, reader.wb)
        sheets = [
            rel.target
            for sheet, rel in reader.parser.find_sheets()
            if sheet.state == "visible" and rel.Type.endswith("/worksheet")
        ]
    book = reader.wb
    return _Workbook(
        reader.archive,
        sheets,
        _strings(reader.archive),
        frozenset(book._date_formats),  # noqa: SLF001 - what its own reader of cells is given
        frozenset(book._timedelta_formats),  # noqa: SLF001
        book.epoch,
    )


def _check_sizes(archive: ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > _MOST_PARTS:
        raise _too_large(f"it has {len(parts):,} parts, at most {_MOST_PARTS:,} are read")
    for part in parts:
        most = MAX_SHEET
        if _LAYOUT.fullmatch(part.filename):
            most = MAX_LAYOUT
        elif part.filename.casefold() == "xl/sharedstrings.xml":
            most = 2 * MAX_TEXTS
        if part.file_size > most:
            size = f"{part.file_size:,} bytes, at most {most:,} are read"
            raise _too_large(f"{excerpt(part.filename, 60)} unpacks to {size}")


def _strings(archive: ZipFile) -> list[bytes]:
    """The workbook's different texts, as UTF-8, which takes less room than Python's texts."""
    names = {name.casefold(): name for name in archive.namelist()}
    part = names.get("xl/sharedstrings.xml")
    strings: list[bytes] = []
    if part is None:
        return strings
    size = 0
    with archive.open(part) as source:
        for element in _elements(source, "si", "sst"):
            text = _text(element).encode()
            size += len(text)
            if size > MAX_TEXTS or len(strings) >= MAX_STRINGS:
                most = f"{MAX_STRINGS:,} different texts or {MAX_TEXTS:,} bytes of them"
                raise _too_large(f"it has more than {most}")
            strings.append(text)
    return strings


def _elements(source: IO[bytes], wanted: str, around: str) -> Iterator[Element]:
    """Each element called `wanted` when it is complete, until `around` ends; then it is emptied."""
    container: Element | None = None
    count = _Count(wanted)
    # Expat refuses entities that grow beyond a hundred times what they are written as.
    for event, element in iterparse(source, events=("start", "end")):  # nosec B314  # noqa: S314
        name = element.tag.rpartition("}")[2]
        if event == "start":
            count.open()
            container = element if name == around else container
        elif name == wanted:
            yield element
            count.close()
            element.clear()
            if container is not None:
                container.clear()
        elif name == around:
            return


class _Count:
    """How many elements were met. Raises Rejected beyond what is read."""

    def __init__(self, wanted: str) -> None:
        self._wanted = wanted
        self._before = self._opened = 0

    def open(self) -> None:
        self._opened += 1
        if self._opened > _MOST_ELEMENTS:
            raise _too_large(f"more than {_MOST_ELEMENTS:,} elements belong to one {self._wanted}")
        if self._before + self._opened > _MOST_IN_A_PART:
            raise _too_large(f"more than {_MOST_IN_A_PART:,} cells and other elements are in it")

    def close(self) -> None:
        """One of those that are wanted is complete."""
        self._before, self._opened = self._before + self._opened, 0


def _text(element: Element) -> str:
    """The text in `element`, in pieces if its formats differ; without phonetic hints."""
    pieces: list[str] = []
    for child in element:
        name = child.tag.rpartition("}")[2]
        if name == "t":
            pieces.append(child.text or "")
        elif name == "r":
            pieces.append(_text(child))
    return "".join(pieces)


def _rows(book: _Workbook, sheet: str) -> Iterator[list[str]]:
    size = number = 0
    with book.archive.open(sheet) as source:
        for row in _elements(source, "row", "sheetData"):
            number += 1
            if number > MAX_ROWS:
                raise _too_large(f"it has more than {MAX_ROWS:,} rows")
            cells = _cells(book, row)
            size += sum(map(len, cells))
            if size > MAX_TEXTS:
                raise _too_large(f"its cells come to more than {MAX_TEXTS:,} characters")
            if any(cell.strip() for cell in cells):
                yield cells


def _cells(book: _Workbook, row: Element) -> list[str]:
    cells: list[str] = []
    for cell in row:
        letters = _LETTERS.match(cell.get("r") or "")
        place = _column(letters[0]) if letters else len(cells)
        if place > MAX_COLUMNS:
            break
        if place >= len(cells):
            cells += [""] * (place - len(cells) + 1)
        cells[place] = _cell(book, cell)
    return cells


def _column(letters: str) -> int:
    """`A` → 0, `AB` → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _cell(book: _Workbook, cell: Element) -> str:
    kind, value = cell.get("t") or "n", ""
    for child in cell:
        name = child.tag.rpartition("}")[2]
        if name == "is":
            return _text(child)
        if name == "v":
            value = child.text or ""
    if kind == "s" and value:
        return book.strings[int(value)].decode()
    if kind == "e":
        return ""
    if kind == "b":
        return "true" if value == "1" else "false"
    return _number(book, value, int(cell.get("s") or 0)) if kind == "n" else value


def _number(book: _Workbook, value: str, style: int) -> str:
    """A number as people would write it: a time if its format says so, whole ones without point."""
    if not value:
        return ""
    number = float(value)
    if style in book.dates and style not in book.durations:
        try:
            return str(from_excel(number, book.epoch).isoformat(timespec="seconds"))
        except (ValueError, OverflowError, TypeError, AttributeError):
            return value
    if re.fullmatch(r"-?[0-9]{1,19}", value):
        return value
    return str(int(number)) if number.is_integer() else value
