"""A deleted job is gone at once for everyone, and in the end from storage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import override

import msgspec
import pytest

from tests.undertone.pipeline.conftest import URL, Bench, page, upload
from undertone.errors import NotFound, Transient
from undertone.pipeline import names
from undertone.pipeline.deletion import (
    BLOBS_AT_ONCE,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    SWEEP_TIME,
    TOMBSTONE_LIFE,
)
from undertone.pipeline.job_records import Request, Stop
from undertone.pipeline.reconcile import reconcile
from undertone.pipeline.reports import find_job, list_jobs
from undertone.pipeline.stopping import cancel, delete
from undertone.storage.memory import MemoryBlobs

MINUTE = timedelta(minutes=1)


@dataclass
class Watched(MemoryBlobs):
    """Counts calls, and cannot delete blobs with `stuck` in their name."""

    calls: Counter[str] = field(default_factory=Counter)
    stuck: str = "none is"

    @override
    def names(self, prefix: str, *, after: str = "", limit: int | None = None) -> list[str]:
        self.calls["names"] += 1
        return super().names(prefix, after=after, limit=limit)

    @override
    def remove(self, name: str) -> None:
        self.calls["remove"] += 1
        super().remove(name)

    @override
    def remove_many(self, names: Sequence[str]) -> list[str]:
        self.calls["remove_many"] += 1
        stuck = [name for name in names if self.stuck in name]
        for name in names:
            if name not in stuck:
                super().remove(name)
        return stuck


@pytest.fixture
def jobs() -> Watched:
    return Watched()


@pytest.fixture
def bench(jobs: Watched) -> Bench:
    return Bench(jobs=jobs)


def look(bench: Bench, after: timedelta = timedelta()) -> None:
    bench.now += after
    reconcile(bench.services)


def crowded(bench: Bench, blobs: int) -> Request:
    """A job with so many blobs more."""
    request = bench.submit(uploads=[upload(2)])
    for number in range(blobs):
        bench.jobs.write(names.page(request.job, 0, number), b"{}")
    bench.queues.sent.clear()
    return request


def test_a_large_job_is_deleted_with_as_few_calls_as_a_small_one(
    bench: Bench, jobs: Watched
) -> None:
    calls: list[Counter[str]] = []
    for size in (1, 5_000):
        request = crowded(bench, size)
        jobs.calls.clear()
        delete(bench.services, request)
        calls.append(jobs.calls.copy())
    assert calls[0] == calls[1]
    assert calls[1].total() <= 2


def test_at_once_the_job_is_gone_for_its_owner(bench: Bench) -> None:
    request = crowded(bench, 3)
    delete(bench.services, request)
    assert bench.jobs.names(names.job_prefix(request.job)), "not yet removed"
    with pytest.raises(NotFound):
        find_job(bench.services, "me", request.job)
    assert list_jobs(bench.services, "me").jobs == []


def test_a_message_removes_all_in_batches(bench: Bench, jobs: Watched) -> None:
    request = crowded(bench, 5_000)
    delete(bench.services, request)
    jobs.calls.clear()
    bench.drain()
    assert bench.jobs.names("") == [names.stop(request.job)]
    assert jobs.calls["remove_many"] <= 5_000 / 256 + 4
    assert jobs.calls["names"] <= 5_000 / BLOBS_AT_ONCE + 4


def test_a_sweep_that_takes_long_goes_on_in_another_message(bench: Bench, jobs: Watched) -> None:
    request = crowded(bench, 2 * BLOBS_AT_ONCE)
    delete(bench.services, request)
    slow = bench.services.clock

    class Slow(Watched):
        @override
        def remove_many(self, names: Sequence[str]) -> list[str]:
            bench.now += SWEEP_TIME
            return super().remove_many(names)

    bench.store.jobs.__class__ = Slow  # the same blobs, from now on slow
    assert slow() == bench.now
    message, _ = bench.one("finished")
    bench.deliver("finished", message)
    assert bench.jobs.names(names.job_prefix(request.job)), "it went on for too long"
    bench.drain()
    assert bench.jobs.names("") == [names.stop(request.job)]


def test_a_blob_that_cannot_be_removed_keeps_nothing_else(bench: Bench, jobs: Watched) -> None:
    broken, sound = crowded(bench, 3_000), crowded(bench, 3)
    jobs.stuck = names.page(broken.job, 0, 7)
    for request in (broken, sound):
        delete(bench.services, request)
    for message, _ in bench.take("finished"):
        if message.job == broken.job:
            with pytest.raises(Transient, match=r"1 blobs of deleted job .*/pages/00007.json"):
                bench.deliver("finished", message)
        else:
            bench.deliver("finished", message)
    left = [name for name in bench.jobs.names("") if not name.startswith(names.STOPS)]
    assert left == [jobs.stuck]
    look(bench, TOMBSTONE_LIFE)
    for message, _ in bench.take("finished"):
        if message.job == sound.job:
            bench.deliver("finished", message)
    assert bench.jobs.names(names.STOPS) == [names.stop(broken.job)]


def test_a_deletion_whose_message_was_lost_is_completed(bench: Bench) -> None:
    request = crowded(bench, 3)
    delete(bench.services, request)
    bench.queues.sent.clear()
    look(bench, FIRST_PAUSE)
    bench.drain()
    assert bench.jobs.names("") == [names.stop(request.job)]


def test_what_late_work_writes_for_a_deleted_job_is_swept(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)])
    delete(bench.services, request)
    bench.drain()
    bench.results.stage(names.comments_csv(request.job), "01", b"late")
    bench.jobs.write(names.snapshot(request.job, 0), b"{}")
    look(bench, FIRST_PAUSE)
    bench.drain()
    assert bench.results.names("") == []
    assert bench.jobs.names("") == [names.stop(request.job)]


def test_a_tombstone_outlives_every_message_and_then_goes(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)])
    delete(bench.services, request)
    look(bench, TOMBSTONE_LIFE - MINUTE)
    bench.drain()
    assert bench.store.stops.find(request.job) is not None
    look(bench, MINUTE)
    bench.drain()
    assert bench.jobs.names("") == []
    assert timedelta(days=7) < TOMBSTONE_LIFE


def test_sweeps_get_sparser_with_age(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)])
    delete(bench.services, request)
    bench.drain()
    deleted, ages = bench.now, []
    while bench.jobs.names(names.STOPS):
        look(bench, FIRST_PAUSE)
        if bench.waiting("finished"):
            ages.append(bench.now - deleted)
        bench.drain()
    gaps = [late - early for early, late in pairwise(ages)]
    assert gaps[:-1] == sorted(gaps[:-1]), "the last one is when the tombstone's time is over"
    assert max(gaps) <= LONGEST_PAUSE
    assert len(ages) < 20
    assert ages[0] == FIRST_PAUSE


def test_a_cancel_that_expires_spares_a_fresh_deletion(bench: Bench, jobs: Watched) -> None:
    request = bench.submit(uploads=[upload(2)])
    cancel(bench.services, request)
    bench.drain()
    bench.now += TOMBSTONE_LIFE

    class DeletedMeanwhile(Watched):
        @override
        def remove_if(self, name: str, etag: str) -> bool:
            delete(bench.services, request)
            return super().remove_if(name, etag)

    jobs.__class__ = DeletedMeanwhile
    look(bench)
    jobs.__class__ = Watched
    stop = bench.store.stops.find(request.job)
    assert stop is not None
    assert stop.why == "deleted"


def test_a_cancel_that_nobody_needs_any_more_goes(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)])
    cancel(bench.services, request)
    bench.drain()
    look(bench, TOMBSTONE_LIFE)
    assert bench.store.stops.find(request.job) is None
    assert bench.store.closed.find(request.job) is not None


def test_a_tombstone_that_cannot_be_read_keeps_no_other_from_its_turn(bench: Bench) -> None:
    broken, sound = crowded(bench, 3), crowded(bench, 3)
    for request in (broken, sound):
        delete(bench.services, request)
    bench.queues.sent.clear()
    bench.jobs.write(names.stop(broken.job), b"no JSON")
    with pytest.raises(ExceptionGroup):
        look(bench, FIRST_PAUSE)
    assert {message.job for message, _ in bench.waiting("finished")} == {sound.job}


def test_an_end_that_meets_the_deletion_puts_nothing_into_the_list(bench: Bench) -> None:
    bench.source.pages = {None: page("a")}
    request = bench.submit(URL.format(1))
    for queue in ("posts", "comments"):
        bench.deliver(queue, bench.one(queue)[0])

    class DeletedMeanwhile(MemoryBlobs):
        @override
        def commit(self, name: str, block_ids: Sequence[str], content_type: str) -> None:
            super().commit(name, block_ids, content_type)
            bench.store.stops.write(Stop(why="deleted", at=bench.now, owner="me"), request.job)
            bench.store.index.remove("me", request.job)

    bench.results.__class__ = DeletedMeanwhile
    bench.deliver("finished", bench.one("finished")[0])
    assert list_jobs(bench.services, "me").jobs == []


def test_a_tombstone_of_an_older_version_of_the_app_is_read(bench: Bench) -> None:
    older = {"v": 1, "why": "deleted", "at": bench.now, "owner": "me"}
    bench.jobs.write(names.stop("job"), msgspec.json.encode(older))
    look(bench, TOMBSTONE_LIFE)
    bench.drain()
    assert bench.jobs.names("") == []
