"""Pages of rows become a message for each post that is still to be done."""

from __future__ import annotations

import msgspec
import pytest

from tests.undertone.pipeline.conftest import NOW, URL, Bench, CountingBlobs, page, upload
from undertone.errors import Missing
from undertone.pipeline import names
from undertone.pipeline.expand import expand, send_posts
from undertone.pipeline.job_records import ROWS_PER_PAGE, Request, Row, Stop
from undertone.pipeline.messages import Delivery, Message
from undertone.records import PostRef

REF = PostRef(platform="hackernews", id="1")


def large_job(bench: Bench) -> tuple[Request, list[Message]]:
    """A job of two pages: 100 posts, then three of which one is a duplicate and one no link."""
    urls = [URL.format(number + 1) for number in range(ROWS_PER_PAGE + 1)]
    request = bench.submit(*urls, urls[0], "nonsense")
    return request, [message for message, _ in bench.take("jobs")]


def posts(bench: Bench) -> list[int]:
    return [message.post for message, _ in bench.take("posts")]


def test_each_page_sends_its_own_posts(bench: Bench) -> None:
    _, (first, second) = large_job(bench)
    bench.deliver("jobs", second)
    assert posts(bench) == [ROWS_PER_PAGE], "not the duplicate, not what is no link"
    bench.deliver("jobs", first)
    assert posts(bench) == list(range(ROWS_PER_PAGE))


def test_a_message_to_fetch_says_what_the_page_said(bench: Bench) -> None:
    request, (_, second) = large_job(bench)
    bench.deliver("jobs", msgspec.structs.replace(second, traceparent="00-ff"))
    message, delay = bench.one("posts")
    assert delay == 0
    assert message == Message(
        job=request.job,
        posts=ROWS_PER_PAGE + 1,
        deadline=request.deadline,
        post=ROWS_PER_PAGE,
        traceparent="00-ff",
    )


def test_a_repeat_sends_only_what_has_not_arrived(bench: Bench) -> None:
    bench.source.pages = {None: page()}  # no comments, so a post arrives as soon as it is fetched
    _, (first, _) = large_job(bench)
    bench.deliver("jobs", first)
    for message, _ in bench.take("posts"):
        if message.post not in {3, 50}:
            bench.deliver("posts", message)
    bench.deliver("jobs", first, count=2)
    again = [message for message, _ in bench.take("posts")]
    assert [message.post for message in again] == [3, 50]
    assert all(message.again for message in again)
    bench.deliver("jobs", msgspec.structs.replace(first, again=True))
    assert posts(bench) == [3, 50]


def test_a_first_delivery_does_not_read_the_barrier() -> None:
    blobs = CountingBlobs()
    bench = Bench(jobs=blobs)
    request, (_, second) = large_job(bench)
    blobs.reads.clear()
    bench.deliver("jobs", second)
    assert names.barrier(request.job) not in blobs.reads
    bench.deliver("jobs", second, count=2)
    assert names.barrier(request.job) in blobs.reads


@pytest.mark.parametrize("why", ["cancelled", "deleted"])
def test_a_stopped_job_is_not_expanded(bench: Bench, why: str) -> None:
    request, (first, _) = large_job(bench)
    bench.store.stops.write(msgspec.convert({"why": why, "at": NOW}, Stop), request.job)
    bench.deliver("jobs", first)
    assert not bench.queues.sent


def test_a_page_that_is_gone_is_missing(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(1)])
    message = Message(job=request.job, posts=1, deadline=NOW, page=7)
    with pytest.raises(Missing, match="rows/00007"):
        expand(bench.services, Delivery(message))


def test_rows_are_numbered_from_the_first_of_the_page(bench: Bench) -> None:
    rows = [Row(sent="a"), Row(sent="b", ref=REF), Row(sent="c", ref=REF, duplicate_of=1),
            Row(sent="d", ref=REF), Row(sent="e", ref=REF)]  # fmt: skip
    message = Message(job="j", posts=9, deadline=NOW, page=2)
    send_posts(bench.services, message, rows)
    sent = [(message.page, message.post) for message, _ in bench.take("posts")]
    assert sent == [(0, 201), (0, 203), (0, 204)]
