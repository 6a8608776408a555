"""Ranking by words (BM25): exact names and hashtags, which vectors of meaning blur."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from undertone.insights.words import BEGINS, ENDS, marked, tidy_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

K1, B = 1.2, 0.75
"""How soon a repeated word counts no more, and how much long texts are held back: as in Lucene."""
MAX_CHARS = 20_000
"""Characters of a comment whose words are kept."""


def words(text: str) -> list[str]:
    """The words of `text` in any script, folded; `#tag` and `@name` are words beside `tag`."""
    found: list[str] = []
    sign = ""
    folded = tidy_text(text[:MAX_CHARS]).casefold()
    for word in marked(folded).strip(BEGINS + ENDS).split(ENDS + BEGINS):
        if word and (word[0].isalnum() or word[0] == "_"):
            found.append(word)
            if sign:
                found.append(sign + word)
        sign = word if word in ("#", "@") else ""
    return found


class WordIndex:
    """Which texts have which words; built once, asked often, from several threads too."""

    def __init__(self, texts: Iterable[str]) -> None:
        import numpy as np  # noqa: PLC0415 - only where something is searched

        self._terms: dict[str, int] = {}
        terms, places, counts, lengths = array("i"), array("i"), array("i"), array("i")
        for place, text in enumerate(texts):
            counted = Counter(words(text))
            lengths.append(counted.total())
            for word, count in counted.items():
                terms.append(self._terms.setdefault(word, len(self._terms)))
                places.append(place)
                counts.append(count)
        ids = np.frombuffer(terms, dtype=np.int32) if terms else np.empty(0, np.int32)
        order = np.argsort(ids, kind="stable")
        self._places = np.array(places, dtype=np.int32)[order]
        self._counts = np.array(counts, dtype=np.int32)[order]
        self._starts = np.searchsorted(ids[order], np.arange(len(self._terms) + 1))
        self._lengths = np.array(lengths, dtype=np.float32)
        self._mean = float(self._lengths.mean()) if len(lengths) else 0.0

    def scores(self, query: Sequence[str]) -> NDArray[np.float32]:
        """The BM25 score of every text as a share of the most that a text could have; 0 … 1.

        Of the most, and not of the best text's: where no text has the rare words of the query, one
        that has its `in` and `the` is not thereby a good answer.
        """
        import numpy as np  # noqa: PLC0415 - only where something is searched

        total = np.zeros(len(self._lengths), dtype=np.float32)
        most = 0.0
        for word in dict.fromkeys(query):
            term = self._terms.get(word)
            some = slice(0, 0) if term is None else slice(*self._starts[term : term + 2])
            places, counts = self._places[some], self._counts[some].astype(np.float32)
            rarity = math.log(1 + (len(total) - len(places) + 0.5) / (len(places) + 0.5))
            most += rarity * (K1 + 1)
            if len(places):
                held = K1 * (1 - B + B * self._lengths[places] / self._mean)
                total[places] += rarity * counts * (K1 + 1) / (counts + held)
        return total / np.float32(most) if most else total
