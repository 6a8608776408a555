"""What failed every try arrives as a failure, and says why."""

from __future__ import annotations

import pytest

from tests.undertone.pipeline.conftest import NOW, URL, Bench, page, upload
from undertone.errors import Missing, Transient
from undertone.pipeline import names
from undertone.pipeline.job_records import Request, Stop
from undertone.pipeline.messages import Delivery, Message
from undertone.pipeline.poison import IN_LOGS, UNKNOWN, fail_chunk, fail_post, note_failure
from undertone.pipeline.reports import result_rows
from undertone.pipeline.stopping import delete
from undertone.results.posts_table import PostRow

POSTS, COMMENTS = (names.poison_queue(q) for q in (names.QUEUE_POSTS, names.QUEUE_COMMENTS))


def row(bench: Bench, request: Request) -> PostRow:
    return result_rows(bench.services, request, 0)[0]


def failing_post(bench: Bench) -> tuple[Request, Message]:
    """A job of one post whose last try has failed."""
    request = bench.submit(URL.format(1))
    message, _ = bench.one("posts")
    bench.source.pages = {None: Transient("connection reset")}
    with pytest.raises(Transient):
        bench.deliver("posts", message, count=5)
    return request, message


def test_a_post_that_failed_every_try_ends_its_job_with_the_reason(bench: Bench) -> None:
    request, message = failing_post(bench)
    bench.deliver("posts-poison", message)
    bench.drain()
    closed = bench.store.closed.find(request.job)
    assert closed is not None
    assert (closed.status, closed.states) == ("completed_with_errors", {"failed": 1})
    assert row(bench, request).reason == "this post could not be fetched: connection reset"


def test_a_page_that_keeps_failing_does_not_discard_those_before_it(bench: Bench) -> None:
    request = bench.submit(URL.format(1))
    message, _ = bench.one("posts")
    first = [str(number) for number in range(100)]
    second = [str(number) for number in range(100, 200)]
    bench.source.pages = {
        None: page(*first, cursor="2", reported=300),
        "2": page(*second, cursor="3"),
        "3": Transient("connection reset"),
    }
    with pytest.raises(Transient):
        bench.deliver("posts", message)
    bench.deliver("posts-poison", message)
    bench.drain()
    shown = row(bench, request)
    assert (shown.state, shown.fetched, shown.positive, shown.reported) == (
        "partial",
        200,
        200,
        300,
    )
    assert shown.reason == ("reading ended early: this post could not be fetched: connection reset")


def test_a_failure_without_a_note_says_where_to_look(bench: Bench) -> None:
    request = bench.submit(URL.format(1))
    bench.deliver("posts-poison", bench.one("posts")[0])
    assert row(bench, request).reason == f"this post could not be fetched: {UNKNOWN}"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Transient("connection reset"), "connection reset"),
        (MemoryError(), f"MemoryError; {IN_LOGS}"),
    ],
)
def test_an_error_without_a_text_is_named(bench: Bench, error: Exception, reason: str) -> None:
    request, _ = failing_post(bench)
    message = Message(job=request.job, posts=1, deadline=NOW)
    note_failure(bench.services, names.QUEUE_POSTS, message, error)
    note = bench.store.failures.find(request.job, 0)
    assert note is not None
    assert note.reason == reason


def test_a_success_that_comes_later_does_not_count(bench: Bench) -> None:
    request, message = failing_post(bench)
    bench.deliver("posts-poison", message)
    bench.source.pages = {None: page("a")}
    bench.deliver("posts", message)
    bench.drain()
    assert row(bench, request).state == "failed"


def test_a_post_that_was_fetched_before_it_was_poisoned_is_scored(bench: Bench) -> None:
    request, message = failing_post(bench)
    bench.source.pages = {None: page("a", "b", "c")}
    bench.deliver("posts", message)
    bench.queues.sent.clear()  # it failed once more, after the snapshot
    bench.deliver("posts-poison", message)
    assert all(chunk.again for chunk, _ in bench.waiting("comments"))
    bench.drain()
    assert (row(bench, request).state, row(bench, request).fetched) == ("ok", 3)


def test_a_chunk_that_failed_every_try_says_why(bench: Bench) -> None:
    request, (message,) = bench.fetch_upload(2)
    bench.analyzer.error = Transient("out of memory")
    with pytest.raises(Transient):
        bench.deliver("comments", message)
    fail_chunk(bench.services, Delivery(message))
    bench.drain()
    assert row(bench, request).reason == "2 of 2 comments could not be scored: out of memory"


def test_one_bad_chunk_does_not_fail_its_post(bench: Bench) -> None:
    request, messages = bench.fetch_upload(5)
    fail_chunk(bench.services, Delivery(messages[1]))
    for message in (messages[0], messages[2]):
        bench.deliver("comments", message)
    bench.drain()
    lines = bench.comments_jsonl(request)
    assert [line["label"] for line in lines] == [
        "positive", "positive", None, None, "positive",
    ]  # fmt: skip
    shown = row(bench, request)
    assert (shown.state, shown.fetched, shown.unscored, shown.positive) == ("partial", 5, 2, 3)


def test_a_chunk_that_was_scored_stays_so(bench: Bench) -> None:
    request, (message,) = bench.fetch_upload(2)
    bench.deliver("comments", message)
    bench.deliver("comments-poison", message)
    bench.drain()
    assert (row(bench, request).state, row(bench, request).unscored) == ("ok", 0)


def test_for_a_stopped_job_nothing_is_recorded(bench: Bench) -> None:
    post_job, post = failing_post(bench)
    chunk_job, (chunk,) = bench.fetch_upload(2)
    for request in (post_job, chunk_job):
        bench.store.stops.write(Stop(why="cancelled", at=NOW), request.job)
    bench.deliver("posts-poison", post)
    bench.deliver("comments-poison", chunk)
    for request in (post_job, chunk_job):
        assert bench.store.barriers.read(request.job).records == []
    assert bench.results.names("") == []


def test_of_a_job_that_is_gone_the_barrier_is_missing(bench: Bench) -> None:
    message = Message(job="0" * 25, posts=1, deadline=NOW)
    with pytest.raises(Missing):
        fail_post(bench.services, Delivery(message))


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
    with pytest.raises(Transient, match="fails: ValueError"):
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
