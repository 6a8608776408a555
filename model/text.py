"""Preprocessing of comments before a tokenizer sees them: the same in training and in scoring.

Two versions, because models differ in what they were trained on. A manifest names the one that
its model wants, and a version never changes once a model was trained with it.

- `plain-1`: user names and links replaced as in the TweetEval corpora, entities, Unicode and white
  space cleaned. For models whose tokenizer knows emojis (RoBERTa's byte-level one).
- `words-1`: `plain-1`, then long repetitions shortened and emojis written out as words. For
  tokenizers without emojis, where one glued to a word would turn the whole word into [UNK].

What bounds the work (MAX_CHARACTERS, MAX_MARKS, MAX_JOINERS) changes no text that somebody means.
"""

from __future__ import annotations

import html
import re
import threading
import unicodedata
from collections.abc import Callable
from functools import cache

MAX_CHARACTERS = 20_000
"""The most that is read of one comment. Platforms allow 10,000; longer ones are attacks."""

MAX_MARKS = 30
"""Combining marks in a row that are read; as many as Unicode's stream-safe text has (UAX #15)."""
MAX_JOINERS = 100
"""Zero-width joiners that are looked at together: their cost grows with the square."""

_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_USER = re.compile(r"(?<![\w@])@\w(?:[\w.\-]*\w)?")
_REPEAT = re.compile(r"([^\d\s]{1,8}?)\1{3,}")
_SKIN_TONE = re.compile(r"_(?:medium-light|medium-dark|light|medium|dark)_skin_tone")
_PICTURE = re.compile(
    "[\u00a9\u00ae\u200d\u203c\u2049\u20e3\u2122\u2139\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\ufe0e\ufe0f\U0001f000-\U0001ffff\U000e0000-\U000e007f]"
)
"""Every emoji holds one of these. Most texts hold none, and need no table of emojis."""
_JOINERS = "\u200d\ufe0f"
"""Zero-width joiner and emoji presentation: format characters that emojis are made with."""
_JOINED = re.compile(f"(?:[^\u200d]*+\u200d){{1,{MAX_JOINERS}}}+|[^\u200d]++")
"""Finds the parts of a text that hold at most MAX_JOINERS."""
_LONG_NUMBER = re.compile("&#([0-9]{8,})")
_MAYBE_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{MAX_MARKS + 1}}}")
"""Finds any run of more than MAX_MARKS combining marks, and runs of other things."""


def plain(text: str) -> str:
    """`plain-1`. Lone surrogates and control characters go, since no tokenizer takes them."""
    text = unescape(text[:MAX_CHARACTERS])
    if not text.isascii() and _MAYBE_MARKS.search(text):
        text = _limit_marks(text)
    text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = "".join(map(_printable, text))
    if "://" in text or "www." in text.lower():
        text = _LINK.sub("http", text)
    if "@" in text:
        text = _USER.sub("@user", text)
    return " ".join(text.split())


def with_emoji_words(text: str) -> str:
    """`words-1`: "love😍😍😍😍😍" becomes "love :smiling face with heart-eyes: …", three times."""
    text = " ".join(map(_shorten_repeats, plain(text).split()))
    if text.isascii() or not _PICTURE.search(text):
        return text
    with _emoji_lock:
        replace = _emoji_replacer()
    return " ".join(replace(text).split())


def unescape(text: str) -> str:
    """`html.unescape`, which raises ValueError at a character reference of thousands of digits."""
    if "&#" in text:
        # Eight digits are beyond Unicode, as more are; what is more than a cut changes nothing.
        text = _LONG_NUMBER.sub(lambda found: "&#" + (found[1].lstrip("0") or "0")[:8], text)
    return html.unescape(text)


def emoji_words(name: str) -> str:
    """`:thumbs_up_dark_skin_tone:` as the words that a model reads, ` :thumbs up: `."""
    return f" {_SKIN_TONE.sub('', name).replace('_', ' ')} "


PREPROCESSING: dict[str, Callable[[str], str]] = {"plain-1": plain, "words-1": with_emoji_words}
"""The `preprocessing` of a manifest → the function that does it."""


def _shorten_repeats(word: str) -> str:
    # Something that is repeated four times makes a word at least three characters longer than its
    # set of characters. That is a quicker test than the search for the repetition.
    if len(word) - len(set(word)) < 3:
        return word
    return _REPEAT.sub(r"\1\1\1", word)


def _limit_marks(text: str) -> str:
    """`text` without the combining marks after MAX_MARKS of them in a row.

    Bringing a run into its canonical order takes a time that grows with the square of its length.
    """
    kept, run = [], 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def _printable(character: str) -> str:
    if character in _JOINERS:
        return character
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp", "Zs"}:
        return " "
    return "" if category in {"Cf", "Cs", "Co", "Cn"} else character


_emoji_lock = threading.Lock()
"""Held while `_emoji_replacer` is called."""


@cache
def _emoji_replacer() -> Callable[[str], str]:
    """A function that writes emojis out as words. Call this from one thread at a time.

    Imports the emoji table only when a text first needs it: 80 ms of a cold start. The package
    then fills a global search tree at its first replacement, without a lock: a second thread would
    see half of the tree and leave emojis as they are. So the tree is filled here, before any other
    thread can have the function.
    """
    import emoji  # noqa: PLC0415

    def replace_few(text: str) -> str:
        return emoji.replace_emoji(text, lambda _, data: emoji_words(data["en"]))

    def replace(text: str) -> str:
        if text.count("\u200d") <= MAX_JOINERS:
            return replace_few(text)
        if " " in text:
            return " ".join(map(replace, text.split(" ")))
        return "".join(map(replace_few, _JOINED.findall(text)))

    replace("\N{GRINNING FACE}")
    return replace
