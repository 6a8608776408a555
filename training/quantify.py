"""How much of a post is praise, and how much is blame, by a reader that errs: several ways.

Each way is made from other domains and asked about one that it has not seen. A domain is a kind of
comments that people labelled (`domains.py`); of it, `counts` are the shares that the model gives
each label, `means` the mean probabilities, `truth` the shares by people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.analyzer import Calibration, Line

Floats = NDArray[np.float64]
SCORES = np.array([-1.0, 0.0, 1.0])
PENALTY = 0.1
"""Pulls a line's slope towards 1, as one domain 0.3 from the others would."""
LEAST_OF_A_CLASS = 10
"""Texts of a class in a domain, below which its errors on that class say nothing."""


class Scored(NamedTuple):
    """A domain's texts: what the model says of each ([texts, 3]), and what people do ([texts])."""

    probabilities: Floats
    labels: NDArray[np.int64]

    @property
    def predicted(self) -> NDArray[np.int64]:
        """The likeliest class of each text."""
        return np.asarray(self.probabilities.argmax(axis=1), dtype=np.int64)

    @property
    def counts(self) -> Floats:
        """Share of each class by the model."""
        return np.bincount(self.predicted, minlength=3) / len(self.labels)

    @property
    def means(self) -> Floats:
        """Mean probability of each class."""
        return np.asarray(self.probabilities.mean(axis=0), dtype=np.float64)

    @property
    def truth(self) -> Floats:
        """Share of each class by people."""
        return np.bincount(self.labels, minlength=3) / len(self.labels)

    @property
    def has_neutral(self) -> bool:
        """Whether people could call a text neutral; sets of praise and blame alone have none."""
        return bool((self.labels == 1).any())


Way = Callable[[Sequence[Scored], Scored], float]


def counted(_: Sequence[Scored], asked: Scored) -> float:
    """Classify and count."""
    return float(SCORES @ asked.counts)


def averaged(_: Sequence[Scored], asked: Scored) -> float:
    """The mean of the scores, as it was shown before."""
    return float(SCORES @ asked.means)


def adjusted_count(others: Sequence[Scored], asked: Scored) -> float:
    """Counts, through the inverse of the other domains' confusion matrix (Forman 2008)."""
    hard = [one._replace(probabilities=np.eye(3)[one.predicted]) for one in others]
    return float(SCORES @ _solved(_confusions(hard), asked.counts))


def adjusted_means(others: Sequence[Scored], asked: Scored) -> float:
    """The same with probabilities in the place of counts (PACC, Bella et al. 2010)."""
    return float(SCORES @ _solved(_confusions(others), asked.means))


def saerens(others: Sequence[Scored], asked: Scored, rounds: int = 50) -> float:
    """Expectation-maximisation over prior shift (Saerens, Latinne, Decaestecker 2002)."""
    prior = np.mean([one.truth for one in others], axis=0)
    shares = prior
    for _ in range(rounds):
        weighted = asked.probabilities * (shares / prior)
        shares = (weighted / weighted.sum(axis=1, keepdims=True)).mean(axis=0)
    return float(SCORES @ shares)


def line_through_others(others: Sequence[Scored], asked: Scored) -> float:
    """A line from counts to truth over the other domains, its slope pulled towards 1."""
    offset, slope = fit_line(leanings(others), true_leanings(others))
    return offset + slope * counted(others, asked)


WAYS: Mapping[str, Way] = {
    "mean of scores (before)": averaged,
    "classify and count": counted,
    "adjusted count": adjusted_count,
    "EM (Saerens)": saerens,
    "probabilistic adjusted (PACC)": adjusted_means,
    "line over domains (chosen)": line_through_others,
}


def leanings(domains: Sequence[Scored]) -> Floats:
    """Share of positive minus share of negative texts in each domain, by the model."""
    return np.array([SCORES @ one.counts for one in domains])


def true_leanings(domains: Sequence[Scored]) -> Floats:
    """The same by people."""
    return np.array([SCORES @ one.truth for one in domains])


def fit_line(x: Floats, y: Floats) -> tuple[float, float]:
    """Offset and slope with the least squares, and PENALTY times the slope's distance from 1."""
    columns = np.column_stack([np.ones(len(x)), x])
    left = columns.T @ columns + np.diag([0.0, PENALTY])
    offset, slope = np.linalg.solve(left, columns.T @ y + np.array([0.0, PENALTY]))
    return float(offset), float(slope)


def measured_line(x: Floats, y: Floats) -> Line:
    """The line, and its spread: root mean square error at domains it was not fitted to."""
    errors = []
    for place in range(len(x)):
        others = np.arange(len(x)) != place
        offset, slope = fit_line(x[others], y[others])
        errors.append(offset + slope * x[place] - y[place])
    offset, slope = fit_line(x, y)
    return Line(offset, slope, float(np.sqrt(np.mean(np.square(errors)))))


def calibration(domains: Sequence[Scored]) -> Calibration:
    """Of the model that scored these domains. Those without neutral texts say nothing of shares."""
    whole = [one for one in domains if one.has_neutral]
    shares = (
        measured_line(
            np.array([one.counts[side] for one in whole]),
            np.array([one.truth[side] for one in whole]),
        )
        for side in range(3)
    )
    mean = measured_line(leanings(domains), true_leanings(domains))
    return Calibration(len(domains), mean, *shares)


def _confusions(domains: Sequence[Scored]) -> Floats:
    """[said, is]: what the model says of each class, the mean over domains that have it."""
    columns = []
    for side in range(3):
        chosen = [
            one.probabilities[one.labels == side].mean(axis=0)
            for one in domains
            if (one.labels == side).sum() >= LEAST_OF_A_CLASS
        ]
        columns.append(np.mean(chosen, axis=0))
    return np.column_stack(columns)


_STEPS = 40
_GRID = (
    np.array(
        [(i, j, _STEPS - i - j) for i in range(_STEPS + 1) for j in range(_STEPS + 1 - i)],
        dtype=np.float64,
    )
    / _STEPS
)


def _solved(confusions: Floats, seen: Floats) -> Floats:
    """The shares that would come nearest to what was seen, to a fortieth."""
    misses = ((_GRID @ confusions.T - seen) ** 2).sum(axis=1)
    return np.asarray(_GRID[misses.argmin()], dtype=np.float64)
