"""Where words begin and end, in any script: what counts as a mention of a name.

Between two characters there is a boundary or none, whatever stands around them; so a name has the
same boundaries by itself and in a text. Letters and digits join, in scripts that write no spaces
every character stands for itself, and a mark belongs to the character before it.
"""

from __future__ import annotations

import re
import unicodedata

MAX_MARKS = 30
"""Combining marks in a row that are read (UAX #15): sorting more takes the square of their number.
"""
ENDS, BEGINS = "\x01", "\x02"
"""Stand at every boundary of a marked text: the word before it ends, the one after it begins."""
_SPACELESS = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # kana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_JOINERS = "\u200c\u200d"
_BOUNDARY = re.compile(r"(?<=.)(?![mt])(?:(?<![wm])(?=.)|(?=[so]))")
"""Over kinds: none before a mark, none from a letter, or its mark, to a letter."""
_MAYBE_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{MAX_MARKS + 1}}}")


class _Kinds(dict[int, str]):
    """The kind of a character, found when it is first met: w(ord), s(paceless), o(ther), and the
    marks of words (m) and of spaceless scripts (t)."""

    def __missing__(self, code: int) -> str:
        kind = self[code] = _kind(chr(code))
        return kind


def _kind(char: str) -> str:
    spaceless = any(first <= ord(char) <= last for first, last in _SPACELESS)
    if char in _JOINERS:
        return "m"
    if unicodedata.category(char) in {"Mn", "Mc"} and not "\ufe00" <= char <= "\ufe0f":
        return "t" if spaceless else "m"
    if char == "_" or char.isalnum():
        return "s" if spaceless else "w"
    return "o"


_KINDS = _Kinds()


def tidy_text(text: str) -> str:
    """`text` composed (NFC), printable, with single spaces: what is searched, and what is quoted.

    Linear in the text.
    """
    if text.isascii():
        return " ".join(text.replace(ENDS, " ").replace(BEGINS, " ").split())
    if _MAYBE_MARKS.search(text):
        text = _limit_marks(text)
    text = unicodedata.normalize("NFC", text)
    return " ".join(text.replace(ENDS, " ").replace(BEGINS, " ").split())


def _limit_marks(text: str) -> str:
    kept, run = [], 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def marked(text: str) -> str:
    """`text` with `ENDS` and `BEGINS` at its boundaries, and at its ends."""
    kinds = text.translate(_KINDS)
    parts, last = [], 0
    for found in _BOUNDARY.finditer(kinds):
        parts.append(text[last : found.start()])
        last = found.start()
    parts.append(text[last:])
    return BEGINS + (ENDS + BEGINS).join(parts) + ENDS
