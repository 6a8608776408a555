"""Scoring a chunk: once, for both files, and later where the analyzer says later."""

from __future__ import annotations

import json
from datetime import timedelta

import msgspec
import pytest

from model.analyzer import Unavailable
from tests.undertone.pipeline.conftest import Bench, upload
from undertone.errors import Transient
from undertone.pipeline import names
from undertone.pipeline.attempts import FIRST_DELAY, LONGEST_CHUNK_DELAY
from undertone.pipeline.job_records import LIFETIME, Request
from undertone.pipeline.messages import Delivery, Message
from undertone.pipeline.poison import fail_chunk
from undertone.pipeline.reports import result_rows
from undertone.pipeline.stalls import STALLED
from undertone.pipeline.status import Watches, read_status


def chunks(bench: Bench, count: int) -> tuple[Request, list[Message]]:
    """A job of one post with `count` comments, fetched; its messages to be scored."""
    request = bench.submit(uploads=[upload(count)])
    bench.deliver("posts", bench.one("posts")[0])
    return request, [message for message, _ in bench.take("comments")]


def lines(bench: Bench, request: Request) -> list[dict[str, object]]:
    data = bench.results.read(names.comments_jsonl(request.job))
    return [json.loads(line) for line in data.splitlines()]


def test_chunks_come_out_in_order_whoever_is_first(bench: Bench) -> None:
    request, messages = chunks(bench, 5)
    for message in reversed(messages):
        bench.deliver("comments", message)
    bench.drain()
    assert [line["comment_id"] for line in lines(bench, request)] == ["0", "1", "2", "3", "4"]
    assert len(bench.analyzer.texts) == 5


@pytest.mark.parametrize("count", [2, 5])
def test_a_chunk_that_has_arrived_is_not_scored_again(bench: Bench, count: int) -> None:
    _, messages = chunks(bench, count)
    for message in messages:
        bench.deliver("comments", message)
    before = list(bench.analyzer.texts)
    for message in messages:
        bench.deliver("comments", message, count=2)
    assert bench.analyzer.texts == before
    assert bench.take("finished"), "a second delivery may be what ends the job"


def test_what_the_last_arrival_left_undone_a_repeat_does(bench: Bench) -> None:
    request, messages = chunks(bench, 4)
    for message in messages:
        bench.deliver("comments", message)
    bench.queues.sent.clear()  # it died before it could send the ending message
    bench.deliver("comments", messages[-1], count=2)
    bench.drain()
    assert bench.store.closed.find(request.job) is not None


# An analyzer that cannot answer now


def unavailable(bench: Bench, retry_after: float | None) -> tuple[Request, Message]:
    request, (message,) = chunks(bench, 2)
    bench.analyzer.error = Unavailable("Azure AI Language is busy", retry_after)
    return request, message


def test_a_chunk_comes_back_when_the_analyzer_said(bench: Bench) -> None:
    request, message = unavailable(bench, 90.0)
    bench.deliver("comments", message)
    again, delay = bench.one("comments")
    assert (again.attempt, again.again, delay) == (1, True, 90)
    assert (again.job, again.post, again.chunk, again.chunks) == (request.job, 0, 0, 1)
    bench.analyzer.error = None
    bench.deliver("comments", again)
    bench.drain()
    assert [line["label"] for line in lines(bench, request)] == ["positive"] * 2


def test_without_a_time_the_delay_grows_but_stays_below_a_stall(bench: Bench) -> None:
    _, message = unavailable(bench, None)
    delays = []
    for _ in range(8):
        bench.deliver("comments", message)
        message, delay = bench.one("comments")
        delays.append(timedelta(seconds=delay))
    assert delays[:3] == [FIRST_DELAY, 2 * FIRST_DELAY, 4 * FIRST_DELAY]
    assert delays[-1] == LONGEST_CHUNK_DELAY < STALLED
    assert message.attempt == 8


def test_it_costs_no_try_and_shows_in_the_status(bench: Bench) -> None:
    request, message = unavailable(bench, 90.0)
    bench.deliver("comments", message, count=7)
    assert bench.jobs.names(names.failure(request.job, 0)) == []
    (wait,) = read_status(bench.services, Watches(), request).waiting
    assert (wait.reason, wait.posts) == ("Azure AI Language is busy", 1)
    assert wait.until == "2026-11-21T20:01:30Z"


