"""Samples drawn again and again from domains that were left out: how often an interval holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.analyzer import Calibration
from training.quantify import SCORES, Scored, calibration
from undertone.results.honest import Estimate, honest
from undertone.results.labelled import Labelled, by_labels, by_labels_and_model
from undertone.results.tally import Probabilities, Tally, round_probabilities, tally
from undertone.results.verdict import interval

Indices = NDArray[np.int64]


class Repeats(NamedTuple):
    """Of one way to make intervals, over all samples of one domain."""

    covered: float
    """Share of the samples whose interval holds the mean that people give the whole domain."""
    covered_sample: float
    """The same of the mean that people give the sample itself."""
    width: float
    error: float
    """Mean absolute error of the estimate, against the whole domain."""


class _Seen:
    """Counts what one way says of sample after sample."""

    def __init__(self) -> None:
        self.rows: list[tuple[bool, bool, float, float]] = []

    def add(self, said: Estimate, truth: float, of_sample: float) -> None:
        self.rows.append(
            (
                said.low <= truth <= said.high,
                said.low <= of_sample <= said.high,
                said.high - said.low,
                abs(said.value - truth),
            )
        )

    def repeats(self) -> Repeats:
        return Repeats(*(float(one) for one in np.array(self.rows, dtype=np.float64).mean(axis=0)))


def rounded(domain: Scored) -> list[Probabilities]:
    """Each text's probabilities as the app keeps them."""
    return [round_probabilities(*map(float, row)) for row in domain.probabilities]


def intervals(
    domains: Mapping[str, Scored], size: int, trials: int, seed: int
) -> dict[str, tuple[Repeats, Repeats]]:
    """Domain → the interval that knows of luck alone, and the honest one calibrated elsewhere.

    A sample is `size` texts of the domain, drawn with replacement.
    """
    return {
        name: _intervals(domain, _without(domains, name), size, trials, seed)
        for name, domain in domains.items()
    }


def _without(domains: Mapping[str, Scored], name: str) -> list[Scored]:
    return [domain for other, domain in domains.items() if other != name]


def _intervals(
    domain: Scored, others: list[Scored], size: int, trials: int, seed: int
) -> tuple[Repeats, Repeats]:
    known, whole = calibration(others), rounded(domain)
    people, random = SCORES[domain.labels], np.random.default_rng(seed)
    truth, raw, calibrated = float(people.mean()), _Seen(), _Seen()
    for _ in range(trials):
        drawn = random.integers(0, len(whole), size)
        sums, of_sample = tally([whole[i] for i in drawn]), float(people[drawn].mean())
        low, high = interval(sums)
        raw.add(Estimate(sums.total / size / 10_000, low, high), truth, of_sample)
        calibrated.add(honest(sums, known).mean, truth, of_sample)
    return raw.repeats(), calibrated.repeats()


def shares(
    domains: Mapping[str, Scored], size: int, trials: int, seed: int
) -> dict[str, tuple[Repeats, ...]]:
    """Domain → the honest intervals of its negative, neutral and positive share.

    Only for domains whose people could say neutral; the others say nothing of shares.
    """
    return {
        name: _shares(domain, _without(domains, name), size, trials, seed)
        for name, domain in domains.items()
        if domain.has_neutral
    }


def _shares(
    domain: Scored, others: list[Scored], size: int, trials: int, seed: int
) -> tuple[Repeats, ...]:
    known, whole = calibration(others), rounded(domain)
    random, seen = np.random.default_rng(seed), (_Seen(), _Seen(), _Seen())
    for _ in range(trials):
        drawn = random.integers(0, len(whole), size)
        found = honest(tally([whole[i] for i in drawn]), known)
        said = (found.negative_share, found.neutral_share, found.positive_share)
        for side, one in enumerate(seen):
            of_sample = float((domain.labels[drawn] == side).mean())
            one.add(said[side], float(domain.truth[side]), of_sample)
    return tuple(one.repeats() for one in seen)


def one_post(
    domain: Scored, others: list[Scored], size: int, seed: int
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Both intervals for one random post of the domain: luck alone, and calibrated elsewhere."""
    drawn = np.random.default_rng(seed).integers(0, len(domain.labels), size)
    whole = rounded(domain)
    sums = tally([whole[i] for i in drawn])
    mean = honest(sums, calibration(others)).mean
    return interval(sums), (mean.low, mean.high)


def labels(
    domains: Mapping[str, Scored], labelled: int, size: int, trials: int, seed: int
) -> dict[str, tuple[Repeats, Repeats, Repeats]]:
    """Domain → intervals of the honest model, of labels alone, of both (prediction-powered).

    A post is `size` texts of the domain, drawn with replacement; the first `labelled` of them,
    which is a random sample of the post, are labelled.
    """
    return {
        name: _labels(domain, _without(domains, name), labelled, size, trials=trials, seed=seed)
        for name, domain in domains.items()
    }


def _labels(
    domain: Scored, others: list[Scored], labelled: int, size: int, *, trials: int, seed: int
) -> tuple[Repeats, Repeats, Repeats]:
    known, whole = calibration(others), rounded(domain)
    names = ("negative", "neutral", "positive")
    people, random = SCORES[domain.labels], np.random.default_rng(seed)
    truth, seen = float(people.mean()), (_Seen(), _Seen(), _Seen())
    for _ in range(trials):
        drawn = random.integers(0, len(whole), size)
        sums, of_post = tally([whole[i] for i in drawn]), float(people[drawn].mean())
        sample = [Labelled(names[domain.labels[i]], whole[i]) for i in drawn[:labelled]]
        for one, said in zip(seen, _said(sums, sample, known), strict=True):
            one.add(said, truth, of_post)
    model, alone, both = (one.repeats() for one in seen)
    return model, alone, both


def _said(sums: Tally, sample: list[Labelled], known: Calibration) -> tuple[Estimate, ...]:
    alone, both = by_labels(sample), by_labels_and_model(sample, sums)
    assert alone is not None and both is not None  # noqa: S101, PT018 - samples are large enough
    return honest(sums, known).mean, alone.mean_score, both.mean_score
