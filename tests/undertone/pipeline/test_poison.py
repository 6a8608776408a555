"""A message that failed every try: its job ends, and its row says why that message failed."""

from __future__ import annotations

import pytest

from tests.undertone.pipeline.conftest import URL, Bench, page, upload
from undertone.errors import Transient
from undertone.pipeline import names
from undertone.pipeline.job_records import Request
from undertone.pipeline.poison import UNKNOWN
from undertone.pipeline.reports import result_rows
from undertone.pipeline.stopping import delete

POSTS, COMMENTS = (names.poison_queue(q) for q in (names.QUEUE_POSTS, names.QUEUE_COMMENTS))


def reasons(bench: Bench, request: Request) -> list[str]:
    return [row.reason for row in result_rows(bench.services, request, 0)]


def test_the_row_of_a_post_says_why_its_last_try_failed(bench: Bench) -> None:
    request = bench.submit(URL.format(1), URL.format(2))
    first, second = (message for message, _ in bench.take("posts"))
    for words in ("connection reset", "connection refused"):
        bench.source.pages = {None: Transient(words)}
        with pytest.raises(Transient):
            bench.deliver("posts", first)
    bench.source.pages = {None: page("a")}
    bench.deliver("posts", second)
    bench.deliver(POSTS, first)
    bench.drain()
    assert reasons(bench, request) == ["this post could not be fetched: connection refused", ""]


def test_a_row_never_shows_why_the_end_of_the_job_failed(bench: Bench) -> None:
    """Nor why its expansion did: those messages name no post."""
    request = bench.submit(URL.format(1))
    message, _ = bench.one("posts")
    bench.jobs.write(names.closing(request.job), b"no JSON")
    for queue in (names.QUEUE_FINISHED, names.QUEUE_JOBS):
        rows = bench.jobs.read(names.rows(request.job, 0))
        bench.jobs.write(names.rows(request.job, 0), b"no JSON")
        with pytest.raises(Exception, match=r"malformed|expected"):
            bench.deliver(queue, message)
        bench.jobs.write(names.rows(request.job, 0), rows)
    bench.jobs.remove(names.closing(request.job))
    bench.deliver(POSTS, message)
    bench.drain()
    assert reasons(bench, request) == [f"this post could not be fetched: {UNKNOWN}"]


def test_a_chunk_never_shows_why_its_fetch_or_another_chunk_failed(bench: Bench) -> None:
    request = bench.submit(URL.format(1))
    message, _ = bench.one("posts")
    bench.source.pages = {None: Transient("connection reset")}
    with pytest.raises(Transient):
        bench.deliver("posts", message)
    bench.source.pages = {None: page("a", "b", "c")}
    bench.deliver("posts", message)
    first, second = (message for message, _ in bench.take("comments"))
    bench.analyzer.error = ValueError("the model is broken")
    with pytest.raises(ValueError, match="the model is broken"):
        bench.deliver("comments", second)
    bench.deliver(COMMENTS, first)
    bench.analyzer.error = None
    bench.deliver("comments", second)
    bench.drain()
    assert reasons(bench, request) == [f"2 of 3 comments could not be scored: {UNKNOWN}"]


def test_a_poisoned_post_of_a_job_that_is_gone_leaves_nothing(bench: Bench) -> None:
    request = bench.submit(URL.format(1))
    message, _ = bench.one("posts")
    delete(bench.services, request)
    bench.drain()
    bench.jobs.remove(names.stop(request.job))  # its time was over
    bench.deliver(POSTS, message)
    assert bench.jobs.names("") == []


def test_a_poisoned_post_that_has_its_snapshot_is_announced(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)])
    message, _ = bench.one("posts")
    bench.deliver(POSTS, message)
    bench.drain()
    closed = bench.store.closed.find(request.job)
    assert closed is not None
    assert (closed.status, closed.comments) == ("completed", 2)
