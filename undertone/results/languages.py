"""Counts of comments by language, which are merged in any order, and the words that tell them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

MAX_LANGUAGES = 200
"""Different languages in one count; the detector knows 176. What is beyond counts as OTHER."""
OTHER = "other"
SHOWN = 10
"""Languages in a cell of posts.csv; the rest is OTHER."""
NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech",
    "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
    "et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French", "gu": "Gujarati",
    "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian",
    "it": "Italian", "ja": "Japanese", "ka": "Georgian", "kn": "Kannada", "ko": "Korean",
    "lt": "Lithuanian", "lv": "Latvian", "ml": "Malayalam", "mr": "Marathi", "ms": "Malay",
    "my": "Burmese", "ne": "Nepali", "nl": "Dutch", "no": "Norwegian", "pa": "Punjabi",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak",
    "sl": "Slovene", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil",
    "te": "Telugu", "th": "Thai", "tl": "Tagalog", "tr": "Turkish", "uk": "Ukrainian",
    "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
"""English names of the languages that comments are mostly in."""

Counts = Mapping[str, int]


def count_languages(languages: Iterable[str]) -> dict[str, int]:
    """How many comments are in each language; comments whose language nobody looked at are not
    counted."""
    return _bounded(Counter(language for language in languages if language))


def merge_languages(counts: Iterable[Counts]) -> dict[str, int]:
    """The counts over all."""
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return _bounded(total)


def language_shares(counts: Counts) -> str:
    """`en 0.9000, es 0.1000`: the shares of the SHOWN most frequent, then OTHER."""
    total = sum(counts.values())
    ranked = _ranked(counts)
    shown = [(name, number) for name, number in ranked if name != OTHER][:SHOWN]
    rest = total - sum(number for _, number in shown)
    if rest:
        shown.append((OTHER, rest))
    return ", ".join(f"{name} {number / total:.4f}" for name, number in shown)


def unread_reason(unread: Counts, fetched: int) -> str:
    """`41 of 120 comments are in Indonesian, which this model does not read`; empty if none is."""
    number = sum(unread.values())
    if not number:
        return ""
    names = [NAMES.get(name, f"the language {name!r}") for name, _ in _ranked(unread)]
    few = names if len(names) < 4 else [*names[:2], f"{len(names) - 2} other languages"]
    where = few[0] if len(few) == 1 else f"{', '.join(few[:-1])} and {few[-1]}"
    if fetched == 1:
        return f"the comment is in {where}, which this model does not read"
    verb = "is" if number == 1 else "are"
    return f"{number} of {fetched} comments {verb} in {where}, which this model does not read"


def _ranked(counts: Counts) -> list[tuple[str, int]]:
    """The most frequent first, equals by name: the same for the same counts in any order."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _bounded(counts: Counts) -> dict[str, int]:
    if len(counts) <= MAX_LANGUAGES:
        return dict(sorted(counts.items()))
    ranked = _ranked({name: number for name, number in counts.items() if name != OTHER})
    kept = dict(ranked[: MAX_LANGUAGES - 1])
    kept[OTHER] = sum(counts.values()) - sum(kept.values())
    return dict(sorted(kept.items()))
