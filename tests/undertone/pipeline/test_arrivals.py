"""What a post's chunks come to, and whose arrival sends the next message."""

from __future__ import annotations

import msgspec
import pytest

from model.analyzer import Calibration, Line
from tests.undertone.pipeline.conftest import NOW, Bench, FullBlobs
from undertone.pipeline import names
from undertone.pipeline.arrivals import (
    arrive_chunk,
    arrive_post,
    note_progress,
    post_arrival,
    resume_if_arrived,
    send_finished,
)
from undertone.pipeline.messages import Message
from undertone.pipeline.post_records import (
    Chunk,
    ChunkArrival,
    PostArrival,
    ProgressLine,
    Snapshot,
)
from undertone.records import PostRef, State
from undertone.results.tally import Tally

MESSAGE = Message(job="job", posts=2, deadline=NOW, post=1, traceparent="00-ff")
REF = PostRef(platform="youtube", id="one")


def snapshot(*sizes: int, state: State = State.OK, reason: str = "") -> Snapshot:
    """Of a post whose chunks have so many comments."""
    return Snapshot(
        row=2, post=REF, state=state, reason=reason, title="t", reported=99, fetched=sum(sizes),
        fetched_at="2026-11-21T20:00:00Z", chunks=tuple(Chunk(size, 0, 0) for size in sizes),
    )  # fmt: skip


def chunk(key: int, positive: int, unscored: int = 0, **facts: str) -> ChunkArrival:
    tally = Tally(positive=positive, total=positive * 60, squares=positive * 3600)
    return ChunkArrival(
        key=key, block=facts.get("block", f"b{key}"), tally=tally, unscored=unscored,
        model=facts.get("model", "m@1"), reason=facts.get("reason", ""),
    )  # fmt: skip


def with_calibration(key: int, spread: float | None, model: str = "m@1") -> ChunkArrival:
    known = None if spread is None else Calibration(9, *[Line(0.0, 1.0, spread)] * 4)
    return msgspec.structs.replace(chunk(key, 2, model=model), calibration=known)


# A post's arrival from those of its chunks


