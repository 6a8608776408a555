"""The end of a job is decided once, whatever arrives afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.undertone.pipeline.conftest import (
    URL,
    Bench,
    InterruptedBlobs,
    ending,
    page,
    upload,
)
from undertone.pipeline import names
from undertone.pipeline.closing import Decision, counting, decide, reopen, standing_closing
from undertone.pipeline.job_records import LIFETIME, Request
from undertone.pipeline.post_records import PostArrival
from undertone.pipeline.stopping import cancel


def test_what_arrives_after_the_decision_does_not_count(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2, "a"), upload(2, "b")])
    for message, _ in bench.take("posts"):
        bench.deliver("posts", message)
    (first, _), (late, _) = bench.take("comments")
    bench.deliver("comments", first)
    cancel(bench.services, request)
    decided = bench.jobs.read(names.barrier(request.job))

    bench.queues.sent.clear()
    bench.deliver("finished", ending(request))
    once = bench.comments_csv(request)
    bench.jobs.remove(names.closed(request.job))  # as if the aggregator had died before it
    bench.jobs.append(names.barrier(request.job), decided.replace(b'"key":0', b'"key":1'))
    bench.deliver("finished", ending(request))
    assert bench.comments_csv(request) == once
    rows = bench.results.read(names.posts_csv(request.job)).decode().splitlines()
    assert ",failed," in rows[2]
    assert late.post == 1


def test_a_premature_ending_message_decides_nothing(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)])
    bench.deliver("finished", ending(request))
    assert bench.store.closed.find(request.job) is None
    assert names.closing(request.job) not in bench.jobs.names("")


# The decision


def half_done(bench: Bench) -> Request:
    """A job of three posts: one arrived, one with one of two chunks scored, one not fetched."""
    bench.source.pages = {None: page("a")}
    request = bench.submit(URL.format(1), uploads=[upload(2, "done"), upload(4, "half")])
    posts = {message.post: message for message, _ in bench.take("posts")}
    for post in (1, 2):
        bench.deliver("posts", posts[post])
    for message, _ in bench.take("comments")[:2]:
        bench.deliver("comments", message)
    return request


def test_a_job_under_way_goes_on(bench: Bench) -> None:
    request = half_done(bench)
    assert decide(bench.services, request, cancelled=False) is None
    assert names.closing(request.job) not in bench.jobs.names("")
    assert standing_closing(bench.store, request.job) is None


@pytest.mark.parametrize(
    ("cancelled", "after", "why", "reason"),
    [
        (True, timedelta(), "cancelled", "the job was cancelled before this post was done"),
        (False, LIFETIME, "overdue", "this post was not done when the job's time was over"),
        (True, LIFETIME, "cancelled", "the job was cancelled before this post was done"),
    ],
)
def test_posts_that_have_not_arrived_count_as_far_as_they_are_done(
    bench: Bench, cancelled: bool, after: timedelta, why: str, reason: str
) -> None:
    request = half_done(bench)
    bench.now += after
    decision = decide(bench.services, request, cancelled=cancelled)
    assert decision is not None
    closing = decision.record
    assert closing.why == why
    assert closing.bytes == len(bench.jobs.read(names.barrier(request.job)))
    unfetched, half = closing.absent
    assert (unfetched.key, unfetched.state, unfetched.fetched) == (0, "failed", 0)
    assert unfetched.reason.startswith(reason)
    assert (half.key, half.state, half.fetched, half.unscored) == (2, "partial", 4, 2)
    assert (half.tally.count, len(half.blocks)) == (2, 1)
    counted = counting(bench.store, request, closing)
    assert {key: arrival.state for key, arrival in counted.items()} == {
        0: "failed", 1: "ok", 2: "partial",
    }  # fmt: skip


def test_a_line_after_the_decision_replaces_none_before_it(bench: Bench) -> None:
    request = half_done(bench)
    decision = decide(bench.services, request, cancelled=True)
    assert decision is not None
    before = counting(bench.store, request, decision.record)
    late = PostArrival(key=1, round=1, state="failed")
    bench.store.barriers.append(late, request.job)
    assert counting(bench.store, request, decision.record) == before


def test_a_moment_before_its_deadline_a_job_is_not_overdue(bench: Bench) -> None:
    request = half_done(bench)
    bench.now += LIFETIME - timedelta(seconds=1)
    assert decide(bench.services, request, cancelled=False) is None


def test_an_announced_post_without_a_barrier_has_no_chunk(bench: Bench) -> None:
    """Its snapshot was taken with the job, but its fetch has not run."""
    request = bench.submit(uploads=[upload(4)])
    decision = decide(bench.services, request, cancelled=True)
    assert decision is not None
    (absent,) = decision.record.absent
    assert (absent.state, absent.fetched, absent.unscored) == ("failed", 4, 4)
    assert absent.reason == "4 of 4 comments were not scored before the job ended"


def test_a_complete_job_needs_no_cancel(bench: Bench) -> None:
    request, messages = bench.fetch_upload(3)
    for message in messages:
        bench.deliver("comments", message)
    decision = decide(bench.services, request, cancelled=True)
    assert decision is not None
    assert (decision.record.why, decision.record.absent) == ("complete", ())


def test_the_first_decision_stands(bench: Bench) -> None:
    request = half_done(bench)
    first = decide(bench.services, request, cancelled=True)
    bench.now += LIFETIME
    assert decide(bench.services, request, cancelled=False) == first
    assert first is not None
    assert standing_closing(bench.store, request.job) == first.record


def test_of_two_aggregators_at_once_both_get_the_decision_of_the_first() -> None:
    jobs = InterruptedBlobs()
    bench = Bench(jobs=jobs)
    request = half_done(bench)
    jobs.before = "/closing.json"
    decisions: list[Decision | None] = []

    def another() -> None:
        decisions.append(decide(bench.services, request, cancelled=True))

    jobs.meanwhile = another
    bench.now += LIFETIME
    ours = decide(bench.services, request, cancelled=False)
    assert decisions == [ours]
    assert ours is not None
    assert ours.record.why == "cancelled"


def test_a_decision_that_was_taken_back_before_it_was_seen_closes_nothing() -> None:
    """Found by the state machine: the one who came second took the withdrawn decision for one."""
    jobs = InterruptedBlobs()
    bench = Bench(jobs=jobs)
    request = half_done(bench)
    jobs.before = "/closing.json"

    def another() -> None:
        decision = decide(bench.services, request, cancelled=True)
        assert decision is not None
        reopen(bench.store, request.job, decision)

    jobs.meanwhile = another
    assert decide(bench.services, request, cancelled=True) is None
    assert standing_closing(bench.store, request.job) is None


def test_a_decision_that_was_taken_back_is_followed_by_a_new_one(bench: Bench) -> None:
    request = half_done(bench)
    first = decide(bench.services, request, cancelled=True)
    assert first is not None
    reopen(bench.store, request.job, first)
    assert standing_closing(bench.store, request.job) is None
    assert decide(bench.services, request, cancelled=False) is None, "it may go on"
    second = decide(bench.services, request, cancelled=True)
    assert second is not None
    assert (second.record, second.etag != first.etag) == (first.record, True)
    reopen(bench.store, request.job, first)  # too late: another stands
    assert standing_closing(bench.store, request.job) == second.record
