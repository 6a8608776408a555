"""Whether a series of measurements grows: a line through its second half."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from statistics import fmean, linear_regression, median
from typing import NamedTuple

BLOCKS = 10
"""Parts of the second half: neighbouring samples are no independent measurements, their medians
nearly are."""
CERTAIN = 3.0
"""Standard errors by which a slope must differ from none."""


class Limit(NamedTuple):
    """How much a series may grow in its second half: the larger one of the two."""

    absolute: float
    share: float = 0.1
    """Of its mean."""


class Trend(NamedTuple):
    """The line through the second half of a series."""

    mean: float
    growth: float
    """From the beginning to the end of the second half, as the line has it."""
    per_hour: float
    allowed: float
    certain: bool
    """Whether the slope is more than chance."""

    @property
    def grows(self) -> bool:
        """Whether it grows more than it may, and not by chance."""
        return self.certain and self.growth > self.allowed


def trend(seconds: Sequence[float], values: Sequence[float], limit: Limit) -> Trend:
    """The trend of `values`, measured at `seconds`, in order."""
    half = len(values) // 2
    times, levels = _blocks(seconds[half:]), _blocks(values[half:])
    mean = fmean(levels) if levels else 0.0
    allowed = max(limit.absolute, limit.share * mean)
    if len(levels) < 3:
        return Trend(mean, 0.0, 0.0, allowed, certain=False)
    slope, intercept = linear_regression(times, levels)
    around = fmean(times)
    residues = sum(
        (level - intercept - slope * at) ** 2 for at, level in zip(times, levels, strict=True)
    )
    spread = sum((at - around) ** 2 for at in times)
    error = sqrt(residues / (len(levels) - 2) / spread)
    span = seconds[-1] - seconds[half]
    return Trend(mean, slope * span, slope * 3600, allowed, certain=slope > CERTAIN * error)


def _blocks(values: Sequence[float]) -> list[float]:
    return [median(part) for part in parts(values, BLOCKS)]


def parts(values: Sequence[float], count: int) -> list[Sequence[float]]:
    """At most `count` parts of nearly equal length, none of them empty."""
    count = min(count, len(values))
    edges = [place * len(values) // count for place in range(count + 1)] if count else []
    return [values[begin:end] for begin, end in pairwise(edges)]
