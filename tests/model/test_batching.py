from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from model.batching import PRICE, Batch, plan, width_of

LENGTHS = st.lists(st.integers(0, 600), max_size=80)
BUDGETS = st.integers(1, 3000)
LEAST = st.integers(1, 3)


def test_a_plan_by_hand() -> None:
    lengths = [4, 10, 5, 1, 12, 12, 5]
    assert plan(lengths, budget=24) == [
        Batch((4, 5), 12),
        Batch((2, 6, 0, 3), 5),
        Batch((1,), 10),
    ]


def test_nothing_to_plan() -> None:
    assert plan([], budget=100) == []


@given(LENGTHS, BUDGETS, LEAST)
def test_every_place_is_in_one_batch(lengths: list[int], budget: int, least: int) -> None:
    places = [place for batch in plan(lengths, budget, least) for place in batch.places]
    assert sorted(places) == list(range(len(lengths)))


@given(LENGTHS, BUDGETS, LEAST)
def test_no_batch_is_over_budget_unless_it_is_the_least(
    lengths: list[int], budget: int, least: int
) -> None:
    for batch in plan(lengths, budget, least):
        assert len(batch.places) <= least or batch.rows <= budget


def test_least_goes_before_the_budget() -> None:
    assert [len(batch.places) for batch in plan([8] * 5, budget=8, least=2)] == [2, 2, 1]


@given(LENGTHS, BUDGETS, LEAST)
def test_a_batch_is_as_wide_as_its_longest_text_wants(
    lengths: list[int], budget: int, least: int
) -> None:
    for batch in plan(lengths, budget, least):
        assert batch.width == max(width_of(lengths[place]) for place in batch.places)


@given(LENGTHS, BUDGETS)
def test_largest_first(lengths: list[int], budget: int) -> None:
    rows = [batch.rows for batch in plan(lengths, budget)]
    assert rows == sorted(rows, reverse=True)


@given(st.lists(st.integers(1, 40), max_size=9), st.integers(1, 200), LEAST)
@example([40, 40, 9, 9, 9, 1], 120, 1)
def test_no_way_to_cut_is_cheaper(lengths: list[int], budget: int, least: int) -> None:
    falling = sorted((width_of(length) for length in lengths), reverse=True)
    every = [
        sum(max(least, len(part)) * part[0] + PRICE for part in parts)
        for parts in _cuts(falling)
        if all(len(part) <= least or len(part) * part[0] <= budget for part in parts)
    ]
    batches = plan(lengths, budget, least)
    cost = sum(max(least, len(batch.places)) * batch.width + PRICE for batch in batches)
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
