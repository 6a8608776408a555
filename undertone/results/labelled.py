"""Figures from a random sample that people labelled, made sharper by the model's predictions.

Prediction-powered inference (Angelopoulos, Bates, Fannjiang, Jordan, Zrnic, Science 382, 2023) in
its power-tuned form (Angelopoulos, Duchi, Zrnic, arXiv:2311.01453): the labels say how far off the
model is, and all other comments say the rest. It is valid whatever the model does: a useless one
gets the weight 0, and what is left is the labels' own interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from undertone.results.honest import Estimate
from undertone.results.students_t import students_t_975
from undertone.results.tally import UNIT, Probabilities, Tally

SIDES = ("negative", "neutral", "positive")
LEAST = 10
"""Labels below which no interval is given: a variance of fewer is no more than a rumour."""


_MOST_WEIGHT = 2.0
"""Of the predictions: what a few labels seem to say beyond that is luck."""


class Labelled(NamedTuple):
    """A comment of the sample: what people say, and what the model said."""

    label: str
    scored: Probabilities


class Population(NamedTuple):
    """Of a prediction: its mean over all comments, and its variance there."""

    size: int
    mean: float
    variance: float


class Figures(NamedTuple):
    """What the labels say of a post or a job. Shares 0 … 1, the mean -1 … 1."""

    negative_share: Estimate
    neutral_share: Estimate
    positive_share: Estimate
    mean_score: Estimate


def by_labels(sample: Sequence[Labelled]) -> Figures | None:
    """What the labels alone say; None with fewer than `LEAST`."""
    if len(sample) < LEAST:
        return None
    negative, neutral, positive = (
        powered(indicators(sample, side), None, None, (0.0, 1.0)) for side in SIDES
    )
    return Figures(
        negative, neutral, positive, powered(scores_of_labels(sample), None, None, (-1.0, 1.0))
    )


def by_labels_and_model(sample: Sequence[Labelled], everything: Tally) -> Figures | None:
    """What labels and predictions say together; None with fewer than `LEAST`.

    `sample` was drawn at random from the comments that `everything` sums up. The share of a label
    is helped by how often the model gave it, the mean by the mean of its scores.
    """
    if len(sample) < LEAST:
        return None
    shares = []
    for side in SIDES:
        predicted = [float(one.scored.label == side) for one in sample]
        share = getattr(everything, side) / everything.count
        population = Population(everything.count, share, share * (1 - share))
        shares.append(powered(indicators(sample, side), predicted, population, (0.0, 1.0)))
    scores = [one.scored.score / UNIT for one in sample]
    mean = everything.total / everything.count / UNIT
    variance = max(0.0, everything.squares / everything.count / UNIT**2 - mean * mean)
    population = Population(everything.count, mean, variance)
    negative, neutral, positive = shares
    return Figures(
        negative,
        neutral,
        positive,
        powered(scores_of_labels(sample), scores, population, (-1.0, 1.0)),
    )


def indicators(sample: Sequence[Labelled], side: str) -> list[float]:
    """1 for each comment that people gave the label `side`, else 0."""
    return [float(one.label == side) for one in sample]


def scores_of_labels(sample: Sequence[Labelled]) -> list[float]:
    """-1, 0 or 1 for each comment, by the label that people gave it."""
    return [SIDES.index(one.label) - 1.0 for one in sample]


def powered(
    truth: Sequence[float],
    predicted: Sequence[float] | None,
    population: Population | None,
    ends: tuple[float, float],
) -> Estimate:
    """Mean of what people would say, and its 95 % interval.

    Without predictions it is the classical interval. Student's t, and a pretended label at each end
    of the scale, as in `verdict.interval`: a handful of equal labels is not certainty. The
    pretended ones have the model's mean as prediction, so they change no weight but widen all.
    """
    n, weight, rest = len(truth), 0.0, 0
    predicted = predicted if predicted is not None else [0.0] * n
    centre = sum(predicted) / n
    if population is not None and population.size > n:
        rest = population.size - n
        weight = _weight(truth, predicted, n, rest)
    others = 0.0
    if rest and population is not None:
        others = (population.mean * population.size - centre * n) / rest
    residuals = [y - weight * (f - centre) for y, f in zip(truth, predicted, strict=True)]
    padded = [*residuals, *ends]
    middle = sum(padded) / len(padded)
    variance = sum((one - middle) ** 2 for one in padded) / (len(padded) - 1)
    error = variance / len(padded)
    if rest and population is not None:
        error += weight**2 * population.variance / rest
    reach = students_t_975(n - 1) * sqrt(error)
    shift = weight * (others - centre)
    value = sum(truth) / n + shift
    low, high = middle + shift - reach, middle + shift + reach
    bounded = [min(max(one, ends[0]), ends[1]) for one in (value, low, high)]
    return Estimate(bounded[0], bounded[1], bounded[2])


def _weight(truth: Sequence[float], predicted: Sequence[float], n: int, rest: int) -> float:
    """The weight of the predictions that makes the variance least (arXiv:2311.01453, example 6.1).

    0 where the predictions do not vary or lead astray. Above 1 where they are too cautious: a score
    of 0.6 may stand for comments that people nearly all praise.
    """
    centre, mean = sum(predicted) / n, sum(truth) / n
    variance = sum((f - centre) ** 2 for f in predicted) / (n - 1)
    if variance == 0:
        return 0.0
    pairs = zip(truth, predicted, strict=True)
    covariance = sum((y - mean) * (f - centre) for y, f in pairs) / (n - 1)
    return min(_MOST_WEIGHT, max(0.0, covariance / ((1 + n / rest) * variance)))
