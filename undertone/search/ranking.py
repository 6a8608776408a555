"""One ranking from two: by meaning and by words.

A weighted sum of both, each a share of the most that there could be (Bruch et al. 2023, "An
analysis of fusion functions for hybrid retrieval"): unlike ranks, scores say how much better the
better one is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MEANING = 0.4
"""The weight of meaning; the rest is that of words (`./dev bench search` compares others)."""


class Ranked(NamedTuple):
    """A text's place in what was searched, and its scores."""

    place: int
    score: float
    meaning: float
    words: float


def fused(meaning: NDArray[np.float32], words: NDArray[np.float32]) -> NDArray[np.float32]:
    """One score for each text, from its cosine and its score by words (0 … 1).

    Words count squared: a text with all words of a query, a name for instance, is an answer; one
    with half of them is less than half of one.
    """
    return MEANING * meaning.clip(0, 1) + (1 - MEANING) * words * words


def best(meaning: NDArray[np.float32], words: NDArray[np.float32], count: int) -> list[Ranked]:
    """The `count` best texts, best first; of equal ones the first. None with a score of 0."""
    import numpy as np  # noqa: PLC0415 - only where something is searched

    scores = fused(meaning, words)
    kept = np.flatnonzero(scores > 0)
    if len(kept) > count:
        bound = np.partition(scores[kept], len(kept) - count)[len(kept) - count]
        kept = kept[scores[kept] >= bound]
    order = kept[np.lexsort((kept, -scores[kept]))][:count]
    return [Ranked(int(n), float(scores[n]), float(meaning[n]), float(words[n])) for n in order]
