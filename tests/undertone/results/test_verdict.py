"""Intervals and verdicts, against values computed by hand and tables in print."""

from __future__ import annotations

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.analyzer import Calibration, Line
from tests.undertone.results.conftest import many, rounded, scored
from undertone.results.tally import Probabilities, Tally, tally
from undertone.results.verdict import Verdict, interval, summarise

# Intervals


def test_an_interval_by_hand() -> None:
    """Three comments of score 1 and the two pretended ones: n 5, mean 0.6, variance 0.8."""
    low, high = interval(tally(scored(1.0, 3)))
    assert isclose(low, 0.6 - 2.776 * 0.4)
    assert high == 1.0


def test_an_interval_within_the_scale_by_hand() -> None:
    """98 comments of score 0: n 100, mean 0, variance 2/99, 99 degrees of freedom (1.9842)."""
    low, high = interval(tally(scored(0.0, 98)))
    assert isclose(high, 1.9842 * (2 / 99 / 100) ** 0.5, rel_tol=1e-4)
    assert low == -high


@given(many)
def test_the_interval_holds_the_mean_and_lies_on_the_scale(comments: list[Probabilities]) -> None:
    summary = summarise(tally(comments))
    assert summary is not None
    assert -1 <= summary.low <= summary.mean <= summary.high <= 1


@given(many, st.integers(2, 50))
def test_more_of_the_same_narrows_the_interval(comments: list[Probabilities], times: int) -> None:
    once, often = (interval(tally(comments * n)) for n in (1, times))
    assert often[1] - often[0] <= once[1] - once[0]
    if once[1] - once[0] < 2:
        assert often[1] - often[0] < once[1] - once[0]


@given(many)
def test_turning_every_score_round_turns_the_interval_round(comments: list[Probabilities]) -> None:
    turned = tally([Probabilities(r.positive, r.neutral, r.negative) for r in comments])
    low, high = interval(tally(comments))
    assert interval(turned) == pytest.approx((-high, -low))


# Verdicts


def test_of_nothing_nothing_is_said() -> None:
    assert summarise(Tally()) is None


@pytest.mark.parametrize(
    ("comments", "verdict"),
    [
        (scored(0.9, 100), Verdict.POSITIVE),
        (scored(-0.9, 100), Verdict.NEGATIVE),
        (scored(0.0, 100), Verdict.NEUTRAL),
        (scored(0.9, 200) + scored(-0.9, 200), Verdict.MIXED),
        (scored(0.9), Verdict.TOO_FEW),
        (scored(1.0, 3), Verdict.TOO_FEW),
        (scored(0.0, 5), Verdict.TOO_FEW),
        (scored(0.9, 10) + scored(-0.9, 10), Verdict.TOO_FEW),
        (scored(0.05, 5000), Verdict.NEUTRAL),  # certain, and not worth a word
        (scored(0.9, 800) + scored(-0.9, 500), Verdict.POSITIVE),
    ],
)
def test_verdicts(comments: list[Probabilities], verdict: Verdict) -> None:
    summary = summarise(tally(comments))
    assert summary is not None
    assert summary.verdict is verdict


@given(st.lists(rounded, min_size=1, max_size=4), st.integers(1, 100))
def test_a_verdict_never_contradicts_its_interval(
    comments: list[Probabilities], times: int
) -> None:
    summary = summarise(tally(comments * times))
    assert summary is not None
    assert (summary.verdict is Verdict.POSITIVE) == (summary.mean >= 0.1 and summary.low > 0)
    assert (summary.verdict is Verdict.NEGATIVE) == (summary.mean <= -0.1 and summary.high < 0)
    if summary.verdict in {Verdict.NEUTRAL, Verdict.MIXED}:
        assert summary.high - summary.low <= 0.4


def hundred(positive: int, negative: int) -> Tally:
    """A hundred comments so labelled, whose scores cancel out and whose interval is narrow."""
    return Tally(positive=positive, negative=negative, neutral=100 - positive - negative)


