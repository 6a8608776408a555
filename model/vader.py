"""VADER's word list and rules (Hutto and Gilbert, 2014) as an analyzer: light, English, no model.

A choice for comparisons and for tests of everything else, never a fallback.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib.metadata import version

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from model.analyzer import Prediction
from model.text import plain

THRESHOLD = 0.05
"""Of the compound score, as VADER's authors set it: between ±0.05 a text is neutral."""
STEEPNESS = 1.76
"""How much surer one unit of the compound score makes us: least log loss on TweetEval's val set."""


class VaderAnalyzer:
    """Probabilities from the compound score; the likeliest class is VADER's own answer."""

    def __init__(self) -> None:
        self._vader = SentimentIntensityAnalyzer()
        self.model = f"vader@{version('vaderSentiment')}"

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """See Analyzer.predict."""
        return [from_compound(self._compound(text)) for text in texts]

    def _compound(self, text: str) -> float:
        return float(self._vader.polarity_scores(plain(text))["compound"])


def from_compound(compound: float, steepness: float = STEEPNESS) -> Prediction:
    """A score in -1…1 as probabilities: logits that meet where VADER changes its answer."""
    negative = math.exp(steepness * (-compound - THRESHOLD))
    positive = math.exp(steepness * (compound - THRESHOLD))
    together = negative + 1 + positive
    return Prediction(negative / together, 1 / together, positive / together)
