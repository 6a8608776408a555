"""One ranking from two: by meaning and by words.

A weighted sum of both, each brought to 0 … 1 (Bruch et al. 2023, "An analysis of fusion functions
for hybrid retrieval"): unlike ranks, scores say how much better the better one is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MEANING = 0.6
"""The weight of meaning; the rest is that of words. Chosen on the labelled queries of
benchmarks/search_queries.tsv, where 0.5 to 0.7 differ little."""


class Ranked(NamedTuple):
    """A text's place in what was searched, and its scores."""

    place: int
    score: float
    meaning: float
    words: float


def fused(
    meaning: NDArray[np.float32], words: NDArray[np.float32], most: float
) -> NDArray[np.float32]:
    """One score for each text. `most`: the best score by words over all that is searched."""
    by_words = words / most if most > 0 else words
    return MEANING * meaning.clip(0, 1) + (1 - MEANING) * by_words


def best(
    meaning: NDArray[np.float32], words: NDArray[np.float32], count: int, *, most: float
) -> list[Ranked]:
    """The `count` best texts, best first; of equal ones the first. None with a score of 0."""
    import numpy as np  # noqa: PLC0415 - only where something is searched

    scores = fused(meaning, words, most)
    kept = np.flatnonzero(scores > 0)
    if len(kept) > count:
        bound = np.partition(scores[kept], len(kept) - count)[len(kept) - count]
        kept = kept[scores[kept] >= bound]
    order = kept[np.lexsort((kept, -scores[kept]))][:count]
    return [Ranked(int(n), float(scores[n]), float(meaning[n]), float(words[n])) for n in order]
