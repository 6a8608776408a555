"""Plots in text."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from tools.soak.trend import parts

_BARS = "▁▂▃▄▅▆▇█"


def bars(values: Sequence[float], width: int) -> str:
    """A line of at most `width` bars, each the mean of its part of `values`, from 0 upward."""
    means = [fmean(part) for part in parts(values, width)]
    top = max(means, default=0.0)
    if top <= 0:
        return _BARS[0] * len(means)
    return "".join(_BARS[min(len(_BARS) - 1, int(mean / top * len(_BARS)))] for mean in means)
