"""An analyzer that takes as long as a service far away, and no processor."""

from __future__ import annotations

import time
from collections.abc import Sequence

from model.analyzer import Analyzer, Prediction

SECONDS = 1.0


class Waiting:
    """Answers any chunk after `SECONDS`."""

    model = "waiting@1"

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """The same for every text."""
        time.sleep(SECONDS)
        return [Prediction(0.2, 0.5, 0.3) for _ in texts]


def build() -> Analyzer:
    """What the setting ANALYZER names: `benchmarks._waiting:build`."""
    return Waiting()
