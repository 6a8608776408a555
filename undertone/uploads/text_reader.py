"""The bytes of a text file as text, in whatever encoding a program saved it; and its lines."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from undertone.errors import Rejected
from undertone.text import without_surrogates
from undertone.uploads.columns import Row, Table

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


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
            return Decoded(_clean(data[len(mark) :].decode(encoding, "replace")), "")
    if data.startswith(b"PK\x03\x04"):
        raise Rejected(
            "the file is an Excel workbook or another archive, not text: in Excel choose "
            "“Save as” → “CSV UTF-8” and send that file"
        )
    if wide := _wide_encoding(data):
        return Decoded(_clean(data.decode(wide, "replace")), f"read as {wide.upper()}")
    if charset and (text := _decode(data, charset)):
        return Decoded(text, "")
    return _decode_by_guess(data)


def lines_of(text: str) -> list[str]:
    """The lines of `text`; unlike `splitlines` not parted at U+2028 and other separators."""
    return re.split(r"\r\n|\n|\r", text)


def read_text(text: str) -> Table:
    """A comment a line; lines without content are left out."""
    rows = [Row({"text": line}) for line in lines_of(text) if line.strip()]
    return Table(rows, ["plain text: one comment a line"])


def _clean(text: str) -> str:
    """Without a second BOM and lone surrogates (which UTF-32 and some codecs let through)."""
    return without_surrogates(text).lstrip("\ufeff")


def _wide_encoding(data: bytes) -> str:
    """Which UTF-16 `data` is in, by where the zero bytes of its ASCII characters are.

    Empty if it is in neither.
    """
    head = data[:2000]
    if len(head) < 4 or head.count(0) < len(head) // 4:
        return ""
    return "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"


def _decode(data: bytes, charset: str) -> str:
    """`data` in `charset`; empty if there is no such charset or `data` is not in it."""
    try:
        return _clean(data.decode(charset))
    except (LookupError, UnicodeError):
        return ""


def _decode_by_guess(data: bytes) -> Decoded:
    """As UTF-8 if nearly all of it is UTF-8, else as Windows-1252."""
    try:
        return Decoded(data.decode("utf-8"), "")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if broken * 20 <= sum(not char.isascii() for char in text):
        return Decoded(text, f"{broken} characters were not valid UTF-8")
    # Windows-1252 leaves five bytes undefined; they become U+FFFD.
    return Decoded(data.decode("cp1252", "replace"), "read as Windows-1252, as it is no UTF-8")
