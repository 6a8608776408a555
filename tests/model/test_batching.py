from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from model.batching import BATCH_COST, Batch, plan_batches, width_of

LENGTHS = st.lists(st.integers(0, 600), max_size=80)
MAX_TOKENS = st.integers(1, 3000)
MIN_TEXTS = st.integers(1, 3)


def test_a_plan_by_hand() -> None:
    lengths = [4, 10, 5, 1, 12, 12, 5]
    assert plan_batches(lengths, max_tokens=24) == [
        Batch((4, 5), 12),
        Batch((2, 6, 0, 3), 5),
        Batch((1,), 10),
    ]


def test_nothing_to_plan() -> None:
    assert plan_batches([], max_tokens=100) == []


@given(LENGTHS, MAX_TOKENS, MIN_TEXTS)
def test_every_text_is_in_one_batch(lengths: list[int], max_tokens: int, min_texts: int) -> None:
    places = [
        index for batch in plan_batches(lengths, max_tokens, min_texts) for index in batch.indices
    ]
    assert sorted(places) == list(range(len(lengths)))


@given(LENGTHS, MAX_TOKENS, MIN_TEXTS)
def test_no_batch_has_more_than_max_tokens_unless_it_has_min_texts(
    lengths: list[int], max_tokens: int, min_texts: int
) -> None:
    for batch in plan_batches(lengths, max_tokens, min_texts):
        assert len(batch.indices) <= min_texts or batch.padded_tokens <= max_tokens


def test_min_texts_goes_before_max_tokens() -> None:
    assert [len(batch.indices) for batch in plan_batches([8] * 5, max_tokens=8, min_texts=2)] == [
        2,
        2,
        1,
    ]


@given(LENGTHS, MAX_TOKENS, MIN_TEXTS)
def test_a_batch_is_as_wide_as_its_longest_text_wants(
    lengths: list[int], max_tokens: int, min_texts: int
) -> None:
    for batch in plan_batches(lengths, max_tokens, min_texts):
        assert batch.width == max(width_of(lengths[index]) for index in batch.indices)


@given(LENGTHS, MAX_TOKENS)
def test_largest_first(lengths: list[int], max_tokens: int) -> None:
    rows = [batch.padded_tokens for batch in plan_batches(lengths, max_tokens)]
    assert rows == sorted(rows, reverse=True)


@given(st.lists(st.integers(1, 40), max_size=9), st.integers(1, 200), MIN_TEXTS)
@example([40, 40, 9, 9, 9, 1], 120, 1)
def test_no_way_to_cut_is_cheaper(lengths: list[int], max_tokens: int, min_texts: int) -> None:
    falling = sorted((width_of(length) for length in lengths), reverse=True)
    every = [
        sum(max(min_texts, len(part)) * part[0] + BATCH_COST for part in parts)
        for parts in _cuts(falling)
        if all(len(part) <= min_texts or len(part) * part[0] <= max_tokens for part in parts)
    ]
    batches = plan_batches(lengths, max_tokens, min_texts)
    cost = sum(max(min_texts, len(batch.indices)) * batch.width + BATCH_COST for batch in batches)
    assert cost == min(every)


def _cuts(values: Sequence[int]) -> Iterator[list[Sequence[int]]]:
    if not values:
        yield []
    for size in range(1, len(values) + 1):
        for rest in _cuts(values[size:]):
            yield [values[:size], *rest]


@pytest.mark.parametrize(
    ("length", "x86", "other"),
    [(0, 1, 1), (1, 1, 4), (2, 2, 4), (3, 4, 4), (4, 4, 4), (5, 5, 8), (6, 6, 8), (7, 8, 8)],
)
def test_widths(length: int, x86: int, other: int) -> None:
    assert width_of(length, x86=True) == x86
    assert width_of(length, x86=False) == other