def test_a_post_is_the_sum_of_its_chunks() -> None:
    chunks = [chunk(0, 2, model="m@2"), chunk(1, 3), chunk(2, 1)]
    assert post_arrival(MESSAGE, snapshot(2, 3, 1, reason="columns: text"), chunks) == PostArrival(
        key=1, state="ok", reason="columns: text", post=REF, title="t", reported=99, fetched=6,
        unscored=0, fetched_at="2026-11-21T20:00:00Z",
        tally=Tally(positive=6, total=360, squares=21_600),
        models=("m@1", "m@2"), blocks=("b0", "b1", "b2"), rows=(2, 3, 1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("spreads", "counts"), [((0.1, 0.3, 0.2), 0.3), ((0.1, None, 0.2), None), ((0.1,), 0.1)]
)
def test_of_several_calibrations_the_least_sure_counts(
    spreads: tuple[float | None, ...], counts: float | None
) -> None:
    chunks = [with_calibration(key, spread) for key, spread in enumerate(spreads)]
    found = post_arrival(MESSAGE, snapshot(2, 2, 2), chunks).calibration
    assert (None if found is None else found.mean.spread) == counts


def test_a_chunk_without_scores_says_nothing_of_calibration() -> None:
    chunks = [with_calibration(0, 0.1), with_calibration(1, None, model="")]
    found = post_arrival(MESSAGE, snapshot(2, 2), chunks).calibration
    assert found is not None
    assert found.mean.spread == 0.1


def test_the_sizes_of_its_blocks_travel_with_a_post() -> None:
    chunks = [msgspec.structs.replace(chunk(key, 1), size=100 + key) for key in range(3)]
    found = post_arrival(MESSAGE, snapshot(1, 1, 1), chunks)
    assert (found.sizes, found.rows) == ((100, 101, 102), (1, 1, 1))


@pytest.mark.parametrize(
    ("chunks", "state", "unscored", "reason"),
    [
        (
            [chunk(0, 2), chunk(1, 0, 3, model="", reason="out of memory")],
            "partial", 3, "3 of 5 comments could not be scored: out of memory",
        ),
        (
            [chunk(0, 0, 2, reason="first"), chunk(1, 0, 3, reason="second")],
            "failed", 5, "5 of 5 comments could not be scored: first",
        ),
        (
            [chunk(1, 3)],
            "partial", 2, "2 of 5 comments were not scored before the job ended",
        ),
        (
            [],
            "failed", 5, "5 of 5 comments were not scored before the job ended",
        ),
        (
            [chunk(0, 0, 2, reason="first")],
            "failed", 5,
            "2 of 5 comments could not be scored: first; "
            "3 of 5 comments were not scored before the job ended",
        ),
    ],
)  # fmt: skip
def test_a_post_with_comments_that_have_no_score_says_why(
    chunks: list[ChunkArrival], state: str, unscored: int, reason: str
) -> None:
    arrival = post_arrival(MESSAGE, snapshot(2, 3), chunks)
    assert (arrival.state, arrival.unscored, arrival.reason) == (state, unscored, reason)
    assert (arrival.fetched, arrival.fetched - arrival.tally.count) == (5, unscored)


def in_languages(key: int, scored: int, **unread: int) -> ChunkArrival:
    """A chunk with `scored` English comments and others that are not read."""
    return msgspec.structs.replace(
        chunk(key, scored), languages={"en": scored, **unread}, unread=unread
    )


@pytest.mark.parametrize(
    ("chunks", "state", "reason"),
    [
        (
            [in_languages(0, 79), in_languages(1, 0, id=41)],
            "partial", "41 of 120 comments are in Indonesian, which this model does not read",
        ),
        (
            [in_languages(0, 79, id=1), in_languages(1, 20, th=10, id=10)],
            "ok",
            "21 of 120 comments are in Indonesian and Thai, which this model does not read",
        ),
        (
            [in_languages(0, 0, id=79), in_languages(1, 0, id=41)],
            "failed", "120 of 120 comments are in Indonesian, which this model does not read",
        ),
        ([in_languages(0, 79), in_languages(1, 41)], "ok", ""),
    ],
)  # fmt: skip
def test_a_post_says_what_is_in_languages_that_are_not_read(
    chunks: list[ChunkArrival], state: str, reason: str
) -> None:
    arrival = post_arrival(MESSAGE, snapshot(79, 41), chunks)
    assert (arrival.state, arrival.reason) == (state, reason)
    unread = sum(sum(one.unread.values()) for one in chunks)
    assert (arrival.unread, arrival.unscored) == (unread, unread)
    assert sum(arrival.languages.values()) == 120


def test_unread_comments_are_neither_failures_nor_left_out() -> None:
    first = msgspec.structs.replace(in_languages(0, 1, id=2), unscored=1, reason="out of memory")
    arrival = post_arrival(MESSAGE, snapshot(4, 3), [first])
    assert (arrival.state, arrival.unread, arrival.unscored) == ("partial", 2, 6)
    assert arrival.reason == (
        "1 of 7 comments could not be scored: out of memory; "
        "2 of 7 comments are in Indonesian, which this model does not read; "
        "3 of 7 comments were not scored before the job ended"
    )


def test_models_of_one_chunk_are_told_apart() -> None:
    both = post_arrival(MESSAGE, snapshot(2, 3), [chunk(0, 2, model="b@2 + a@1"), chunk(1, 3)])
    assert both.models == ("a@1", "b@2", "m@1")


def test_the_reason_of_the_snapshot_comes_first() -> None:
    before = snapshot(2, state=State.PARTIAL, reason="cut by the platform")
    assert post_arrival(MESSAGE, before, []).reason == (
        "cut by the platform; 2 of 2 comments were not scored before the job ended"
    )


def test_a_post_without_comments_keeps_its_state() -> None:
    gone = snapshot(state=State.NOT_FOUND, reason="gone")
    arrival = post_arrival(MESSAGE, gone, [])
    assert (arrival.state, arrival.reason, arrival.blocks) == ("not_found", "gone", ())


# Who sends the next message


def posts(bench: Bench) -> list[PostArrival]:
    return bench.store.barriers.read("job").records


def started(bench: Bench) -> Bench:
    bench.store.barriers.create("job")
    return bench


def arrival(key: int, round_: int = 0) -> PostArrival:
    return PostArrival(key=key, round=round_, state="ok")


def test_the_last_post_sends_the_ending_message(bench: Bench) -> None:
    started(bench)
    arrive_post(bench.services, MESSAGE, arrival(1))
    arrive_post(bench.services, MESSAGE, arrival(1))
    assert not bench.queues.sent
    arrive_post(bench.services, MESSAGE, arrival(0))
    message, delay = bench.one("finished")
    assert (message, delay) == (
        Message(job="job", posts=2, deadline=NOW, traceparent="00-ff"), 0
    )  # fmt: skip


def test_a_post_that_was_scored_again_ends_a_cancelled_job_alone(bench: Bench) -> None:
    started(bench)
    again = Message(job="job", posts=2, deadline=NOW, post=1, round=1)
    arrive_post(bench.services, again, arrival(1, 1))
    assert bench.one("finished")[0] == Message(job="job", posts=2, deadline=NOW)


def test_a_single_chunk_arrives_for_its_post(bench: Bench) -> None:
    started(bench)
    arrive_chunk(bench.services, MESSAGE, snapshot(2), chunk(0, 2))
    assert [(each.key, each.blocks) for each in posts(bench)] == [(1, ("b0",))]
    assert bench.jobs.names("") == [names.barrier("job")], "it needs no barrier of its own"


def test_the_last_of_several_chunks_arrives_for_its_post(bench: Bench) -> None:
    started(bench)
    bench.store.post_barriers.create("job", 1, 0)
    for key in (2, 0, 2):
        arrive_chunk(bench.services, MESSAGE, snapshot(1, 1, 1), chunk(key, 1))
        assert posts(bench) == []
    arrive_chunk(bench.services, MESSAGE, snapshot(1, 1, 1), chunk(1, 1))
    (whole,) = posts(bench)
    assert (whole.key, whole.blocks, whole.tally.count) == (1, ("b0", "b1", "b2"), 3)


def test_an_ending_message_points_at_the_job_alone(bench: Bench) -> None:
    chunk_message = Message(
        job="job", posts=2, deadline=NOW, post=1, chunk=3, attempt=5, round=6, again=True
    )
    send_finished(bench.services, chunk_message)
    assert bench.one("finished")[0] == Message(job="job", posts=2, deadline=NOW)


# What an earlier delivery left undone


def test_a_chunk_that_has_not_arrived_is_to_be_scored(bench: Bench) -> None:
    started(bench)
    bench.store.post_barriers.create("job", 1, 0)
    assert not resume_if_arrived(bench.services, MESSAGE, snapshot(2))
    assert not resume_if_arrived(bench.services, MESSAGE, snapshot(1, 1))
    assert not bench.queues.sent


def test_a_post_of_an_earlier_round_is_to_be_scored_again(bench: Bench) -> None:
    started(bench)
    bench.store.barriers.append(arrival(1), "job")
    again = Message(job="job", posts=1, deadline=NOW, post=1, round=1)
    assert not resume_if_arrived(bench.services, again, snapshot(2))
    bench.store.barriers.append(arrival(1, 1), "job")
    assert resume_if_arrived(bench.services, again, snapshot(2))
    assert bench.one("finished")


def test_what_the_last_arrival_left_undone_a_repeat_does(bench: Bench) -> None:
    request, messages = bench.fetch_upload(4)
    for message in messages:
        bench.deliver("comments", message)
    bench.queues.sent.clear()  # it died before it could send the ending message
    bench.deliver("comments", messages[-1], count=2)
    bench.drain()
    assert bench.store.closed.find(request.job) is not None


def test_a_chunk_that_arrived_before_a_crash_is_not_scored_again(bench: Bench) -> None:
    """Killed between the post's barrier and the job's: the repeat only does what was left."""
    request, chunks = bench.fetch_upload(3)
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


# Progress


def test_progress_that_cannot_be_noted_stops_no_work(bench: Bench) -> None:
    note_progress(bench.services, "job", ProgressLine(post=0))  # its job is gone
    note_progress(Bench(jobs=FullBlobs()).services, "job", ProgressLine(post=0))
    assert not bench.queues.sent
    assert bench.jobs.names("") == []
