"""Places for jobs that are under way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from undertone.errors import TooMany
from undertone.identity.running import RunningJobs
from undertone.storage.memory import MemoryBlobs


@pytest.fixture
def under_way() -> set[str]:
    return set()


@pytest.fixture
def places(under_way: set[str]) -> RunningJobs:
    return RunningJobs(MemoryBlobs(), 3, under_way.__contains__)


def start(places: RunningJobs, under_way: set[str], job: str, owner: str = "o/") -> bool:
    under_way.add(job)
    try:
        places.take(owner, job)
    except TooMany:
        under_way.discard(job)
        return False
    return True


def test_there_are_so_many_places(places: RunningJobs, under_way: set[str]) -> None:
    started = [start(places, under_way, f"job{number}") for number in range(5)]
    assert started == [True, True, True, False, False]
    assert start(places, under_way, "another's", "p/")


def test_the_place_of_a_job_that_has_ended_is_free(
    places: RunningJobs, under_way: set[str]
) -> None:
    for number in range(3):
        start(places, under_way, f"job{number}")
    under_way.discard("job1")
    assert start(places, under_way, "next")
    assert not start(places, under_way, "one more")
    under_way.clear()
    assert [start(places, under_way, f"new{number}") for number in range(4)] == [True] * 3 + [False]


def test_of_many_at_once_as_many_start_as_there_are_places(
    places: RunningJobs, under_way: set[str]
) -> None:
    for wave in range(3):
        under_way.clear()
        with ThreadPoolExecutor(8) as pool:
            started = list(
                pool.map(lambda n, w=wave: start(places, under_way, f"job{w}-{n}"), range(20))
            )
        assert sum(started) == 3
