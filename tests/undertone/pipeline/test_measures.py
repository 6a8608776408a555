"""What the steps tell of themselves: which metrics, with which words; and no text, ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from model.analyzer import Prediction
from tests.undertone.pipeline.conftest import NOW, URL, Bench, page, upload
from undertone.errors import Delayed, Permanent, Transient
from undertone.pipeline.handlers import handle_message
from undertone.records import Comment, Page
from undertone.telemetry import Attributes, Metric


@dataclass
class Notes:
    """Telemetry that a test reads. A span's traceparent is its name with its parent's in it."""

    counted: dict[tuple[str, ...], int] = field(default_factory=dict)
    recorded: dict[tuple[str, ...], list[float]] = field(default_factory=dict)
    spans: list[tuple[str, str, Attributes, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @contextmanager
    def span(self, name: str, parent: str, attributes: Attributes, *, step: str) -> Iterator[str]:
        self.spans.append((name, parent, attributes, step))
        try:
            yield f"{parent}/{step}"
        except BaseException as error:
            self.errors.append(type(error).__name__)
            raise

    def count(self, metric: Metric, amount: int = 1, **attributes: str) -> None:
        key = (metric, *attributes.values())
        self.counted[key] = self.counted.get(key, 0) + amount

    def record(self, metric: Metric, value: float, **attributes: str) -> None:
        self.recorded.setdefault((metric, *attributes.values()), []).append(value)


@pytest.fixture
def notes(bench: Bench) -> Notes:
    noted = Notes()
    bench.services = replace(bench.services, telemetry=noted)
    return noted


def test_a_job_from_its_posts_to_its_end(bench: Bench, notes: Notes) -> None:
    bench.source.pages = {None: page("one", "two", "three")}
    request = bench.submit(URL.format(1))
    bench.now += timedelta(seconds=90)
    bench.drain()
    assert bench.store.closed.find(request.job) is not None
    assert notes.counted == {
        (Metric.CACHE_LOOKUPS, "hackernews", "miss"): 1,
        (Metric.COMMENTS_SCORED, "fair@1", "positive"): 3,
        (Metric.JOBS_CLOSED, "completed"): 1,
    }
    assert len(notes.recorded[Metric.SCORING, "fair@1"]) == 2
    assert notes.recorded[Metric.JOB, "completed"] == [90.0]
    assert [step for *_, step in notes.spans] == ["fetch", "score", "score", "aggregate"]


def test_each_message_is_caused_by_the_span_that_sent_it(bench: Bench, notes: Notes) -> None:
    bench.source.pages = {None: page("one")}
    bench.submit(*(URL.format(n) for n in range(1, 102)))
    message, _ = bench.take("jobs")[0]
    bench.deliver("jobs", msgspec.structs.replace(message, traceparent="post"))
    bench.deliver("posts", bench.take("posts")[0][0])
    ((scoring, _),) = bench.take("comments")
    bench.deliver("comments", scoring)
    parents = [(step, parent) for _, parent, _, step in notes.spans]
    assert parents == [("expand", "post"), ("fetch", "post/expand"), ("score", "post/expand/fetch")]
    _, _, attributes, _ = notes.spans[-1]
    assert attributes["undertone.job"] == message.job
    assert attributes["messaging.destination.name"] == "comments"


def test_what_is_sent_again_belongs_to_the_trace_of_the_job(bench: Bench) -> None:
    from undertone.pipeline.reconcile import reconcile  # noqa: PLC0415
    from undertone.pipeline.submit import Submission, submit  # noqa: PLC0415

    made = Submission(owner="me", urls=[URL.format(1)], traceparent="00-trace")
    submit(bench.services, made)
    bench.queues.sent.clear()
    for _ in range(3):
        reconcile(bench.services)
        bench.now += timedelta(hours=1)
    assert {message.traceparent for message, _ in bench.take("jobs")} == {"00-trace"}


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Permanent("the comments say: idiot", state="comments_off"), "comments_off"),
        (Delayed("slow down", NOW + timedelta(minutes=1)), "throttled"),
        (Delayed("slow down", platform_wide=False), "delayed"),
        (Transient("no connection"), "transient"),
        (ZeroDivisionError(), "fault"),
    ],
)
def test_errors_of_fetching_have_few_words(
    bench: Bench, notes: Notes, error: Exception, reason: str
) -> None:
    bench.submit(URL.format(1))
    message, _ = bench.one("posts")
    bench.source.pages = {None: error}
    raised = isinstance(error, (Transient, ZeroDivisionError))
    try:
        bench.deliver("posts", message)
        assert not raised
    except (Transient, ZeroDivisionError):
        assert raised
    assert notes.counted[Metric.FETCH_ERRORS, "hackernews", reason] == 1
    assert notes.errors == ([type(error).__name__] if raised else [])


def test_a_platform_that_throttles_holds_others_back(bench: Bench, notes: Notes) -> None:
    bench.submit(URL.format(1), URL.format(2))
    bench.source.pages = {None: Delayed("slow down", NOW + timedelta(minutes=1))}
    for message, _ in bench.take("posts"):
        bench.deliver("posts", message)
    assert notes.counted[Metric.FETCH_ERRORS, "hackernews", "held_back"] == 1


def test_comments_that_were_fetched_before_are_a_hit(bench: Bench, notes: Notes) -> None:
    bench.source.pages = {None: page("one")}
    for _ in range(2):
        bench.submit(URL.format(1))
        bench.deliver("posts", bench.one("posts")[0])
    lookups = (Metric.CACHE_LOOKUPS, "hackernews")
    assert (notes.counted[*lookups, "miss"], notes.counted[*lookups, "hit"]) == (1, 1)


def test_comments_without_a_score_and_their_languages(bench: Bench, notes: Notes) -> None:
    bench.analyzer.answers = {
        "ja": Prediction(0.1, 0.2, 0.7, language="de"),
        "yes": Prediction(0.1, 0.2, 0.7, language="en"),
    }
    comments = (Comment(id="1", text="ja"), Comment(id="2", text="yes"))
    bench.source.pages = {None: Page(comments=comments)}
    bench.submit(URL.format(1))
    bench.deliver("posts", bench.one("posts")[0])
    message, _ = bench.one("comments")
    bench.deliver("comments", message)
    assert (notes.counted[Metric.LANGUAGES, "de"], notes.counted[Metric.LANGUAGES, "en"]) == (1, 1)
    bench.deliver("comments-poison", msgspec.structs.replace(message, round=1))
    assert notes.counted[Metric.COMMENTS_UNSCORED, ""] == 2


def test_waits_are_of_first_deliveries_of_what_was_not_delayed(bench: Bench, notes: Notes) -> None:
    bench.submit(uploads=[upload(1)])
    message, _ = bench.one("posts")

    def deliver(count: int = 1, **fields: Any) -> None:
        body = msgspec.structs.replace(message, **fields).encode()
        sent = bench.now - timedelta(seconds=7)
        handle_message(bench.services, "posts", body, dequeue_count=count, sent_at=sent)

    deliver()
    deliver(count=2)
    deliver(again=True)
    deliver(attempt=3)
    bench.deliver("posts", message)
    assert notes.recorded == {(Metric.QUEUE_WAIT, "posts"): [7.0]}
