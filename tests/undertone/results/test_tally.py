"""One comment's probabilities and the sums over many, against values computed by hand."""

from __future__ import annotations

from math import nan

import pytest
from hypothesis import given

from tests.undertone.results.conftest import many, shares
from undertone.results.tally import UNIT, Probabilities, Tally, round_probabilities, tally

# One comment


def test_probabilities_sum_to_the_unit_by_largest_remainder() -> None:
    assert round_probabilities(1 / 3, 1 / 3, 1 / 3) == (3334, 3333, 3333)
    assert round_probabilities(0.00004, 0.00003, 0.99993) == (1, 0, 9999)
    assert round_probabilities(0.00006, 0.49997, 0.49997) == (0, 5000, 5000)
    assert round_probabilities(0.0, 0.0, 1.0) == (0, 0, 10_000)


@given(shares)
def test_rounded_they_sum_to_the_unit_and_stay_near(given_: tuple[float, float, float]) -> None:
    exact = [p / sum(given_) for p in given_]
    rounded = round_probabilities(*exact)
    assert sum(rounded) == UNIT
    assert all(abs(whole - p * UNIT) < 1 for whole, p in zip(rounded, exact, strict=True))


@pytest.mark.parametrize(
    "bad", [(nan, 0.5, 0.5), (-0.1, 0.6, 0.5), (0.5, 0.5, 0.5), (0, 0, 0), (float("inf"), 0, 0)]
)
def test_what_is_no_distribution_is_refused(bad: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="not a probability distribution"):
        round_probabilities(*bad)


@pytest.mark.parametrize(
    ("shares", "label"),
    [
        ((5000, 3000, 2000), "negative"),
        ((2000, 5000, 3000), "neutral"),
        ((2000, 3000, 5000), "positive"),
        ((4000, 4000, 2000), "neutral"),
        ((2000, 4000, 4000), "neutral"),
        ((4000, 2000, 4000), "negative"),
    ],
)
def test_the_label_is_the_most_probable(shares: tuple[int, int, int], label: str) -> None:
    assert Probabilities(*shares).label == label


# Sums


def test_a_tally_by_hand() -> None:
    sums = tally(
        [
            Probabilities(1000, 2000, 7000),
            Probabilities(8000, 1000, 1000),
            Probabilities(0, 10_000, 0),
        ]
    )
    assert sums == Tally(
        negative=1, neutral=1, positive=1, total=6000 - 7000, squares=36_000_000 + 49_000_000
    )
    assert sums.count == 3


@given(many, many, many)
def test_merging_is_associative_and_commutative(
    a: list[Probabilities], b: list[Probabilities], c: list[Probabilities]
) -> None:
    x, y, z = tally(a), tally(b), tally(c)
    assert x.merge(y).merge(z) == x.merge(y.merge(z))
    assert x.merge(y) == y.merge(x)
    assert x.merge(y).merge(z) == tally(c + a + b)
    assert x.merge(Tally()) == x


@given(many, many)
def test_what_was_merged_can_be_taken_away(
    some: list[Probabilities], others: list[Probabilities]
) -> None:
    assert tally(some + others).without(tally(others)) == tally(some)
