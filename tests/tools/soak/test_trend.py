from __future__ import annotations

import random

import pytest

from tools.soak.trend import Limit, parts, trend

SECONDS = [3.0 * number for number in range(400)]
LIMIT = Limit(10.0, 0.1)


def noisy(level: float, per_hour: float, noise: float, seed: int = 1) -> list[float]:
    choose = random.Random(seed)
    return [level + per_hour * at / 3600 + choose.gauss(0, noise) for at in SECONDS]


@pytest.mark.parametrize("seed", range(20))
def test_what_grows_is_found_and_what_is_noisy_is_not(seed: int) -> None:
    growing = trend(SECONDS, noisy(100, 120, 5, seed), LIMIT)
    assert growing.grows
    assert growing.per_hour == pytest.approx(120, rel=0.3)
    assert growing.growth == pytest.approx(20, rel=0.3)
    assert not trend(SECONDS, noisy(100, 0, 20, seed), LIMIT).grows
    assert not trend(SECONDS, noisy(100, -120, 5, seed), LIMIT).grows


def test_what_grows_less_than_allowed_does_not_count() -> None:
    slow = trend(SECONDS, noisy(100, 30, 1), LIMIT)
    assert slow.certain
    assert not slow.grows
    assert slow.allowed == pytest.approx(10, rel=0.1)
    assert trend(SECONDS, noisy(1000, 120, 1), LIMIT).allowed == pytest.approx(100, rel=0.05)


def test_only_the_second_half_counts() -> None:
    values = [float(min(number, 200)) for number in range(400)]
    assert trend(SECONDS, values, LIMIT).growth == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("count", [0, 1, 2, 4])
def test_few_samples_say_nothing(count: int) -> None:
    assert not trend(SECONDS[:count], [1e6 * n for n in range(count)], LIMIT).grows


def test_parts_hold_all_and_none_is_empty() -> None:
    values = [float(number) for number in range(23)]
    cut = parts(values, 10)
    assert [value for part in cut for value in part] == values
    assert len(cut) == 10
    assert {len(part) for part in cut} == {2, 3}
    assert parts([1.0], 10) == [[1.0]]
    assert parts([], 10) == []
