"""Comments that speak of what a prompt asks about: BM25 over words.

The port is `Rank`; a search by meaning can take its place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from math import log
from typing import NamedTuple

from undertone.results.comments_table import CommentRow

MOST_TERMS = 24
"""Words of a prompt that are looked for."""
_K1, _B = 1.2, 0.75
"""As Lucene's BM25Similarity has them."""
_EVERYWHERE = 0.6
"""A word in more than this share of the comments says nothing (of at least 20 comments)."""
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+"
)
_INSTRUCTIONS = """
a about all an and any are as at be been being brief but by can caption card comment comments
could create did do does draw draft for from generate get give had has have he her his how i if
image in instagram into is it its just like make me mood more most much my not of on or our out
over people person picture please post posts poster quote quotes say said says sentence sentences
share short she should show so some summarise summarize summary tell text than that the their them
then there these they thing things think this those to tone up us very was we were what when where
which who why will with word words would write you your feel feels feeling opinion opinions
reaction reactions audience follower followers users everybody everyone overall general paragraph
headline tweet
"""
_SAID_OF_TEXTS = frozenset(_INSTRUCTIONS.split())
"""Words of instructions and of grammar: nobody asks what comments say about them."""


class Hit(NamedTuple):
    """A comment that matches."""

    comment: CommentRow
    score: float


class Ranking(NamedTuple):
    """What was found for a prompt."""

    terms: tuple[str, ...]
    """What the prompt asks about; without any, it asks about the whole."""
    found: tuple[str, ...]
    """Those of `terms` that occur in comments."""
    hits: list[Hit]
    """Best first."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Those of `terms` that no comment has."""
        return tuple(term for term in self.terms if term not in self.found)


Rank = Callable[[str, Sequence[CommentRow]], Ranking]


def rank(prompt: str, comments: Sequence[CommentRow]) -> Ranking:
    """Comments with at least one of the prompt's words, best first; equals in their order."""
    terms = prompt_terms(prompt)
    if not terms:
        return Ranking((), (), [])
    wanted = {stem(term): term for term in terms}
    lengths: list[int] = []
    counts: list[dict[str, int]] = []
    for comment in comments:
        stems = [stem(word) for word in words(comment.text)]
        lengths.append(len(stems))
        counts.append(Counter(one for one in stems if one in wanted))
    containing = Counter(one for count in counts for one in count)
    too_common = _EVERYWHERE * len(comments) if len(comments) >= 20 else len(comments) + 1
    weights = {
        one: log(1 + (len(comments) - number + 0.5) / (number + 0.5))
        for one, number in containing.items()
        if number <= too_common or len(wanted) == 1
    }
    mean = sum(lengths) / len(lengths) if lengths else 1
    hits = [
        Hit(comment, _bm25(count, weights, length / mean))
        for comment, count, length in zip(comments, counts, lengths, strict=True)
        if count.keys() & weights.keys()
    ]
    hits.sort(key=lambda hit: -hit.score)
    found = tuple(wanted[one] for one in wanted if one in weights)
    everywhere = {wanted[one] for one in containing.keys() - weights.keys()}
    return Ranking(tuple(term for term in terms if term not in everywhere), found, hits)


def _bm25(count: dict[str, int], weights: dict[str, float], length: float) -> float:
    damped = _K1 * (1 - _B + _B * length)
    return sum(
        weight * count[one] * (_K1 + 1) / (count[one] + damped)
        for one, weight in weights.items()
        if one in count
    )


def prompt_terms(prompt: str) -> tuple[str, ...]:
    """What a prompt asks about: its words without those of instructions and grammar, once each."""
    seen: dict[str, str] = {}
    for word in words(prompt):
        if word not in _SAID_OF_TEXTS and (len(word) > 1 or not word.isascii()):
            seen.setdefault(stem(word), word)
    return tuple(seen.values())[:MOST_TERMS]


def words(text: str) -> list[str]:
    """Words, case folded; of scripts without spaces every two neighbouring characters."""
    found: list[str] = []
    for match in _WORD.findall(text.casefold()):
        place = 0
        for run in _UNSPACED.finditer(match):
            found += [match[place : run.start()]] if run.start() > place else []
            characters = run.group()
            pairs = [characters[i : i + 2] for i in range(len(characters) - 1)]
            found += pairs or [characters]
            place = run.end()
        found += [match[place:]] if place < len(match) else []
    return found


def stem(word: str) -> str:
    """`word` without the ending of an English plural or possessive."""
    word = word.removesuffix("'s").removesuffix("\u2019s")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    is_plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if is_plural else word
