"""Whether a text that a model wrote says only what is in the material."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from undertone.content.records import Figure
from undertone.text import excerpt

MAX_ANSWER = 6_000
"""Characters."""
_NUMBER = re.compile(r"(?:(?<![\w.,])[-+\u2212])?\d+(?:[.,\u066b\u066c]\d+)*")
_IN_WORDS = re.compile(
    r"(?i)\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven"
    r"|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundreds?|thousands?|millions?"
    r"|billions?|dozens?|half|halves|thirds?|quarters?|twice|per ?cent|majority|minority)\b"
)
_INTERVAL = re.compile(r"(?i)\b95\s?% (?:confidence )?interval")
"""The name of what the templates give, too; no figure."""
_QUOTED = re.compile(r"“([^“”]*)”|\"([^\"]*)\"|«([^«»]*)»|„([^„“”]*)[“”]|「([^「」]*)」")
_LINK = re.compile(r"(?i)\b(?:https?://|www\.)\S+")
_MARKUP = re.compile(r"<[A-Za-z/!]|!?\[[^\]]*\]\(")


def problem_with(text: str, figures: Sequence[Figure], comments: Iterable[str]) -> str:
    """What a text says that is not in the material; empty if nothing.

    Every number must be a figure, or stand in a quote; every quote must be the words of a comment.
    Numbers in words are refused: they cannot be compared. So are links and markup.
    """
    if not text.strip():
        return "it is empty"
    if len(text) > MAX_ANSWER:
        return f"it has more than {MAX_ANSWER:,} characters"
    if found := _LINK.search(text) or _MARKUP.search(text):
        return f"it holds a link or markup: {excerpt(found.group(), 40)!r}"
    if text.count('"') % 2:
        return "it has a quotation mark without its other half"
    said = [_plain(comment) for comment in comments]
    for groups in _QUOTED.findall(text):
        quote = next((group for group in groups if group), "")
        if quote.strip() and not _is_said(quote, said):
            return f"it quotes what nobody said: {excerpt(quote, 80)!r}"
    prose = _INTERVAL.sub(" ", _QUOTED.sub(" ", text))
    return _wrong_number(prose, figures)


def _is_said(quote: str, said: Sequence[str]) -> bool:
    words = _plain(quote).removesuffix("…").rstrip(" .,!?;")
    return bool(words) and any(words in comment for comment in said)


def _wrong_number(prose: str, figures: Sequence[Figure]) -> str:
    allowed = {form for figure in figures for form in _forms(figure.value)}
    for number in _NUMBER.findall(prose):
        digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in number)
        plain = digits.translate({0x066B: ".", 0x066C: ",", 0x2212: "-"}).removeprefix("+")
        if plain not in allowed:
            return f"it holds a figure that was not counted: {excerpt(number, 40)}"
    if found := _IN_WORDS.search(prose):
        return f"it holds an amount in words: {found.group()!r}"
    return ""


def _forms(value: float) -> set[str]:
    """How a figure may be written."""
    if value == int(value) and abs(value) > 1:
        return {f"{int(value):,}", str(int(value))}
    forms = {f"{value:.2f}", f"{value:.2f}".replace(".", ",")}
    return forms | ({str(int(value))} if value == int(value) else set())


def _plain(text: str) -> str:
    """Letters as they are, with one kind of apostrophe and of space."""
    one_kind = text.translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"'})
    return " ".join(one_kind.split())
