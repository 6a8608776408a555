"""A user asks for all to be removed."""

from __future__ import annotations

from datetime import timedelta
from typing import override

import pytest

from tests.undertone.pipeline.conftest import URL, Bench, page, upload
from undertone.errors import Transient
from undertone.pipeline import names
from undertone.pipeline.deletion import TOMBSTONE_LIFE
from undertone.pipeline.erasure import REQUEST_TIME, erase
from undertone.pipeline.reconcile import reconcile
from undertone.pipeline.submit import Submission, submit
from undertone.storage.memory import MemoryBlobs
from undertone.text import digest

OWNER = "quokka@example.org"


def a_job(bench: Bench, owner: str, number: int = 1, key: str = "") -> str:
    bench.source.pages = {None: page("a", "b", "c")}
    made = Submission(
        owner=owner, urls=[URL.format(number)], uploads=[upload(3)], key=key, body_digest="b"
    )
    job = submit(bench.services, made).request.job
    bench.now += timedelta(seconds=1)
    return job


def contents(bench: Bench) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for container in (bench.jobs, bench.cache, bench.results):
        found |= {name: container.read(name) for name in container.names("")}
    return found


def test_nothing_names_the_user_any_more_and_others_keep_theirs(bench: Bench) -> None:
    kept = a_job(bench, "other")
    bench.drain()
    others = contents(bench)
    mine = [a_job(bench, OWNER, 1, "key"), a_job(bench, OWNER, 2)]
    bench.drain()
    mine.append(a_job(bench, OWNER, 3))  # under way
    assert OWNER.encode() in b"".join(contents(bench).values())
    assert erase(bench.services, OWNER)
    assert bench.jobs.names(names.index_prefix(OWNER)) == []
    assert all(bench.store.is_deleted(job) for job in mine)
    bench.drain()
    assert contents(bench).keys() - {names.stop(job) for job in mine} == others.keys()
    for name, content in contents(bench).items():
        assert OWNER not in name
        assert OWNER.encode() not in content
    assert bench.store.request(kept).owner == "other"
    bench.now += TOMBSTONE_LIFE
    reconcile(bench.services)
    bench.drain()
    assert contents(bench) == others


def test_a_user_without_anything_is_erased_at_once(bench: Bench) -> None:
    assert erase(bench.services, OWNER)
    assert contents(bench) == {}


class Slow(MemoryBlobs):
    """A tombstone takes long to write."""

    bench: Bench

    @override
    def write(self, name: str, data: bytes, content_type: str = "application/json") -> None:
        super().write(name, data, content_type)
        if name.startswith(names.STOPS):
            self.bench.now += REQUEST_TIME


def test_what_a_request_has_no_time_for_the_timer_does() -> None:
    blobs = Slow()
    bench = blobs.bench = Bench(jobs=blobs)
    jobs = [a_job(bench, OWNER, n) for n in range(3)]
    bench.drain()
    assert not erase(bench.services, OWNER)
    assert bench.jobs.names(names.ERASURES) == [names.erasure(digest(OWNER))]
    later = a_job(bench, OWNER, 7)
    reconcile(bench.services)
    bench.drain()
    assert bench.jobs.names(names.ERASURES) == []
    assert all(bench.store.is_deleted(job) for job in jobs)
    assert bench.cache.names(names.fetched_prefix(OWNER)) != [], "the later job's"
    assert bench.store.request(later).owner == OWNER


def test_an_erasure_that_fails_is_made_good_by_the_timer(caplog: pytest.LogCaptureFixture) -> None:
    class Stuck(MemoryBlobs):
        stuck = False

        @override
        def write(self, name: str, data: bytes, content_type: str = "application/json") -> None:
            if self.stuck and name.startswith(names.STOPS):
                raise Transient("storage is out of order")
            super().write(name, data, content_type)

    blobs = Stuck()
    bench = Bench(jobs=blobs)
    job = a_job(bench, OWNER)
    bench.drain()
    blobs.stuck = True
    with pytest.raises(Transient):
        erase(bench.services, OWNER)
    with pytest.raises(ExceptionGroup):
        reconcile(bench.services)
    assert OWNER not in caplog.text
    blobs.stuck = False
    reconcile(bench.services)
    assert bench.store.is_deleted(job)
    assert bench.jobs.names(names.ERASURES) == []
