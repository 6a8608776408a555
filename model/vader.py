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
"""A text is neutral if its compound score is between -THRESHOLD and THRESHOLD (VADER's authors)."""
STEEPNESS = 1.76
"""Logits per unit of the compound score: has the least log loss on TweetEval's validation set."""


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
    """A compound score (-1 to 1) as probabilities, of which two are equal at ±THRESHOLD."""
    negative = math.exp(steepness * (-compound - THRESHOLD))
    positive = math.exp(steepness * (compound - THRESHOLD))
    total = negative + 1 + positive
    return Prediction(negative / total, 1 / total, positive / total)
