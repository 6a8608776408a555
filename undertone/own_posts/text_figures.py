"""What can be counted in a post's text: words, sentences, characters, hashtags, links, emoji.

A word is what lies between two word boundaries of Unicode (UAX 29) and holds a letter or a digit:
`don't`, `3.14` and `l'homme` are one word each, `e-mail` is two. Links are no words. Thai, Lao,
Khmer, Burmese, Chinese and Japanese are written without spaces; the rule would count their
characters there, so a text that holds more than a few of these has no number of words.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import regex

MOST_LISTED = 1_000
"""Hashtags, mentions, links or emoji that are listed; further ones are only counted."""
WORDS_A_MINUTE = 238
"""Silent reading of non-fiction by adults, the mean of 190 studies (Brysbaert 2019)."""
UNSPACED_SHARE = 0.05
"""Of a text's letters; up to so many may be of scripts without spaces, as in a quoted name."""

_SCRIPTS = ("Thai", "Lao", "Khmer", "Myanmar", "Han", "Hiragana", "Katakana")
_UNSPACED = regex.compile("[" + "".join(rf"\p{{Script={script}}}" for script in _SCRIPTS) + "]")
_LETTER = regex.compile(r"\p{L}")
_SEGMENT = regex.compile(r"(?ws)\b.+?\b")
_FLAG_OR_OTHERS = regex.compile(
    "[\U0001f1e6-\U0001f1ff]{2}|[^\U0001f1e6-\U0001f1ff]+|[\U0001f1e6-\U0001f1ff]"
)
_WORD_CHARACTER = regex.compile(r"[\p{L}\p{N}]")
_FLAG = regex.compile("[\U0001f1e6-\U0001f1ff]{2}")
_CHARACTER = regex.compile(r"\X")
_LINK = regex.compile(r"(?i)\b(?:https?://|www\.)[^\s<>\"'“”«»]+")
_TAG = regex.compile(r"(?<![\w&/])[#\uff03](?=\w*\p{L})[\w\p{M}]+")
_MENTION = regex.compile(r"(?<![\w./@])@\w[\w.\-]*(?:@[\w\-]+(?:\.[\w\-]+)+)?")
_EMOJI = regex.compile(r"[\p{Emoji_Presentation}\U0001f3f4]|\p{Emoji}\ufe0f|\u20e3")
_CLOSING = r"[\p{Pe}\p{Pf}\"']*"
_SENTENCE_END = regex.compile(
    rf"[\p{{SB=STerm}}\p{{SB=ATerm}}\u2026]+{_CLOSING}(?=\s|$)"
    rf"|[\u3002\uff01\uff1f\uff61]+{_CLOSING}"  # in Chinese and Japanese no space follows
    r"|\n\s*"
)
_AFTER_LINK = ".,;:!?)]}…"


class Listed(NamedTuple):
    """Things found in a text, in order, the first `MOST_LISTED` of them by name."""

    total: int
    found: tuple[str, ...]


class TextFigures(NamedTuple):
    """What was counted in a text."""

    words: int | None
    """None where words cannot be counted; `words_reason` says why."""
    words_reason: str
    average_word_length: float | None
    """Characters as readers count them; None without words."""
    sentences: int
    characters: int
    """Grapheme clusters: a flag or a letter with its accents is one."""
    reading_seconds: int | None
    """At `WORDS_A_MINUTE`, rounded up; None where words cannot be counted."""
    hashtags: Listed
    mentions: Listed
    links: Listed
    emoji: Listed


def text_figures(text: str) -> TextFigures:
    """Count a text. Linear in its length; a mebibyte takes near half a second."""
    links = _listed(match.rstrip(_AFTER_LINK) for match in _LINK.findall(text))
    prose = _LINK.sub(" ", text)
    reason = _why_no_words(prose)
    lengths = [] if reason else _word_lengths(prose)
    seconds = None if reason else math.ceil(len(lengths) * 60 / WORDS_A_MINUTE)
    return TextFigures(
        words=None if reason else len(lengths),
        words_reason=reason,
        average_word_length=round(sum(lengths) / len(lengths), 2) if lengths else None,
        sentences=_sentences(prose),
        characters=character_count(text),
        reading_seconds=seconds,
        hashtags=_listed(_TAG.findall(prose)),
        mentions=_listed(match.rstrip(".-") for match in _MENTION.findall(prose)),
        links=links,
        emoji=_listed(_emoji(text)),
    )


def character_count(text: str) -> int:
    """Grapheme clusters."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    return sum(1 for _ in _CHARACTER.finditer(_without_flags(text)))


def _without_flags(text: str) -> str:
    """`text` with one plain character for each flag.

    In a row of regional indicators each boundary depends on all before it, so finding them all
    takes a time that grows with the square of the row.
    """
    return str(_FLAG.sub("\u2691", text))


def _why_no_words(text: str) -> str:
    unspaced = len(_UNSPACED.findall(text))
    if unspaced == 0 or unspaced <= UNSPACED_SHARE * len(_LETTER.findall(text)):
        return ""
    return (
        "the text is in a script that is written without spaces between words, such as Thai, "
        "Chinese or Japanese; its words are not counted"
    )


def _word_lengths(text: str) -> list[int]:
    segments = _SEGMENT.findall(_without_flags(text))
    words = (segment for segment in segments if _WORD_CHARACTER.search(segment))
    return [len(word) if word.isascii() else character_count(word) for word in words]


def _sentences(text: str) -> int:
    """Stretches that hold a letter or a digit, between ends of sentences or lines."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    starts = [0, *ends]
    stretches = zip(starts, [*ends, len(text)], strict=True)
    return sum(1 for start, end in stretches if _WORD_CHARACTER.search(text, start, end))


def _emoji(text: str) -> Iterator[str]:
    if not _EMOJI.search(text):
        return
    for run in _FLAG_OR_OTHERS.finditer(text):
        part = run.group()
        if _FLAG.fullmatch(part):
            yield part
            continue
        for cluster in _CHARACTER.findall(part):
            if _EMOJI.search(cluster):
                yield cluster


def _listed(found: Iterable[str]) -> Listed:
    iterator = iter(found)
    first = tuple(islice(iterator, MOST_LISTED))
    return Listed(len(first) + sum(1 for _ in iterator), first)
