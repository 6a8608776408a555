"""VADER's word list and rules (Hutto and Gilbert, 2014) as an analyzer: light, English, no model.

A choice for comparisons and for tests of everything else, never a fallback.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from heapq import heappop, heappush
from importlib.metadata import version
from typing import Any

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from model.analyzer import Calibration, Line, Prediction
from model.text import plain

THRESHOLD = 0.05
"""A text is neutral if its compound score is between -THRESHOLD and THRESHOLD (VADER's authors)."""
STEEPNESS = 1.76
"""Logits per unit of the compound score: has the least log loss on TweetEval's validation set."""


CALIBRATION = Calibration(
    17,
    mean=Line(-0.3101, 1.3326, 0.1424),
    negative=Line(-0.0064, 1.2226, 0.1371),
    neutral=Line(0.0759, 1.2520, 0.1180),
    positive=Line(-0.2626, 1.1379, 0.0637),
)
"""What `./dev model calibrate vader` found: it sees praise where there is none."""


class VaderAnalyzer:
    """Probabilities from the compound score; the likeliest class is VADER's own answer."""

    def __init__(self) -> None:
        self._vader = LinearVader()
        self.languages = ("en",)
        self.model = f"vader@{version('vaderSentiment')}"
        self.calibration = CALIBRATION

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """See Analyzer.predict."""
        return [from_compound(self._compound(text)) for text in texts]

    def _compound(self, text: str) -> float:
        return float(self._vader.polarity_scores(plain(text))["compound"])


class LinearVader(SentimentIntensityAnalyzer):  # type: ignore[misc]
    """VADER with the same scores, in a time that does not grow with the square of the words.

    The library looks at three words on each side of a word, but copies all words to do so, and
    looks through all scores for each score: two minutes for 20,000 emojis.
    """

    def _negation_check(self, valence: float, words: list[str], start_i: int, i: int) -> Any:
        first = max(0, i - 3)
        return super()._negation_check(valence, words[first : i + 1], start_i, i - first)

    def _special_idioms_check(self, valence: float, words: list[str], i: int) -> Any:
        return super()._special_idioms_check(valence, words[i - 3 : i + 3], 3)

    @staticmethod
    def _but_check(words: list[str], sentiments: list[float]) -> list[float]:
        """Weigh less what is before the first "but", and more what is after it.

        As the library does it: at each score it changes the first one that is equal.
        """
        but = next((i for i, word in enumerate(words) if word.lower() == "but"), None)
        if but is None:
            return sentiments
        places: dict[float, list[int]] = {}
        for i, score in enumerate(sentiments):
            places.setdefault(score, []).append(i)
        for i in range(len(sentiments)):
            score = sentiments[i]
            first = places[score][0]
            if first != but:
                heappop(places[score])
                sentiments[first] = score * (0.5 if first < but else 1.5)
                heappush(places.setdefault(sentiments[first], []), first)
        return sentiments


def from_compound(compound: float, steepness: float = STEEPNESS) -> Prediction:
    """A compound score (-1 to 1) as probabilities, of which two are equal at ±THRESHOLD."""
    negative = math.exp(steepness * (-compound - THRESHOLD))
    positive = math.exp(steepness * (compound - THRESHOLD))
    total = negative + 1 + positive
    return Prediction(negative / total, 1 / total, positive / total)
