"""Kinds of texts that a model may be worse at, and seeded typos."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

_NEGATION = re.compile(
    "\\b(?:not|no|never|none|nobody|nothing|cannot|without|\\w+n['\u2019]t)\\b", re.IGNORECASE
)
_EMOJI = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")
_LETTER = re.compile(r"[^\W\d_]")
MANY_CAPITALS = 0.3
TYPO_SHARE = 0.15
"""One word in about seven gets a typo."""


def _capitals(text: str) -> bool:
    letters = _LETTER.findall(text.replace("@user", "").replace("http", ""))
    return bool(letters) and sum(map(str.isupper, letters)) / len(letters) > MANY_CAPITALS


SLICES: dict[str, Callable[[str], bool]] = {
    "up to 8 words": lambda text: len(text.split()) <= 8,
    "9 to 18 words": lambda text: 8 < len(text.split()) <= 18,
    "over 18 words": lambda text: len(text.split()) > 18,
    "emoji": lambda text: bool(_EMOJI.search(text)),
    "negation": lambda text: bool(_NEGATION.search(text)),
    "question": lambda text: "?" in text,
    "hashtag": lambda text: "#" in text,
    "upper case": _capitals,
}
"""Name → whether a text belongs to it."""


def with_typos(text: str, rng: random.Random) -> str:
    """The text with letters swapped, dropped or doubled in some words, as on a phone."""
    words = text.split(" ")
    typed = (_typo(word, rng) if rng.random() < TYPO_SHARE else word for word in words)
    return " ".join(typed)


def _typo(word: str, rng: random.Random) -> str:
    if len(word) < 4 or not word.isalpha():
        return word
    at = rng.randrange(1, len(word) - 1)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return rng.choice([swapped, word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]])
