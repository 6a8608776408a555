"""Windows, what an instance takes at once, and what it says without asking."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from undertone.identity.rates import (
    MOST_TAKEN,
    Policy,
    RateLimiter,
    counter_name,
    day_end,
    headers_of,
    sweep_counters,
    too_many,
)
from undertone.storage.memory import MemoryBlobs, MemoryCounters

START = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)


@dataclass
class Instances:
    """Instances that share their counters and have the same clock."""

    now: datetime = START
    counters: MemoryCounters = field(default_factory=MemoryCounters)
    calls: int = 0

    def take(self, name: str, count: int, most: int) -> int | None:
        self.calls += 1
        return self.counters.take(name, count, most)

    def start(self) -> RateLimiter:
        return RateLimiter(self, lambda: self.now)


@pytest.fixture
def instances() -> Instances:
    return Instances()


def admitted(limiter: RateLimiter, policy: Policy, times: int, key: str = "k") -> int:
    return sum(limiter.take(policy, key).is_within for _ in range(times))


@pytest.mark.parametrize("quota", [1, 2, 7, 16, 100, 301])
def test_one_instance_gives_exactly_the_quota(instances: Instances, quota: int) -> None:
    assert admitted(instances.start(), Policy("user", quota, 60), quota + 50) == quota


@pytest.mark.parametrize("quota", [1, 5, 50, 333])
def test_instances_that_take_turns_give_exactly_the_quota(instances: Instances, quota: int) -> None:
    ones = [instances.start() for _ in range(3)]
    policy = Policy("user", quota, 60)
    assert sum(one.take(policy, "k").is_within for _ in range(quota) for one in ones) == quota


def test_threads_give_exactly_the_quota(instances: Instances) -> None:
    limiter, policy = instances.start(), Policy("user", 200, 60)
    with ThreadPoolExecutor(8) as pool:
        within = list(pool.map(lambda _: limiter.take(policy, "k").is_within, range(400)))
    assert sum(within) == 200


def test_storage_is_asked_seldom_and_of_what_is_used_up_never(instances: Instances) -> None:
    limiter, policy = instances.start(), Policy("user", 300, 60)
    admitted(limiter, policy, 300)
    assert instances.calls <= 300 / MOST_TAKEN + 12
    limiter.take(policy, "k")
    asked = instances.calls
    assert admitted(limiter, policy, 1_000) == 0
    assert instances.calls == asked


def test_no_request_asks_more_than_once_while_there_is_plenty(instances: Instances) -> None:
    limiter, policy = instances.start(), Policy("user", 1_000, 60)
    for _ in range(200):
        before = instances.calls
        limiter.take(policy, "k")
        assert instances.calls - before <= 1


def test_the_next_window_begins_anew(instances: Instances) -> None:
    limiter, policy = instances.start(), Policy("user", 3, 60)
    assert admitted(limiter, policy, 5) == 3
    instances.now += timedelta(seconds=59)
    assert admitted(limiter, policy, 5) == 0
    assert limiter.take(policy, "k").reset == 1
    instances.now += timedelta(seconds=1)
    assert admitted(limiter, policy, 5) == 3


def test_keys_and_policies_are_counted_apart(instances: Instances) -> None:
    limiter, policy = instances.start(), Policy("user", 2, 60)
    assert admitted(limiter, policy, 5, "a") == admitted(limiter, policy, 5, "b") == 2
    assert admitted(limiter, Policy("address", 2, 60), 5, "a") == 2


def test_one_a_second_is_one_a_second(instances: Instances) -> None:
    limiter, policy = instances.start(), Policy("analysis", 1, 1)
    for _ in range(3):
        assert admitted(limiter, policy, 4, "192.0.2.1") == 1
        assert limiter.take(policy, "192.0.2.1").reset == 1
        instances.now += timedelta(seconds=1)


def test_headers_say_how_it_stands(instances: Instances) -> None:
    limiter, policy = instances.start(), Policy("user", 2, 60)
    instances.now += timedelta(seconds=20)
    first, second, third = (limiter.take(policy, "k") for _ in range(3))
    assert headers_of([first]) == {
        "RateLimit-Policy": '"user";q=2;w=60',
        "RateLimit": '"user";r=1;t=40',
    }
    assert second.remaining == third.remaining == 0
    error = too_many(third, [third])
    assert (error.status, error.retry_after) == (429, 40)
    assert error.headers["RateLimit"] == '"user";r=0;t=40'
    assert headers_of([]) == {}


def test_no_name_of_a_counter_shows_its_key() -> None:
    assert "192.0.2.1" not in counter_name(100, "address", "192.0.2.1")
    assert counter_name(100, "a", "b") != counter_name(100, "ab", "")


def test_counters_of_the_past_are_removed_and_nothing_else() -> None:
    blobs, now = MemoryBlobs(), START
    at = int(now.timestamp())
    past = [counter_name(at - 1, "user", "k"), counter_name(at - 90_000, "comments", "k")]
    kept = [counter_name(at + 60, "user", "k"), "running/abc/0000"]
    for name in (*past, *kept):
        blobs.write(name, b"")
    assert sweep_counters(blobs, now) == 2
    assert blobs.names("") == sorted(kept)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        (START, datetime(2026, 11, 22, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, 59, 59, 999, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2026, 11, 21, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC)),
    ],
)
def test_a_day_ends_at_midnight(now: datetime, end: datetime) -> None:
    assert day_end(now) == end
