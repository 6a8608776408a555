"""Barriers: complete when every key has arrived, and never before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.undertone.pipeline.conftest import CountingBlobs, store_over
from undertone.errors import Missing
from undertone.pipeline import names
from undertone.pipeline.fanin import arrive, arrived, winners
from undertone.pipeline.post_records import ChunkArrival
from undertone.pipeline.record_log import RecordLog
from undertone.ports import Blobs
from undertone.results.tally import Tally
from undertone.storage.memory import MemoryBlobs

BARRIER = ("job", 0, 0)
Barriers = RecordLog[[str, int, int], ChunkArrival]

keys = st.integers(0, 4)
arrivals = st.lists(st.tuples(keys, st.integers(0, 3)), max_size=20).map(
    lambda pairs: [line(key, round_, str(place)) for place, (key, round_) in enumerate(pairs)]
)


def line(key: int, round_: int = 0, block: str = "block") -> ChunkArrival:
    return ChunkArrival(key=key, round=round_, block=block, tally=Tally())


def barrier(blobs: Blobs | None = None) -> Barriers:
    barriers = store_over(blobs or MemoryBlobs()).post_barriers
    barriers.create(*BARRIER)
    return barriers


# Which line of a key counts


def test_the_first_line_of_the_highest_round_counts() -> None:
    lines = [line(7, 0, "a"), line(7, 1, "b"), line(3, 0, "c"), line(7, 1, "d"), line(3, 0, "e")]
    assert {key: won.block for key, won in winners(lines).items()} == {7: "b", 3: "c"}


@given(arrivals)
def test_the_winners_are_those_of_a_sort_by_round_and_place(lines: list[ChunkArrival]) -> None:
    ranked = sorted(enumerate(lines), key=lambda placed: (-placed[1].round, placed[0]))
    expected: dict[int, ChunkArrival] = {}
    for _, arrival in reversed(ranked):
        expected[arrival.key] = arrival  # what ranks highest is written last
    assert winners(lines) == expected


@given(arrivals, st.integers(0, 20))
def test_reading_in_two_parts_gives_the_same_winners(lines: list[ChunkArrival], cut: int) -> None:
    first, rest = winners(lines[:cut]), lines[cut:]
    assert winners([*first.values(), *rest]) == winners(lines)


# When a barrier is complete


@given(st.lists(keys, max_size=20), st.integers(1, 5))
def test_a_barrier_is_complete_exactly_when_every_key_has_arrived(
    order: list[int], expected: int
) -> None:
    barriers, here = barrier(), set[int]()
    for key in (key for key in order if key < expected):
        here.add(key)
        complete = arrive(barriers, line(key), expected, *BARRIER)
        if len(here) < expected:
            assert complete is None
        else:
            assert complete is not None
            assert complete.arrivals.keys() == here


def test_who_completes_it_is_given_the_lines_that_count() -> None:
    barriers = barrier()
    assert arrive(barriers, line(0, 0, "first"), 2, *BARRIER) is None
    assert arrive(barriers, line(0, 0, "repeat"), 2, *BARRIER) is None
    complete = arrive(barriers, line(1, 0, "other"), 2, *BARRIER)
    assert complete is not None
    assert complete.arrivals == {0: line(0, 0, "first"), 1: line(1, 0, "other")}
    assert complete.arrivals == arrived(barriers, *BARRIER)
    assert complete.has_repeats


def test_of_many_at_once_the_last_sees_it_complete() -> None:
    barriers = barrier()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda key: arrive(barriers, line(key), 100, *BARRIER), range(100)))
    complete = [answer.arrivals for answer in answers if answer is not None]
    assert complete == [arrived(barriers, *BARRIER)]


def test_while_lines_are_too_few_the_barrier_is_not_read() -> None:
    blobs = CountingBlobs()
    barriers = barrier(blobs)
    arrive(barriers, line(0), 3, *BARRIER)
    arrive(barriers, line(1), 3, *BARRIER)
    assert blobs.reads == []
    arrive(barriers, line(2), 3, *BARRIER)
    assert blobs.reads == [names.post_barrier(*BARRIER)]


def test_without_a_barrier_the_job_is_gone() -> None:
    barriers = store_over(MemoryBlobs()).post_barriers
    with pytest.raises(Missing):
        arrive(barriers, line(0), 2, *BARRIER)
    with pytest.raises(Missing):
        arrived(barriers, *BARRIER)
