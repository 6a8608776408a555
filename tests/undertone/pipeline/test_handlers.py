"""What surrounds every step: newer versions, jobs that are gone, reasons of failures."""

from __future__ import annotations

import logging
from typing import override

import pytest

from tests.undertone.pipeline.conftest import NOW, URL, Bench, TombstoneMeanwhileBlobs, upload
from undertone.errors import Missing, Transient
from undertone.pipeline import names
from undertone.pipeline.handlers import HANDLERS, handle_message
from undertone.pipeline.messages import NEWER_VERSION_DELAY, Message
from undertone.pipeline.post_records import FailureNote
from undertone.storage.memory import MemoryBlobs

STEPS = ["jobs", "posts", "comments", "finished", "facts", "windows"]


def test_every_queue_has_a_step_and_posts_and_chunks_have_one_for_their_poison() -> None:
    assert HANDLERS.keys() == {
        *STEPS,
        "posts-poison",
        "comments-poison",
        "facts-poison",
        "windows-poison",
    }
    assert len(set(HANDLERS.values())) == len(HANDLERS)


@pytest.mark.parametrize("queue", STEPS)
def test_the_step_of_a_queue_is_named_in_the_design(queue: str) -> None:
    named = {
        "jobs": "expand",
        "posts": "fetch",
        "comments": "score",
        "finished": "aggregate",
        "facts": "make_facts",
        "windows": "close_window",
    }
    assert getattr(HANDLERS[queue], "__name__", "") == named[queue]


# Newer versions


@pytest.mark.parametrize("queue", HANDLERS)
def test_a_newer_message_is_sent_again_as_it_is(bench: Bench, queue: str) -> None:
    body = b'{"v": 2, "job": ["of", "tomorrow"]}'
    handle_message(bench.services, queue, body)
    assert bench.queues.sent == {queue: [(body, NEWER_VERSION_DELAY.total_seconds())]}
    assert bench.jobs.names("") == []


NEWER = b'{"v":2,"shape":"of tomorrow"}'


@pytest.mark.parametrize(
    ("queue", "blob"),
    [
        ("jobs", "stops/{job}"),
        ("jobs", "{job}/rows/00000.json"),
        ("posts", "{job}/rows/00000.json"),
        ("posts", "{job}/posts/00000/snapshot.json"),
        ("comments", "{job}/posts/00000/snapshot.json"),
        ("comments", "stops/{job}"),
        ("finished", "{job}/request.json"),
        ("finished", "{job}/closing.json"),
        ("finished", "{job}/barrier"),
        ("posts-poison", "{job}/posts/00000/failure.json"),
        ("comments-poison", "{job}/posts/00000/snapshot.json"),
    ],
)
def test_a_message_that_meets_a_newer_blob_is_sent_again_later(
    bench: Bench, queue: str, blob: str
) -> None:
    request = bench.submit(uploads=[upload(2)])
    bench.queues.sent.clear()
    message = Message(job=request.job, posts=1, deadline=request.deadline)
    bench.jobs.write(blob.format(job=request.job), NEWER)
    before = bench.jobs.names("")
    bench.deliver(queue, message, count=2)
    assert bench.queues.sent == {queue: [(message.encode(), NEWER_VERSION_DELAY.total_seconds())]}
    assert bench.jobs.names("") == before, "nothing is decided, and no failure is noted"


# Jobs that are gone


@pytest.mark.parametrize("queue", STEPS)
def test_a_message_of_a_job_that_is_gone_is_dropped(bench: Bench, queue: str) -> None:
    bench.deliver(queue, Message(job="0" * 25, posts=1, deadline=NOW))
    assert not bench.queues.sent
    assert bench.jobs.names("") == []


def test_a_message_of_a_job_that_is_deleted_meanwhile_is_dropped() -> None:
    jobs = TombstoneMeanwhileBlobs()
    bench = Bench(jobs=jobs)
    request = bench.submit(uploads=[upload(1)])
    jobs.remove(names.snapshot(request.job, 0))
    bench.deliver("comments", Message(job=request.job, posts=1, deadline=request.deadline))
    assert jobs.looks == 2
    assert names.failure(request.job, 0) not in jobs.names("")


def test_a_blob_that_is_missing_of_a_job_that_is_there_is_a_failure(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(1)])
    bench.jobs.remove(names.rows(request.job, 0))
    with pytest.raises(Missing):
        bench.deliver("posts", bench.one("posts")[0])


# Failures


def test_the_last_failure_of_a_post_is_kept_and_raised(bench: Bench) -> None:
    request = bench.submit(URL.format(1))
    message, _ = bench.one("posts")
    for reason in ("connection reset", "connection refused"):
        bench.source.pages = {None: Transient(reason)}
        with pytest.raises(Transient, match=reason):
            bench.deliver("posts", message)
    assert bench.store.failures.find(request.job, 0) == FailureNote(reason="connection refused")


def test_of_a_fault_of_ours_the_kind_is_kept(bench: Bench) -> None:
    request = bench.submit(URL.format(1))
    bench.source.pages = {None: ZeroDivisionError("division by zero")}
    with pytest.raises(ZeroDivisionError):
        bench.deliver("posts", bench.one("posts")[0])
    note = bench.store.failures.find(request.job, 0)
    assert note == FailureNote(reason="ZeroDivisionError; the logs of the app know more")


def test_a_reason_that_cannot_be_kept_does_not_hide_the_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class ReadOnly(MemoryBlobs):
        @override
        def write(self, name: str, data: bytes, content_type: str = "application/json") -> None:
            raise Transient("storage is out of order")

    bench = Bench(jobs=ReadOnly())
    bench.submit(URL.format(1))
    bench.source.pages = {None: Transient("connection reset")}
    with caplog.at_level(logging.WARNING), pytest.raises(Transient, match="connection reset"):
        bench.deliver("posts", bench.one("posts")[0])
    assert "storage is out of order" in caplog.text
