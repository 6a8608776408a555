"""The clauses of a text that are about something: what is said of it, and not of others.

Sentiment towards an entity is that of its clauses, scored by the same model as the comments.
docs/decisions/0041-aspects.md says where that is better than the whole comment, and where not.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
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


def said_of[K](text: str, places: Mapping[K, Iterable[int]]) -> dict[K, str]:
    """What `text` says of each key, which is mentioned at its `places` (one at least).

    The clauses that mention it, and those after them that mention nobody. Those before any mention
    go with the first. So all of a text is about the only one that it mentions.
    """
    starts = clause_starts(text)
    ends = [*starts[1:], len(text)]
    mentioned: dict[int, set[K]] = {}
    for key, own in places.items():
        for place in own:
            mentioned.setdefault(bisect_right(starts, place) - 1, set()).add(key)
    said: dict[K, list[str]] = {key: [] for key in places}
    subjects = mentioned[min(mentioned)] if mentioned else set()
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        subjects = mentioned.get(number, subjects)
        for key in subjects:
            said[key].append(text[start:end].strip())
    return {key: " ".join(parts) for key, parts in said.items()}
