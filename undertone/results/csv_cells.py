"""Cells of a CSV file that is opened in a spreadsheet, and their rows as bytes.

Comments are hostile input: a cell that begins with one of a few characters is run as a formula by
Excel, LibreOffice and Google Sheets (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

BOM = b"\xef\xbb\xbf"
"""Without it Excel reads UTF-8 as the local code page and breaks every emoji."""

MAX_CELL = 32_000
"""Excel cuts a cell at 32,767 characters and spills the rest into the next row."""
CUT = " […cut here; comments.jsonl has all of it]"

_UNSEEN = r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
"""Whitespace and zero-width characters, which spreadsheets may skip before a formula."""
_RUNS = re.compile(rf"{_UNSEEN}*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def text_cell(text: str) -> str:
    """`text` so that a spreadsheet shows it and does not run it."""
    shown = _UNPRINTABLE.sub("\ufffd", text)
    if len(shown) > MAX_CELL:
        shown = shown[:MAX_CELL] + CUT
    return "'" + shown if _RUNS.match(shown) else shown


def decimal(value: float) -> str:
    """A number with four decimals; never escaped, so that a minus stays a minus; no `-0.0000`."""
    return f"{value:z.4f}"


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """RFC 4180 lines in UTF-8, without BOM."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()
