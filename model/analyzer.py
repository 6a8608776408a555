"""What every analyzer is: texts in, three probabilities a text out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Prediction(NamedTuple):
    """Calibrated probabilities that sum to 1 (within 1e-6)."""

    negative: float
    neutral: float
    positive: float
    windows: int = 1
    """More than 1: the text was longer than the model's window and was scored in parts."""


class Analyzer(Protocol):
    """A ready classifier; safe to call from several threads."""

    @property
    def model(self) -> str:
        """Name and revision, `compact@1f2e3d4c`: tells two sets of scores apart."""

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction a text, in the order given; any text has an answer, the empty one too.

        The same texts always give the same predictions, whatever was predicted before.
        """
