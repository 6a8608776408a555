"""Plans which texts go through the model together: a pure function of token counts.

A batch pads its texts to one width, and a token of padding costs as much as one of a text. So texts
of similar lengths share a batch, and the plan is the one in which padding and the fixed cost of
each batch are least in sum. Neither the plan nor the padding changes a score, see decision 10.
"""

from __future__ import annotations

import platform
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BATCH_COST = 6
"""Fixed cost of a batch, in padded tokens: measured are 4 with RoBERTa-base and 7 with compact."""
MIN_ROWS = 2
"""Texts in a batch at least. ONNX Runtime multiplies a single row by another routine than several
rows, and the results differ in the last bits: a single text gets an empty second row."""
_X86 = platform.machine() in {"x86_64", "AMD64"}


class Batch(NamedTuple):
    """Texts that go through the model together."""

    indices: tuple[int, ...]
    """Of the texts, in the sequence that was planned."""
    width: int
    """Tokens that every text is padded to."""

    @property
    def padded_tokens(self) -> int:
        """Tokens that go through the model, padding included."""
        return len(self.indices) * self.width


class Padded(NamedTuple):
    """A batch as the model takes it; both are [rows, width]."""

    ids: NDArray[np.int64]
    mask: NDArray[np.int64]
    """1 where there is a token."""


def padded(batch: Batch, token_ids: Sequence[Sequence[int]], pad_id: int) -> Padded:
    """The token ids of the batch's texts, with rows without a text up to MIN_ROWS."""
    shape = (max(MIN_ROWS, len(batch.indices)), batch.width)
    ids = np.full(shape, pad_id, dtype=np.int64)
    mask = np.zeros(shape, dtype=np.int64)
    mask[len(batch.indices) :, 0] = 1  # a mean over no tokens would be nan
    for row, index in enumerate(batch.indices):
        length = len(token_ids[index])
        ids[row, :length] = token_ids[index]
        mask[row, :length] = 1
    return Padded(ids, mask)


def plan_batches(lengths: Sequence[int], max_tokens: int, min_texts: int = 1) -> list[Batch]:
    """The cheapest batches that hold each text once; `lengths` are the texts' token counts.

    A batch has at most `max_tokens` padded tokens, unless it has no more than `min_texts` texts. A
    batch of fewer texts is taken to cost as much as `min_texts`. Largest first, so that all cores
    end at nearly the same time, and the memory a run needs is allocated once and then used again.
    """
    order = sorted(range(len(lengths)), key=lambda index: -lengths[index])
    widths = np.array([width_of(lengths[index]) for index in order], dtype=np.int64)
    starts = _cheapest_starts(widths, max_tokens, min_texts)
    batches, end = [], len(order)
    while end:
        start = starts[end]
        batches.append(Batch(tuple(order[start:end]), int(widths[start])))
        end = start
    return sorted(batches, key=lambda batch: batch.padded_tokens, reverse=True)


def _cheapest_starts(widths: NDArray[np.int64], max_tokens: int, min_texts: int) -> list[int]:
    """For each end, where the last batch starts in the cheapest plan of the texts before that end.

    `widths` must not increase. Dynamic programming: the cheapest plan up to an end is the cheapest
    plan up to the start of its last batch, and that batch.
    """
    costs = np.zeros(len(widths) + 1, dtype=np.int64)
    starts = [0] * len(costs)
    first = 0  # of the batches that end here, the one with the most texts
    for end in range(1, len(costs)):
        while end - first > min_texts and (end - first) * widths[first] > max_tokens:
            first += 1
        texts = np.maximum(np.arange(end - first, 0, -1), min_texts)
        totals = costs[first:end] + texts * widths[first:end]
        best = int(totals.argmin())
        starts[end] = first + best
        costs[end] = totals[best] + BATCH_COST
    return starts


def width_of(length: int, x86: bool = _X86) -> int:
    """The narrowest width for a text of `length` tokens at which more padding changes no bit.

    Padding adds zeros to the sums over a row, and must not change the order of the additions.
    ONNX Runtime's kernel for one row adds up four products before it adds them to the sum. At the
    end of a row it adds up two, or takes one; three are taken as two and one. So no width is three
    more than a multiple of four. On other processors than x86 its softmax adds what is left after
    the last four one by one: there every width is a multiple of four.
    """
    rest = length % 4
    return max(1, length + (4 - rest if rest == 3 or (rest and not x86) else 0))
