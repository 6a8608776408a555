"""Intervals that know how the model errs, against the same from the comments one by one."""

from __future__ import annotations

from math import sqrt
from statistics import fmean, variance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.analyzer import Calibration, Line
from undertone.results.honest import SAME_PLATFORM, UNMEASURED, Estimate, difference, honest
from undertone.results.students_t import students_t_975
from undertone.results.tally import Tally

PERFECT = Line(0.0, 1.0, 0.0)
KNOWN = Calibration(
    11,
    mean=Line(-0.05, 1.2, 0.10),
    negative=Line(0.02, 1.1, 0.08),
    neutral=Line(0.10, 0.8, 0.15),
    positive=Line(-0.03, 0.9, 0.09),
)
counts = st.tuples(*[st.integers(0, 400)] * 3).filter(sum)


def sums(negative: int, neutral: int, positive: int) -> Tally:
    return Tally(negative=negative, neutral=neutral, positive=positive)


def one_by_one(values: list[float], line: Line, least: float) -> Estimate:
    """The same interval from the comments' values: two pretended ones, two variances, one t."""
    padded = [*values, 1.0, least]
    luck, model = line.slope**2 * variance(padded) / len(padded), line.spread**2
    freedom = (luck + model) ** 2 / (luck**2 / (len(padded) - 1) + model**2 / 10)
    reach = students_t_975(int(freedom)) * sqrt(luck + model)
    centre = line.offset + line.slope * fmean(padded)
    ends = (line.offset + line.slope * fmean(values), centre - reach, centre + reach)
    return Estimate(*(min(1.0, max(least, end)) for end in ends))


@given(counts)
def test_shares_and_mean_are_those_of_the_comments_one_by_one(
    counted: tuple[int, int, int],
) -> None:
    negative, neutral, positive = counted
    found = honest(sums(*counted), KNOWN)
    scores = [-1.0] * negative + [0.0] * neutral + [1.0] * positive
    assert found.mean == pytest.approx(one_by_one(scores, KNOWN.mean, -1.0))
    for side, line, share in (
        (-1.0, KNOWN.negative, found.negative_share),
        (0.0, KNOWN.neutral, found.neutral_share),
        (1.0, KNOWN.positive, found.positive_share),
    ):
        values = [float(score == side) for score in scores]
        assert share == pytest.approx(one_by_one(values, line, 0.0))


def test_with_very_many_comments_the_model_s_own_error_is_left() -> None:
    """±t(10) times the spread, about offset plus slope times 0.2: 0.19 ± 2.228 · 0.10."""
    many = honest(sums(300_000, 200_000, 500_000), KNOWN)
    assert many.mean == pytest.approx(Estimate(0.19, 0.19 - 0.2228, 0.19 + 0.2228), abs=2e-4)
    assert not many.more_comments_help


@given(counts, st.integers(2, 30))
def test_more_of_the_same_never_widens_it(counted: tuple[int, int, int], times: int) -> None:
    once, often = (honest(sums(*(n * factor for n in counted)), KNOWN) for factor in (1, times))
    for few, many in zip(once[:4], often[:4], strict=True):
        assert isinstance(few, Estimate)
        assert isinstance(many, Estimate)
        if few.low > -1 and few.high < 1 and few.low > 0:
            assert many.high - many.low <= few.high - few.low + 0.02


def test_a_perfect_reader_has_the_luck_of_the_sample_alone() -> None:
    """Ten comments: five of each side, and the two pretended ones, 12 of variance 12/11."""
    perfect = Calibration(5, PERFECT, PERFECT, PERFECT, PERFECT)
    reach = 2.201 * sqrt(12 / 11 / 12)
    found = honest(sums(5, 0, 5), perfect)
    assert found.mean == pytest.approx(Estimate(0.0, -reach, reach), abs=1e-4)
    assert found.more_comments_help


@given(counts)
def test_who_was_not_measured_knows_less(counted: tuple[int, int, int]) -> None:
    measured = honest(sums(*counted), Calibration(17, *[Line(0.0, 1.0, 0.05)] * 4))
    unmeasured = honest(sums(*counted), UNMEASURED)
    assert unmeasured.mean.low <= measured.mean.low
    assert unmeasured.mean.high >= measured.mean.high


# Differences


def test_a_difference_with_very_many_comments_by_hand() -> None:
    """1.2 · (0.2 - (-0.3)) ± t(10) · 0.10 · SAME_PLATFORM · √2."""
    one, other = sums(300_000, 200_000, 500_000), sums(500_000, 300_000, 200_000)
    reach = 2.228 * 0.10 * SAME_PLATFORM * sqrt(2)
    expected = Estimate(0.6, 0.6 - reach, 0.6 + reach)
    assert difference(one, other, KNOWN) == pytest.approx(expected, abs=2e-4)


@given(counts, counts)
def test_a_difference_turns_round_and_is_better_known_than_two_means(
    first: tuple[int, int, int], second: tuple[int, int, int]
) -> None:
    one, other = sums(*first), sums(*second)
    found = difference(one, other, KNOWN)
    assert difference(other, one, KNOWN) == pytest.approx((-found.value, -found.high, -found.low))
    strangers = honest(one, KNOWN).mean, honest(other, KNOWN).mean
    if all(mean.low > -1 and mean.high < 1 for mean in strangers):
        assert found.high - found.low < sum(mean.high - mean.low for mean in strangers)
