"""Scoring a chunk: once, for both files, and later where the analyzer says later."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import msgspec
import pytest

from model.analyzer import Prediction, Unavailable, Unread
from tests.undertone.pipeline.conftest import Bench
from undertone.pipeline import names
from undertone.pipeline.job_records import LIFETIME, Request
from undertone.pipeline.messages import Message
from undertone.pipeline.reports import result_rows
from undertone.pipeline.status import Watches, read_status
from undertone.records import Comment, UploadedPost


def test_chunks_come_out_in_order_whoever_is_first(bench: Bench) -> None:
    request, messages = bench.fetch_upload(5)
    for message in reversed(messages):
        bench.deliver("comments", message)
    bench.drain()
    assert [line["comment_id"] for line in bench.comments_jsonl(request)] == [
        "0",
        "1",
        "2",
        "3",
        "4",
    ]
    assert len(bench.analyzer.texts) == 5


@pytest.mark.parametrize("count", [2, 5])
def test_a_chunk_that_has_arrived_is_not_scored_again(bench: Bench, count: int) -> None:
    _, messages = bench.fetch_upload(count)
    for message in messages:
        bench.deliver("comments", message)
    before = list(bench.analyzer.texts)
    for message in messages:
        bench.deliver("comments", message, count=2)
    assert bench.analyzer.texts == before
    assert bench.take("finished"), "a second delivery may be what ends the job"


# An analyzer that cannot answer now


def unavailable(bench: Bench, retry_after: float | None) -> tuple[Request, Message]:
    request, (message,) = bench.fetch_upload(2)
    bench.analyzer.error = Unavailable("Azure AI Language is busy", retry_after)
    return request, message


def test_a_chunk_comes_back_when_the_analyzer_said(bench: Bench) -> None:
    request, message = unavailable(bench, 90.0)
    bench.deliver("comments", message)
    again, delay = bench.one("comments")
    assert (again.attempt, again.again, delay) == (1, True, 90)
    assert (again.job, again.post, again.chunk) == (request.job, 0, 0)
    bench.analyzer.error = None
    bench.deliver("comments", again)
    bench.drain()
    assert [line["label"] for line in bench.comments_jsonl(request)] == ["positive"] * 2


def test_it_costs_no_try_and_shows_in_the_status(bench: Bench) -> None:
    request, message = unavailable(bench, 90.0)
    bench.deliver("comments", message, count=7)
    assert bench.jobs.names(names.chunk_failure(request.job, 0, 0)) == []
    (wait,) = read_status(bench.services, Watches(), request).waiting
    assert (wait.reason, wait.posts) == ("Azure AI Language is busy", 1)
    assert wait.until == "2026-11-21T20:01:30Z"


def test_past_the_deadline_the_comments_stay_without_scores(bench: Bench) -> None:
    request, message = unavailable(bench, LIFETIME.total_seconds())
    bench.deliver("comments", message)
    assert bench.take("comments") == []
    bench.drain()
    assert [(line["text"], line["label"]) for line in bench.comments_jsonl(request)] == [
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
    request, messages = bench.fetch_upload(8)
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


# Languages


def in_three_languages(bench: Bench) -> Request:
    """A job of five comments: two are read by one model, one by another, two are not read."""
    bench.analyzer.answers = {
        "text 0": Prediction(0.1, 0.2, 0.7, language="en"),
        "text 1": Unread("id"),
        "text 2": Prediction(0.6, 0.3, 0.1, language="es", model="other@2"),
        "text 3": Prediction(0.1, 0.2, 0.7, language="unknown"),
        "text 4": Unread("id"),
    }
    texts = tuple(Comment(id=str(number), text=f"text {number}") for number in range(5))
    request = bench.submit(uploads=[UploadedPost(id="up", comments=texts)])
    bench.drain()
    return request


def test_what_is_not_read_is_in_the_files_with_its_language(bench: Bench) -> None:
    request = in_three_languages(bench)
    lines = bench.comments_jsonl(request)
    assert [(line["label"], line["language"], line["score"]) for line in lines] == [
        ("positive", "en", 0.6), ("unread", "id", None), ("negative", "es", -0.5),
        ("positive", "unknown", 0.6), ("unread", "id", None),
    ]  # fmt: skip
    table = list(csv.DictReader(io.StringIO(bench.comments_csv(request).decode("utf-8-sig"))))
    assert [(row["label"], row["language"], row["negative"]) for row in table] == [
        ("positive", "en", "0.1000"), ("unread", "id", ""), ("negative", "es", "0.6000"),
        ("positive", "unknown", "0.1000"), ("unread", "id", ""),
    ]  # fmt: skip


def test_the_post_says_what_was_read_and_by_whom(bench: Bench) -> None:
    (row,) = result_rows(bench.services, in_three_languages(bench), 0)
    assert (row.state, row.reason) == (
        "partial", "2 of 5 comments are in Indonesian, which this model does not read"
    )  # fmt: skip
    assert row.languages == "id 0.4000, en 0.2000, es 0.2000, unknown 0.2000"
    assert (row.fetched, row.unread, row.unscored) == (5, 2, 2)
    assert (row.positive, row.neutral, row.negative) == (2, 0, 1)
    assert row.mean_score == pytest.approx((0.6 - 0.5 + 0.6) / 3)
    assert row.model == "fair@1 + other@2"


def test_a_model_that_read_nothing_is_not_named(bench: Bench) -> None:
    bench.analyzer.answers = {"only": Unread("th")}
    request = bench.submit(
        uploads=[UploadedPost(id="up", comments=(Comment(id="1", text="only"),))]
    )
    bench.drain()
    (row,) = result_rows(bench.services, request, 0)
    assert (row.state, row.reason, row.model) == (
        "failed", "the comment is in Thai, which this model does not read", None
    )  # fmt: skip
