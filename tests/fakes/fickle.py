"""An analyzer that answers the same text differently in each process, and each time.

As two kinds of processor do that round int8 differently, only worse. To be chosen by
`ANALYZER=tests.fakes.fickle:Fickle`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from model.analyzer import Prediction


class Fickle:
    """Answers at random."""

    model = "fickle@1"

    def __init__(self) -> None:
        self._random = random.SystemRandom()

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        return [self._one() for _ in texts]

    def _one(self) -> Prediction:
        low, high = sorted((self._random.random(), self._random.random()))
        return Prediction(low, high - low, 1 - high)