@pytest.mark.parametrize(
    ("positive", "negative", "verdict"),
    [
        (25, 25, Verdict.MIXED),
        (25, 60, Verdict.MIXED),
        (60, 25, Verdict.MIXED),
        (24, 60, Verdict.NEUTRAL),
        (60, 24, Verdict.NEUTRAL),
        (50, 50, Verdict.MIXED),
        (0, 0, Verdict.NEUTRAL),
    ],
)
def test_mixed_begins_at_a_quarter_on_both_sides(
    positive: int, negative: int, verdict: Verdict
) -> None:
    summary = summarise(hundred(positive, negative))
    assert summary is not None
    assert summary.verdict is verdict


@pytest.mark.parametrize(("comments", "verdict"), [(13, Verdict.TOO_FEW), (14, Verdict.NEUTRAL)])
def test_an_interval_is_sharp_from_a_fifth_to_each_side(comments: int, verdict: Verdict) -> None:
    """By hand: n comments of score 0 reach t(n + 1) · √(2 / (n + 1) / (n + 2))."""
    summary = summarise(tally(scored(0.0, comments)))
    assert summary is not None
    assert 0.19 < summary.high < 0.23
    assert (summary.high > 0.2) == (verdict is Verdict.TOO_FEW)
    assert summary.verdict is verdict


@pytest.mark.parametrize(
    ("total", "verdict"),
    [
        (100_000, Verdict.POSITIVE),
        (99_999, Verdict.NEUTRAL),
        (-99_999, Verdict.NEUTRAL),
        (-100_000, Verdict.NEGATIVE),
    ],
)
def test_a_leaning_is_worth_a_word_from_a_tenth(total: int, verdict: Verdict) -> None:
    sums = Tally(neutral=100, total=total, squares=100_000_000)  # nearly all alike
    summary = summarise(sums)
    assert summary is not None
    assert (summary.low > 0) == (total > 0)
    assert summary.verdict is verdict


def test_a_notable_mean_that_may_be_zero_is_no_leaning() -> None:
    """19 comments: the mean is 0.1 and more, the interval holds 0 and is narrow."""
    for sign in (1, -1):
        sums = Tally(neutral=19, total=sign * 19_100, squares=19_100_000)
        summary = summarise(sums)
        assert summary is not None
        assert abs(summary.mean) >= 0.1
        assert summary.low < 0 < summary.high
        assert summary.high - summary.low <= 0.4
        assert summary.verdict is Verdict.NEUTRAL


# Verdicts of a model whose errors are known


def known(spread: float) -> Calibration:
    return Calibration(17, *[Line(0.0, 1.0, spread)] * 4)


@pytest.mark.parametrize(
    ("sums", "spread", "verdict"),
    [
        (Tally(positive=700, neutral=100, negative=200), 0.12, Verdict.POSITIVE),
        (Tally(positive=500, neutral=200, negative=300), 0.01, Verdict.POSITIVE),
        (Tally(positive=500, neutral=200, negative=300), 0.12, Verdict.MIXED),
        (Tally(positive=250, neutral=600, negative=150), 0.12, Verdict.NEUTRAL),
        (Tally(positive=200, neutral=100, negative=700), 0.12, Verdict.NEGATIVE),
        (Tally(positive=5, neutral=2, negative=3), 0.12, Verdict.TOO_FEW),
        (Tally(positive=5, neutral=2, negative=3), 0.40, Verdict.MIXED),
    ],
)
def test_a_model_that_errs_makes_a_verdict_careful(
    sums: Tally, spread: float, verdict: Verdict
) -> None:
    """The last one: more comments would not help where the model's error is larger than luck."""
    summary = summarise(sums, known(spread))
    assert summary is not None
    assert summary.verdict is verdict


def test_a_corrected_mean_decides_not_the_model_s_own() -> None:
    """What a model that is too kind by 0.4 calls praise is blame."""
    kind = known(0.05)._replace(mean=Line(-0.4, 1.0, 0.05))
    summary = summarise(Tally(positive=500, neutral=200, negative=300, total=2_000_000), kind)
    assert summary is not None
    assert summary.mean == pytest.approx(0.2)
    assert summary.estimates is not None
    assert summary.estimates.mean.value == pytest.approx(-0.2)
    assert summary.verdict is Verdict.NEGATIVE
