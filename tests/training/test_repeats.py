"""Repeated samples: what is counted as covered, and that the luck of the seed is not."""

from __future__ import annotations

import numpy as np
import pytest

from training.quantify import Scored
from training.repeats import intervals, labels


def perfect(seed: int, praise: float) -> Scored:
    """A domain that the model reads as people do."""
    found = np.random.default_rng(seed).choice(3, 2_000, p=(0.6 - praise, 0.4, praise))
    return Scored(np.eye(3)[found], found.astype(np.int64))


def test_a_perfect_reader_covers_as_often_as_it_says() -> None:
    domains = {str(n): perfect(n, 0.1 + 0.05 * n) for n in range(9)}
    found = intervals(domains, size=100, trials=200, seed=1)
    assert np.mean([honest.covered for _, honest in found.values()]) > 0.93
    assert np.mean([raw.covered for raw, _ in found.values()]) > 0.93
    assert all(honest.width < 0.4 for _, honest in found.values())


def test_a_reader_who_is_wrong_in_one_kind_of_comments_is_found_out() -> None:
    domains = {str(n): perfect(n, 0.1 + 0.05 * n) for n in range(9)}
    domains["0"] = Scored(np.eye(3)[np.full(2_000, 2)], domains["0"].labels)
    raw, honest = intervals(domains, size=300, trials=50, seed=1)["0"]
    assert raw.covered == honest.covered == 0
    others = intervals(domains, size=300, trials=50, seed=1)["5"]
    assert others[1].width > 2 * others[0].width, "all others are told that this may happen"


def test_labels_cover_even_there() -> None:
    domains = {str(n): perfect(n, 0.1 + 0.05 * n) for n in range(9)}
    domains["0"] = Scored(np.eye(3)[np.full(2_000, 2)], domains["0"].labels)
    model, alone, both = labels(domains, 50, size=500, trials=200, seed=1)["0"]
    assert model.covered == 0
    assert both.covered > 0.92
    assert both.width == pytest.approx(alone.width)
