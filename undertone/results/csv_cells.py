"""Cells of a CSV file that is opened in a spreadsheet, and their rows as bytes.

Comments are hostile input. Excel, LibreOffice and Google Sheets run a cell that begins with one of
a few characters as a formula (OWASP, CSV injection). And a cell of ours may become several: who
opens the file with another separator than ours, or without quotation marks, gets a cell after each
`;` or line break of a text. So a `'` is put before every such character that could come first; and
before any that has a `'` before it already, so that taking one away everywhere restores the text.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence

BOM = b"\xef\xbb\xbf"
"""Without it Excel reads UTF-8 as the local code page and breaks every emoji."""

MAX_CELL = 32_000
"""Excel cuts a cell at 32,767 UTF-16 units and spills the rest into the next row."""
CUT = " […cut here; comments.jsonl has all of it]"

_FORMULA = "=+\\-@\uff1d\uff0b\uff0d\uff20"
"""What a formula begins with, in full width too."""
_SEPARATORS = ",;|\t\n\r\x85\u2028\u2029"
_SKIPPED = (
    r" \xa0\u1680\u2000-\u200a\u202f\u205f\u3000"  # spaces
    r"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff"  # not seen
    "\"'"
)
"""What may stand before it: a reader drops these, or ends or begins a quotation with them."""
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_MAY_RUN = re.compile(f"[{_FORMULA}]")
_FIRST = re.compile(f"[{_SKIPPED}]*+(?=[{_FORMULA}])")
_FURTHER = re.compile(f"(?:[{_SEPARATORS}][{_SKIPPED}]*+|')(?=[{_FORMULA}])")
"""No skipped character is a separator, so nothing is read twice: linear."""
_LONGEST_CLUSTER = 40
"""Characters of one visible sign before which a cut is looked for; the longest emoji has 10."""


def text_cell(text: str) -> str:
    """`text` so that a spreadsheet shows it and does not run it, however it splits the file."""
    shown = _UNPRINTABLE.sub("\ufffd", text[: MAX_CELL + 1])
    if _MAY_RUN.search(shown):
        shown = _FURTHER.sub(r"\g<0>'", shown)
        first = _FIRST.match(shown)
        if first and not first[0].endswith("'"):
            shown = f"{first[0]}'{shown[first.end() :]}"
    if len(shown) > MAX_CELL // 2 and len(_utf16(shown)) > 2 * MAX_CELL:
        shown = _beginning(shown) + CUT
    return shown


def _beginning(text: str) -> str:
    """The first MAX_CELL UTF-16 units; less, where that would cut a visible sign in two."""
    whole = _utf16(text)[: 2 * MAX_CELL].decode("utf-16-le", "ignore")
    for end in range(len(whole), len(whole) - _LONGEST_CLUSTER, -1):
        if not _continues(text[end]) and text[end - 1] != "\u200d":
            return whole[:end]
    return whole


def _continues(char: str) -> bool:
    """Whether `char` belongs to the character before it: marks, joiners, skin tones, tags."""
    return (
        unicodedata.category(char) in {"Mn", "Me", "Mc", "Cf"}
        or "\U0001f3fb" <= char <= "\U0001f3ff"
    )


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def decimal(value: float) -> str:
    """A number with four decimals; never escaped, so that a minus stays a minus; no `-0.0000`."""
    return f"{value:z.4f}"


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """RFC 4180 lines in UTF-8, without BOM."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()
