"""Ways to quantify, on domains whose truth is known because they were made up."""

from __future__ import annotations

import numpy as np
import pytest

from training.quantify import (
    PENALTY,
    SCORES,
    WAYS,
    Scored,
    calibration,
    fit_line,
    measured_line,
)

CONFUSION = np.array([[0.7, 0.2, 0.1], [0.2, 0.6, 0.2], [0.1, 0.2, 0.7]])
"""[is, said]."""


def domain(shares: tuple[float, float, float], seed: int, texts: int = 20_000) -> Scored:
    """A reader with these confusions, whose probabilities are those of a reader who knows them."""
    random = np.random.default_rng(seed)
    labels = random.choice(3, texts, p=shares)
    said = np.array([random.choice(3, p=CONFUSION[label]) for label in labels])
    evenly = CONFUSION / CONFUSION.sum(axis=0)
    return Scored(evenly[:, said].T, labels.astype(np.int64))


EVEN = [domain((1 / 3, 1 / 3, 1 / 3), seed) for seed in range(2)]
TILTED = domain((0.75, 0.15, 0.10), 9)


@pytest.mark.parametrize("way", ["adjusted count", "probabilistic adjusted (PACC)", "EM (Saerens)"])
def test_what_corrects_for_prior_shift_finds_the_truth(way: str) -> None:
    truth = float(SCORES @ TILTED.truth)
    counted = WAYS["classify and count"](EVEN, TILTED)
    assert truth == pytest.approx(-0.65, abs=0.02)
    assert abs(counted - truth) > 0.2
    assert WAYS[way](EVEN, TILTED) == pytest.approx(truth, abs=0.05)


def test_a_line_is_that_of_ridge_regression() -> None:
    """With slope 1 + d the penalty is PENALTY · d²: the derivative at the solution is 0."""
    x, y = np.array([-0.5, 0.0, 0.3, 0.6]), np.array([-0.9, 0.1, 0.2, 1.0])
    offset, slope = fit_line(x, y)

    def cost(a: float, b: float) -> float:
        return float(((a + b * x - y) ** 2).sum() + PENALTY * (b - 1) ** 2)

    for a, b in ((1e-4, 0), (-1e-4, 0), (0, 1e-4), (0, -1e-4)):
        assert cost(offset, slope) < cost(offset + a, slope + b)


def test_the_spread_is_over_what_was_left_out() -> None:
    x, y = np.array([0.0, 0.2, 0.4, 0.9]), np.array([0.1, 0.1, 0.5, 0.8])
    errors = []
    for place in range(4):
        offset, slope = fit_line(np.delete(x, place), np.delete(y, place))
        errors.append(offset + slope * x[place] - y[place])
    line = measured_line(x, y)
    assert (line.offset, line.slope) == fit_line(x, y)
    assert line.spread == pytest.approx(float(np.sqrt(np.mean(np.square(errors)))))


def test_sets_without_neutral_texts_count_for_the_mean_alone() -> None:
    two_sided = domain((0.5, 0.0, 0.5), 3)
    several = [domain(shares, n) for n, shares in enumerate(
        [(0.2, 0.5, 0.3), (0.4, 0.2, 0.4), (0.1, 0.8, 0.1), (0.6, 0.3, 0.1)]
    )]  # fmt: skip
    without, with_it = calibration(several), calibration([*several, two_sided])
    assert (without.domains, with_it.domains) == (4, 5)
    assert without.neutral == with_it.neutral
    assert without.mean != with_it.mean
