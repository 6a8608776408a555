"""Which texts go through the model together: a pure plan over token counts.

Every text is padded to a width that depends on itself alone, and only texts of one width share a
batch. So nothing about a text's company can reach its score: neither more padding nor, with the
models that export.py makes, a range that was measured over the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

STEP = 2
"""Widths are multiples of this: the smaller, the less padding, but the smaller the batches too."""


class Batch(NamedTuple):
    """Texts by their places in what was planned, and the width they are padded to, in tokens."""

    places: tuple[int, ...]
    width: int


def plan(lengths: Sequence[int], budget: int, step: int = STEP, least: int = 1) -> list[Batch]:
    """Batches that hold every place once, each of at most `budget` padded tokens or `least` texts.

    Widest first, so that the memory a run needs is reached at once and then used again.
    """
    by_width: dict[int, list[int]] = {}
    for place, length in enumerate(lengths):
        by_width.setdefault(width_of(length, step), []).append(place)
    batches = []
    for width in sorted(by_width, reverse=True):
        places = by_width[width]
        size = max(least, budget // width)
        batches += [
            Batch(tuple(places[start : start + size]), width)
            for start in range(0, len(places), size)
        ]
    return batches


def width_of(length: int, step: int = STEP) -> int:
    """The smallest multiple of `step` that holds `length` tokens, and not 0."""
    return max(1, -(-length // step)) * step
