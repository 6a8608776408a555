"""Which texts go through the model together: a pure plan over token counts.

A batch pads its texts to one width, and a token of padding costs as much as one of a text. So texts
of like lengths share a batch, cut where padding and the price of one more batch are least in all.
Neither the plan nor the padding reaches a score, see decision 10.
"""

from __future__ import annotations

import platform
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PRICE = 6
"""What one more batch costs, in rows: 4 measured with RoBERTa-base's sizes, 7 with compact's."""
_X86 = platform.machine() in {"x86_64", "AMD64"}


class Batch(NamedTuple):
    """Texts by their places in what was planned, and the width they are padded to, in tokens."""

    places: tuple[int, ...]
    width: int

    @property
    def rows(self) -> int:
        """How many tokens go through the model, padding included."""
        return len(self.places) * self.width


def plan(lengths: Sequence[int], budget: int, least: int = 1) -> list[Batch]:
    """Batches that hold every place once, each of at most `budget` padded tokens or `least` texts.

    A batch of fewer than `least` texts is thought to cost as many. Largest first, so that all cores
    end at nearly the same time, and the memory a run needs is reached at once and then used again.
    """
    order = sorted(range(len(lengths)), key=lambda place: -lengths[place])
    widths = np.array([width_of(lengths[place]) for place in order], dtype=np.int64)
    starts = _starts(widths, budget, least)
    batches, end = [], len(order)
    while end:
        start = starts[end]
        batches.append(Batch(tuple(order[start:end]), int(widths[start])))
        end = start
    return sorted(batches, key=lambda batch: batch.rows, reverse=True)


def _starts(widths: NDArray[np.int64], budget: int, least: int) -> list[int]:
    """For each end of a batch, where it starts in the cheapest cuts of all texts up to that end.

    `widths` never rise. What is cheapest up to an end is what is cheapest up to the start of its
    last batch, and that batch: a dynamic programme, with as many steps as texts.
    """
    costs = np.zeros(len(widths) + 1, dtype=np.int64)
    starts = [0] * len(costs)
    first = 0  # of the batches that end here, the one with the most texts
    for end in range(1, len(costs)):
        while end - first > least and (end - first) * widths[first] > budget:
            first += 1
        texts = np.maximum(np.arange(end - first, 0, -1), least)
        found = costs[first:end] + texts * widths[first:end]
        best = int(found.argmin())
        starts[end] = first + best
        costs[end] = found[best] + PRICE
    return starts


def width_of(length: int, x86: bool = _X86) -> int:
    """The narrowest width for a text of `length` tokens at which more padding changes no bit.

    More padding adds zeros to the sums over a row, and must not change the order of what is added.
    ONNX Runtime's kernel for one row adds four products to each other before it adds them to the
    sum; of a rest it takes two or one, but three as two and one: so no width is three more than a
    multiple of four. On other processors than x86 its softmax adds the rest of a row by four one by
    one: so there every width is a multiple of four.
    """
    rest = length % 4
    return max(1, length + (4 - rest if rest == 3 or (rest and not x86) else 0))
