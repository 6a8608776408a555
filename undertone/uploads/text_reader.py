"""The bytes of a text file as text, in whatever encoding a program saved it; and its lines."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator

from undertone.errors import Rejected
from undertone.limits import MAX_LINE
from undertone.text import excerpt
from undertone.uploads.columns import Row, Table

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
CHARSETS = frozenset({
    "ascii", "utf-8", "utf-8-sig",
    *(f"utf-{bits}{order}" for bits in (16, 32) for order in ("", "-le", "-be")),
    *(f"iso8859-{part}" for part in range(1, 17) if part != 12),
    *(f"cp{page}" for page in range(1250, 1259)),
    "cp437", "cp850", "cp852", "cp866", "cp874", "tis-620", "koi8-r", "koi8-u",
    "mac-roman", "mac-cyrillic", "mac-greek", "mac-latin2", "mac-turkish",
    "shift_jis", "cp932", "euc_jp", "iso2022_jp", "euc_kr", "cp949",
    "gb2312", "gbk", "gb18030", "big5", "big5hkscs", "cp950",
})  # fmt: skip
"""Charsets that people's programs write, by their names in Python. Of others some are no charsets
(`rot13`), and some take minutes (`punycode`)."""
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_BLOCK = 64 * 1024
"""Characters, or bytes, that are looked at together."""
_LINE = re.compile(r"[^\r\n]+")
_LINE_OR_GAP = re.compile(r"[^\r\n]+(?:\r\n|\r|\n)?|[\r\n]+")


class DecodedText:
    """A file as text. It is decoded anew each time it is read, block by block."""

    def __init__(self, data: bytes, encoding: str, note: str = "", *, start: int = 0) -> None:
        self._data = data
        self._encoding = encoding
        self._start = start
        self.note = note
        """What had to be assumed to get it; empty if nothing."""

    def blocks(self) -> Iterator[str]:
        """Whole lines together. Of a line longer than `MAX_LINE` only the beginning comes."""
        with self._open() as stream:
            while block := stream.read(_BLOCK):
                rest = stream.readline(MAX_LINE)
                yield block + rest
                while len(rest) == MAX_LINE and rest[-1] not in "\r\n":
                    rest = stream.readline(MAX_LINE)

    def lines(self) -> Iterator[str]:
        """The lines that are not empty, without their ends.

        Unlike with `splitlines` a line may hold U+2028 and other separators.
        """
        for block in self.blocks():
            yield from _LINE.findall(block)

    def lines_and_gaps(self) -> Iterator[str]:
        """The lines that are not empty, each with its end; of empty lines all ends together."""
        for block in self.blocks():
            yield from _LINE_OR_GAP.findall(block)

    def first_line(self) -> str:
        """The first line with content, without white space around it; empty if there is none."""
        return next((line.strip() for line in self.lines() if not line.isspace()), "")

    def as_utf8(self) -> bytes:
        """The whole as UTF-8, in which single characters may be broken."""
        if self._encoding == "utf-8":
            return self._data[self._start :]
        encoded = bytearray()
        with self._open() as stream:
            while block := stream.read(_BLOCK):
                encoded += block.encode()
        return bytes(encoded)

    def _open(self) -> io.TextIOWrapper:
        raw = io.BytesIO(self._data)
        raw.seek(self._start)
        return io.TextIOWrapper(raw, self._encoding, "replace", newline="")


def decode_text(data: bytes, charset: str = "") -> DecodedText:
    """`data` as text: by its BOM, else by `charset`, else UTF-8, else UTF-16 or Windows-1252.

    Raises Rejected for what is no text at all.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            start = len(mark)
            while data.startswith(mark, start):
                start += len(mark)
            return DecodedText(data, encoding, start=start)
    if data.startswith((_OLD_EXCEL, b"%PDF-", b"\x1f\x8b")):
        raise Rejected(
            "the file is an old Excel workbook (.xls), a PDF or an archive, not text: save it as "
            "an Excel workbook (.xlsx) or as “CSV UTF-8” and send that file"
        )
    if wide := _wide_encoding(data):
        return DecodedText(data, wide, f"read as {wide.upper()}")
    known = _known_charset(charset)
    if known and _fits(data, known):
        return DecodedText(data, known)
    guessed = _decode_by_guess(data)
    if charset and not known:
        name = excerpt(charset[:200], 40)
        unknown = f"the charset “{name}” is none that is read here, so it was guessed"
        guessed.note = "; ".join(filter(None, [unknown, guessed.note]))
    return guessed


def is_workbook(data: bytes) -> bool:
    """Whether `data` is a ZIP archive, as Excel's workbooks are."""
    return data.startswith(b"PK\x03\x04")


def read_text(text: DecodedText) -> Table:
    """A comment a line; lines without content are left out."""
    rows = (Row({"text": line}) for line in text.lines() if not line.isspace())
    return Table(rows, ["plain text: one comment a line"], shows_texts=False)


def _known_charset(charset: str) -> str:
    """Python's name for `charset`, if it is one that is read."""
    try:
        name = codecs.lookup(charset[:40]).name
    except (LookupError, ValueError):  # the latter for a zero in it
        return ""
    return name if name in CHARSETS else ""


def _wide_encoding(data: bytes) -> str:
    """Which UTF-16 `data` is in, by where the zero bytes of its ASCII characters are.

    Empty if it is in neither.
    """
    head = data[:2000]
    if len(head) < 4 or head.count(0) < len(head) // 4:
        return ""
    return "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"


def _decoded(data: bytes, encoding: str, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    for place in range(0, len(data), _BLOCK):
        yield decoder.decode(data[place : place + _BLOCK])
    yield decoder.decode(b"", final=True)


def _fits(data: bytes, encoding: str) -> bool:
    """Whether all of `data` is in `encoding`."""
    try:
        for _ in _decoded(data, encoding, "strict"):
            pass
    except UnicodeError:
        return False
    return True


def _decode_by_guess(data: bytes) -> DecodedText:
    """As UTF-8 if nearly all of it is UTF-8, else as Windows-1252."""
    if _fits(data, "utf-8"):
        return DecodedText(data, "utf-8")
    broken = foreign = 0
    for block in _decoded(data, "utf-8", "replace"):
        broken += block.count("\ufffd")
        foreign += len(block) - len(block.encode("ascii", "ignore"))
    if broken * 20 <= foreign:
        return DecodedText(data, "utf-8", f"{broken} characters were not valid UTF-8")
    # Windows-1252 leaves five bytes undefined; they become U+FFFD.
    return DecodedText(data, "cp1252", "read as Windows-1252, as it is no UTF-8")
