"""Arrivals, and the status beside them: what a repeat appends, and what a failing status costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import override

import pytest

from tests.undertone.pipeline.conftest import URL, Bench, page, upload
from undertone.errors import Delayed, Full, Missing, Transient
from undertone.pipeline import names
from undertone.pipeline.messages import Delivery
from undertone.pipeline.poison import fail_chunk
from undertone.storage.memory import MemoryBlobs


@dataclass
class NoProgress(MemoryBlobs):
    """Every append to a progress blob fails."""

    error: Exception | None = None

    @override
    def append(self, name: str, data: bytes) -> int:
        if self.error is not None and "/progress" in name:
            raise self.error
        return super().append(name, data)


TROUBLES = [Transient("storage answered 503"), Full("progress"), Missing("progress")]


@pytest.mark.parametrize("error", TROUBLES, ids=lambda error: type(error).__name__)
def test_a_status_that_cannot_be_noted_fails_no_work(error: Exception) -> None:
    jobs = NoProgress(error=error)
    bench = Bench(jobs=jobs)
    bench.source.pages = {None: Delayed("slow down", None)}
    request = bench.submit(URL.format(1), uploads=[upload(5)])
    for message, _ in bench.take("posts"):
        bench.deliver("posts", message)
    bench.source.pages = {None: page("a")}
    bench.drain()
    closed = bench.store.closed.find(request.job)
    assert closed is not None
    assert (closed.status, closed.comments, closed.unscored) == ("completed", 6, 0)


def lines(bench: Bench, name: str) -> int:
    return bench.jobs.read(name).count(b"\n")


@pytest.mark.parametrize("count", [0, 2, 5])
def test_a_repeat_of_what_has_arrived_appends_nothing(bench: Bench, count: int) -> None:
    request = bench.submit(uploads=[upload(count, "a"), upload(2, "b")])
    posts = [message for message, _ in bench.take("posts")]
    bench.deliver("posts", posts[0])
    chunks = [message for message, _ in bench.take("comments")]
    for message in chunks:
        bench.deliver("comments", message)
    for _ in range(3):
        bench.deliver("posts", posts[0], count=2)
        again = [message for message, _ in bench.take("comments")]
        assert len(again) <= 1, "chunks that have arrived are not sent again"
        for message in again + chunks:
            bench.deliver("comments", message, count=2)
    assert lines(bench, names.barrier(request.job)) == 1
    if count > 2:
        assert lines(bench, names.post_barrier(request.job, 0, 0)) == 3
    assert lines(bench, names.progress(request.job)) <= 1 + len(chunks)
    assert not bench.take("finished")
    bench.deliver("posts", posts[1])
    bench.drain()
    assert bench.store.closed.find(request.job)


def test_of_a_post_scored_twice_at_once_the_jobs_barrier_gets_one_line(bench: Bench) -> None:
    """Neither delivery knows of the other, so neither looks before it appends to the post's."""
    request = bench.submit(uploads=[upload(8, "a"), upload(2, "b")])
    bench.deliver("posts", bench.take("posts")[0][0])
    for message, _ in bench.take("comments") * 2:
        bench.deliver("comments", message)
    assert lines(bench, names.post_barrier(request.job, 0, 0)) == 8
    assert lines(bench, names.barrier(request.job)) == 1


def test_a_poisoned_message_of_a_chunk_that_has_arrived_appends_nothing(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2, "a"), upload(2, "b")])
    bench.deliver("posts", bench.take("posts")[0][0])
    ((message, _),) = bench.take("comments")
    bench.deliver("comments", message)
    fail_chunk(bench.services, Delivery(message))
    assert lines(bench, names.barrier(request.job)) == 1


def test_repeats_for_a_closed_job_end_without_reading_its_barrier(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(5)])
    ((post, _),) = bench.take("posts")
    bench.deliver("posts", post)
    chunks = [message for message, _ in bench.waiting("comments")]
    bench.drain()
    assert bench.store.closed.find(request.job)
    bench.jobs.write(names.barrier(request.job), b"not to be read")
    bench.deliver("posts", post, count=2)
    for message in chunks:
        bench.deliver("comments", message, count=2)
    assert not bench.queues.sent
