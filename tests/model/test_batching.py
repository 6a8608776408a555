from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from model.batching import Batch, plan, width_of

LENGTHS = st.lists(st.integers(0, 600), max_size=80)
BUDGETS = st.integers(1, 3000)
STEPS = st.integers(1, 16)


def test_a_plan_by_hand() -> None:
    lengths = [3, 9, 4, 1, 10, 12, 4]
    assert plan(lengths, budget=24, step=4) == [
        Batch((1, 4), 12),
        Batch((5,), 12),
        Batch((0, 2, 3, 6), 4),
    ]


def test_nothing_to_plan() -> None:
    assert plan([], budget=100) == []


@given(LENGTHS, BUDGETS, STEPS)
def test_every_place_is_in_one_batch(lengths: list[int], budget: int, step: int) -> None:
    places = [place for batch in plan(lengths, budget, step) for place in batch.places]
    assert sorted(places) == list(range(len(lengths)))


@given(LENGTHS, BUDGETS, STEPS)
def test_no_batch_is_over_budget_unless_it_is_one_text(
    lengths: list[int], budget: int, step: int
) -> None:
    for batch in plan(lengths, budget, step):
        assert len(batch.places) == 1 or len(batch.places) * batch.width <= budget


def test_least_goes_before_the_budget() -> None:
    assert [len(batch.places) for batch in plan([8] * 5, budget=8, least=2)] == [2, 2, 1]


@given(LENGTHS, BUDGETS, STEPS)
def test_a_width_depends_on_the_text_alone(lengths: list[int], budget: int, step: int) -> None:
    for batch in plan(lengths, budget, step):
        for place in batch.places:
            assert batch.width == width_of(lengths[place], step)
            assert lengths[place] <= batch.width < max(lengths[place], 1) + step


@given(LENGTHS, BUDGETS)
def test_widest_first(lengths: list[int], budget: int) -> None:
    widths = [batch.width for batch in plan(lengths, budget)]
    assert widths == sorted(widths, reverse=True)
