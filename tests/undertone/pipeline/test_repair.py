"""Staged blocks that are gone when they are to be committed."""

from __future__ import annotations

import json

import pytest

from tests.undertone.pipeline.conftest import Bench, upload
from undertone.pipeline import names
from undertone.pipeline.fanin import winners
from undertone.pipeline.job_records import Request
from undertone.pipeline.messages import Message
from undertone.pipeline.stopping import cancel


def until_the_end(bench: Bench) -> Request:
    """A job of a post with one chunk and one with three, up to its ending message."""
    request = bench.submit(uploads=[upload(2, "short"), upload(5, "long")])
    for queue in ("posts", "comments"):
        for message, _ in bench.take(queue):
            bench.deliver(queue, message)
    return request


def ids(bench: Bench, request: Request) -> list[tuple[int, str]]:
    lines = bench.results.read(names.comments_jsonl(request.job)).splitlines()
    return [(line["post"], line["comment_id"]) for line in map(json.loads, lines)]


WHOLE = [(1, "0"), (1, "1"), (2, "0"), (2, "1"), (2, "2"), (2, "3"), (2, "4")]


@pytest.mark.parametrize("lost", [names.comments_csv, names.comments_jsonl])
def test_their_posts_are_scored_again(bench: Bench, lost: object) -> None:
    assert callable(lost)
    request = until_the_end(bench)
    bench.results.drop_staged(lost(request.job))
    ending, _ = bench.one("finished")
    bench.deliver("finished", ending)
    assert bench.store.closed.find(request.job) is None
    again = [(m.post, m.chunk, m.round, m.again) for m, _ in bench.waiting("comments")]
    assert again == [(0, 0, 1, True), (1, 0, 1, True), (1, 1, 1, True), (1, 2, 1, True)]
    bench.drain()
    closed = bench.store.closed.find(request.job)
    assert closed is not None
    assert (closed.status, closed.comments, closed.unscored) == ("completed", 7, 0)
    assert ids(bench, request) == WHOLE


def test_only_posts_that_miss_a_block_are_scored_again(bench: Bench) -> None:
    request = until_the_end(bench)
    arrivals = winners(bench.store.barriers.read(request.job).records)
    for name in (names.comments_csv(request.job), names.comments_jsonl(request.job)):
        bench.results.drop_staged(name)
        bench.results.stage(name, arrivals[0].blocks[0], b"")
    bench.deliver("finished", bench.one("finished")[0])
    assert {message.post for message, _ in bench.waiting("comments")} == {1}


def test_a_stray_ending_message_meanwhile_does_no_harm(bench: Bench) -> None:
    request = until_the_end(bench)
    bench.results.drop_staged(names.comments_csv(request.job))
    ending, _ = bench.one("finished")
    for _ in range(2):
        bench.deliver("finished", ending)
    bench.drain()
    assert ids(bench, request) == WHOLE


def test_a_cancelled_job_gets_back_what_existed(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2, "done"), upload(2, "not yet")])
    for message, _ in bench.take("posts"):
        bench.deliver("posts", message)
    (chunk, _), _ = bench.take("comments")
    bench.deliver("comments", chunk)
    cancel(bench.services, request)
    bench.results.drop_staged(names.comments_csv(request.job))
    bench.drain()
    closed = bench.store.closed.find(request.job)
    assert closed is not None
    assert closed.status == "cancelled"
    assert ids(bench, request) == [(1, "0"), (1, "1")]


def test_a_lost_message_of_the_repair_is_sent_again(bench: Bench) -> None:
    request = until_the_end(bench)
    bench.results.drop_staged(names.comments_csv(request.job))
    bench.deliver("finished", bench.one("finished")[0])
    bench.queues.sent.clear()
    ending = Message(job=request.job, posts=request.posts, deadline=request.deadline)
    bench.deliver("finished", ending)  # as reconcile sends it: all have arrived
    bench.drain()
    assert ids(bench, request) == WHOLE
