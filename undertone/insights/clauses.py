"""The clause of a text that mentions something: what is said of it, without what is said of others.

Sentiment towards an entity is that of the clauses that mention it, scored by the same model as the
comments. docs/decisions/0041-aspects.md says how much better than the whole comment that is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise

FEWEST_WORDS = 3
"""A shorter clause says nothing by itself, and is read with the one before it, or after."""
_BORDER = re.compile(
    r"(?<=[.!?;:…。！？])\s+|(?<=[。！？])|\s[-–—]+\s"  # noqa: RUF001 - what people write
    r"|,?\s(?=(?:but|although|though|while|whereas|however|yet|except)\b)",
    re.IGNORECASE,
)


def clause_starts(text: str) -> list[int]:
    """Where the clauses of `text` begin; the first at 0. Linear in the text."""
    borders = [0, *(found.end() for found in _BORDER.finditer(text) if found.end() < len(text))]
    starts = [0]
    for begin, end in pairwise([*borders[1:], len(text)]):
        long_enough = _has_words(text, begin, end) and _has_words(text, starts[-1], begin)
        if long_enough and begin > starts[-1]:
            starts.append(begin)
    return starts


def _has_words(text: str, begin: int, end: int) -> bool:
    return text.count(" ", begin, end) + (not text[end - 1 : end].isspace()) >= FEWEST_WORDS


def clause_of(text: str, starts: list[int], places: Iterable[int]) -> str:
    """The clauses that hold `places`, one after the other."""
    numbers = sorted({bisect_right(starts, place) - 1 for place in places})
    ends = [*starts[1:], len(text)]
    return " ".join(text[starts[number] : ends[number]].strip() for number in numbers)
