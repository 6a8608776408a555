"""The end of a job is decided once, whatever arrives afterwards."""

from __future__ import annotations

from tests.undertone.pipeline.conftest import Bench, upload
from undertone.pipeline import names
from undertone.pipeline.closing import decide, reopen, standing_closing
from undertone.pipeline.job_records import Request
from undertone.pipeline.messages import Message
from undertone.pipeline.stopping import cancel
from undertone.pipeline.submit import Submission, submit


def ending(request: Request) -> Message:
    return Message(job=request.job, posts=request.posts, deadline=request.deadline)


def comments(bench: Bench, request: Request) -> bytes:
    return bench.results.read(names.comments_csv(request.job))


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
    once = comments(bench, request)
    bench.jobs.remove(names.closed(request.job))  # as if the aggregator had died before it
    bench.jobs.append(names.barrier(request.job), decided.replace(b'"key":0', b'"key":1'))
    bench.deliver("finished", ending(request))
    assert comments(bench, request) == once
    rows = bench.results.read(names.posts_csv(request.job)).decode().splitlines()
    assert ",failed," in rows[2]
    assert late.post == 1


def test_an_aggregator_that_dies_halfway_is_followed_by_one_that_writes_the_same(
    bench: Bench,
) -> None:
    request = bench.submit(uploads=[upload(3)])
    bench.drain()
    whole = comments(bench, request)
    assert bench.store.closed.find(request.job)
    bench.jobs.remove(names.closed(request.job))
    bench.results.remove(names.posts_csv(request.job))
    bench.deliver("finished", ending(request))
    assert comments(bench, request) == whole
    assert bench.results.read(names.posts_csv(request.job))


def test_told_too_early_nothing_is_decided(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)])
    bench.deliver("finished", ending(request))
    assert bench.store.closed.find(request.job) is None
    assert names.closing(request.job) not in bench.jobs.names("")


def test_a_repeated_submit_does_not_forget_who_has_arrived(bench: Bench) -> None:
    made = Submission(
        owner="me", uploads=[upload(2, "a"), upload(2, "b")], key="k", body_digest="b"
    )
    request = submit(bench.services, made).request
    (first, _), _ = bench.take("posts")
    bench.deliver("posts", first)
    (chunk, _), *_ = bench.take("comments")
    bench.deliver("comments", chunk)
    arrived = bench.jobs.read(names.barrier(request.job))
    assert arrived.count(b"\n") == 1
    assert submit(bench.services, made).request == request
    assert bench.jobs.read(names.barrier(request.job)) == arrived
    assert [message.post for message, _ in bench.waiting("posts")] == [0, 1]
    assert all(message.again for message, _ in bench.waiting("posts"))


def test_comments_stand_in_the_order_of_the_posts_whoever_came_first(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(3, "a"), upload(1, "b")])
    for message, _ in reversed(bench.take("posts")):
        bench.deliver("posts", message)
    for message, _ in bench.take("comments"):
        bench.deliver("comments", message)
    bench.drain()
    lines = comments(bench, request).decode("utf-8-sig").splitlines()[1:]
    assert [line.split(",")[:2] for line in lines] == [
        ["1", "0"],
        ["1", "1"],
        ["1", "2"],
        ["2", "0"],
    ]


def test_a_chunk_that_arrived_before_a_crash_is_not_scored_again(bench: Bench) -> None:
    """Killed between the post's barrier and the job's: the repeat only does what was left."""
    request = bench.submit(uploads=[upload(3)])
    bench.deliver("posts", bench.one("posts")[0])
    chunks = [message for message, _ in bench.take("comments")]
    for message in chunks:
        bench.deliver("comments", message)
    bench.queues.sent.clear()
    barrier = names.barrier(request.job)
    bench.jobs.remove(barrier)
    bench.jobs.create_append(barrier)
    scored = len(bench.analyzer.texts)
    bench.deliver("comments", chunks[-1], count=2)
    assert len(bench.analyzer.texts) == scored
    bench.drain()
    assert bench.store.closed.find(request.job)


def test_a_decision_that_was_taken_back_does_not_stand(bench: Bench) -> None:
    store = bench.store
    request = bench.submit(uploads=[upload(2, "a"), upload(2, "b")])
    assert standing_closing(store, request.job) is None
    cancel(bench.services, request)
    decision = decide(bench.services, request, cancelled=True)
    assert decision is not None
    assert standing_closing(store, request.job) == decision.record
    reopen(store, request.job, decision)
    assert standing_closing(store, request.job) is None
    anew = decide(bench.services, request, cancelled=True)
    assert anew is not None
    assert anew.record.why == "cancelled"
    assert standing_closing(store, request.job) == anew.record
