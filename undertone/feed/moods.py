"""How certain it is that the mood under a post differs from what its author is used to."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

_DEVIATIONS = 2 * 1.96
"""A 95 % interval is so many standard deviations wide."""


class Mood(NamedTuple):
    """The mean score of a post's comments and the ends of its interval, each -1 … 1."""

    mean: float
    low: float
    high: float


def certainties(moods: Sequence[Mood | None]) -> list[float | None]:
    """For each mood, its distance from the usual one in standard deviations.

    The usual mood is the median of all means; with fewer than three nothing is usual, and the
    distance is that from 0.
    """
    means = [mood.mean for mood in moods if mood is not None]
    usual = median(means) if len(means) >= 3 else 0.0
    return [None if mood is None else _distance(mood, usual) for mood in moods]


def _distance(mood: Mood, usual: float) -> float:
    deviation = max((mood.high - mood.low) / _DEVIATIONS, 1e-6)
    return abs(mood.mean - usual) / deviation