def test_past_the_deadline_the_comments_stay_without_scores(bench: Bench) -> None:
    request, message = unavailable(bench, LIFETIME.total_seconds())
    bench.deliver("comments", message)
    assert bench.take("comments") == []
    bench.drain()
    assert [(line["text"], line["label"]) for line in lines(bench, request)] == [
        ("text 0", None),
        ("text 1", None),
    ]
    row = result_rows(bench.services, request, 0)[0]
    assert (row.state, row.unscored) == ("failed", 2)
    assert row.reason == (
        "2 of 2 comments could not be scored: Azure AI Language is busy; that is past the end of "
        "this job, so send the post again later"
    )


def test_a_chunk_has_one_chain_of_attempts_whoever_sends_it(bench: Bench) -> None:
    """Seen: each stall added a chain of its own, 328 live messages for four chunks after a day."""
    request, messages = chunks(bench, 8)
    bench.analyzer.error = Unavailable("Azure AI Language is busy", None)
    for message in messages:
        bench.deliver("comments", message)
    queued = [(bench.now + timedelta(seconds=delay), m) for m, delay in bench.take("comments")]
    end = bench.now + timedelta(hours=24)
    while bench.now < end:
        bench.now += timedelta(minutes=5)
        for message in messages:  # as a stall or a repeated call sends it
            bench.deliver("comments", msgspec.structs.replace(message, again=True))
        due = [m for at, m in queued if at <= bench.now]
        queued = [(at, m) for at, m in queued if at > bench.now]
        for message in due:
            bench.deliver("comments", message)
        sent = bench.take("comments")
        queued += [(bench.now + timedelta(seconds=delay), m) for m, delay in sent]
        assert len(queued) <= len(messages)
    bench.analyzer.error = None
    for _, message in queued:
        bench.deliver("comments", message)
    bench.drain()
    assert bench.store.closed.find(request.job)
    assert sorted(bench.analyzer.texts) == [f"text {n}" for n in range(8)]


def test_a_crash_before_the_postponed_chunk_was_sent_loses_none(bench: Bench) -> None:
    _, message = unavailable(bench, 90.0)
    bench.deliver("comments", message)
    bench.queues.sent.clear()  # it died between writing the attempt and sending it
    bench.deliver("comments", message, count=2)
    again, delay = bench.one("comments")
    assert (again.attempt, delay) == (1, 90)


def test_a_chunk_of_a_later_round_does_not_wait_for_that_of_an_earlier(bench: Bench) -> None:
    request, message = unavailable(bench, 90.0)
    bench.deliver("comments", message)
    bench.analyzer.error = None
    bench.deliver("comments", msgspec.structs.replace(message, round=1, again=True))
    assert bench.analyzer.texts == ["text 0", "text 1"]
    assert bench.store.barriers.read(request.job).records[0].round == 1


# An analyzer that fails


def test_a_failure_is_raised_and_its_reason_kept(bench: Bench) -> None:
    request, (message,) = chunks(bench, 2)
    bench.analyzer.error = Transient("out of memory")
    with pytest.raises(Transient):
        bench.deliver("comments", message)
    fail_chunk(bench.services, Delivery(message))
    bench.drain()
    row = result_rows(bench.services, request, 0)[0]
    assert row.reason == "2 of 2 comments could not be scored: out of memory"


def test_one_bad_chunk_does_not_fail_its_post(bench: Bench) -> None:
    request, messages = chunks(bench, 5)
    fail_chunk(bench.services, Delivery(messages[1]))
    for message in (messages[0], messages[2]):
        bench.deliver("comments", message)
    bench.drain()
    assert [line["label"] for line in lines(bench, request)] == [
        "positive", "positive", None, None, "positive",
    ]  # fmt: skip
    row = result_rows(bench.services, request, 0)[0]
    assert (row.state, row.fetched, row.unscored, row.positive) == ("partial", 5, 2, 3)
