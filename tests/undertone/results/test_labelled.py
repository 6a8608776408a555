"""Prediction-powered figures, against the paper's formulas written another way, and simulated."""

from __future__ import annotations

from math import sqrt
from random import Random
from statistics import covariance, fmean, variance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from undertone.results.labelled import (
    LEAST,
    SIDES,
    Labelled,
    Population,
    by_labels,
    by_labels_and_model,
    powered,
)
from undertone.results.students_t import students_t_975
from undertone.results.tally import Probabilities, round_probabilities, tally

SCALE = (-1.0, 1.0)


def comment(random: Random, skill: float) -> Labelled:
    """A comment whose label a model of this skill sees more or less."""
    label = random.choices(SIDES, (0.3, 0.2, 0.5))[0]
    seen = label if random.random() < skill else random.choice(SIDES)
    shares = [0.7 if side == seen else 0.15 for side in SIDES]
    return Labelled(label, round_probabilities(*shares))


def test_the_estimate_is_that_of_the_paper() -> None:
    """Labels plus the tuned weight times what the model says of the rest and not of these."""
    random = Random(1)
    post = [comment(random, 0.7) for _ in range(500)]
    sample, rest = post[:60], post[60:]
    truth = [SIDES.index(one.label) - 1.0 for one in sample]
    said, others = ([one.scored.score / 10_000 for one in part] for part in (sample, rest))
    weight = covariance(truth, said) / ((1 + 60 / 440) * variance(said))
    expected = fmean(truth) + weight * (fmean(others) - fmean(said))
    both = by_labels_and_model(sample, tally([one.scored for one in post]))
    assert both is not None
    assert both.mean_score.value == pytest.approx(expected)


def test_a_model_that_says_the_same_of_everything_changes_nothing() -> None:
    random = Random(2)
    same = Probabilities(2_000, 3_000, 5_000)
    sample = [comment(random, 0.5)._replace(scored=same) for _ in range(40)]
    both = by_labels_and_model(sample, tally([same] * 900))
    assert both == by_labels(sample)


def test_labels_alone_give_the_classical_interval() -> None:
    """20 labels and a pretended one at each end; t(19) is 2.093."""
    values = [1.0] * 12 + [0.0] * 3 + [-1.0] * 5
    found = powered(values, None, None, SCALE)
    padded = [*values, 1.0, -1.0]
    reach = 2.093 * sqrt(variance(padded) / 22)
    assert found == pytest.approx((0.35, fmean(padded) - reach, fmean(padded) + reach), abs=1e-3)


def test_where_all_comments_are_labelled_the_model_has_nothing_to_say() -> None:
    random = Random(3)
    post = [comment(random, 0.9) for _ in range(30)]
    assert by_labels_and_model(post, tally([one.scored for one in post])) == by_labels(post)


def test_few_labels_say_nothing() -> None:
    random = Random(4)
    few = [comment(random, 0.9) for _ in range(LEAST - 1)]
    assert by_labels(few) is None
    assert by_labels_and_model(few, tally([one.scored for one in few] * 9)) is None


def test_a_perfect_model_leaves_the_luck_of_the_post_alone() -> None:
    """The residuals are 0, so the two pretended labels and the rest's own luck are what is left."""
    said = [1.0, -1.0] * 10
    found = powered(said, said, Population(10_020, 0.0, 1.0), SCALE)
    weight = 1 / (1 + 20 / 10_000)
    residuals = [(1 - weight) * one for one in said] + [1.0, -1.0]
    reach = students_t_975(19) * sqrt(variance(residuals) / 22 + weight**2 / 10_000)
    assert found == pytest.approx((0.0, -reach, reach))
    assert reach < 0.5 * (powered(said, None, None, SCALE).high)


@given(st.integers(0, 2**32), st.floats(0, 1), st.integers(LEAST, 80), st.integers(0, 300))
def test_intervals_lie_on_their_scales_and_hold_their_figures(
    seed: int, skill: float, labelled: int, rest: int
) -> None:
    random = Random(seed)
    post = [comment(random, skill) for _ in range(labelled + rest)]
    both = by_labels_and_model(post[:labelled], tally([one.scored for one in post]))
    assert both is not None
    for low_end, one in zip((0.0, 0.0, 0.0, -1.0), both, strict=True):
        assert low_end <= one.low <= one.high <= 1
        assert one.low <= one.value <= one.high


@pytest.mark.parametrize("skill", [0.0, 0.5, 0.9])
def test_the_interval_covers_whatever_the_model_does(skill: float) -> None:
    """The truth is 0.2: half of the comments are praise and three tenths blame."""
    random, held, widths = Random(5), 0, [0.0, 0.0]
    trials = 400
    for _ in range(trials):
        post = [comment(random, skill) for _ in range(300)]
        sample = post[:50]
        alone = by_labels(sample)
        both = by_labels_and_model(sample, tally([one.scored for one in post]))
        assert alone is not None
        assert both is not None
        held += both.mean_score.low <= 0.2 <= both.mean_score.high
        for place, found in enumerate((alone, both)):
            widths[place] += found.mean_score.high - found.mean_score.low
    assert held / trials >= 0.925  # 95 % less two standard errors
    assert widths[1] <= widths[0] * (1.01 if skill < 0.9 else 0.65)
