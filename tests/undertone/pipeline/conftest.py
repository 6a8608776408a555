"""The pipeline over memory storage, with a source, an analyzer and a clock that a test sets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from model.analyzer import Prediction
from undertone.pipeline.absence_cache import AbsenceCache
from undertone.pipeline.handlers import handle_message
from undertone.pipeline.job_records import Request
from undertone.pipeline.messages import Message
from undertone.pipeline.services import Services
from undertone.pipeline.store import JobStore
from undertone.pipeline.submit import Submission, submit
from undertone.ports import Blobs, Source
from undertone.records import Comment, Page, PostRef, UploadedPost, Want
from undertone.storage.memory import MemoryBlobs, MemoryQueues

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
URL = "https://news.ycombinator.com/item?id={}"


@dataclass
class Script:
    """A source that gives what a test put there: pages by cursor, or an error to raise."""

    pages: dict[str | None, Page | Exception] = field(default_factory=dict)
    asked: list[str | None] = field(default_factory=list)
    platform: str = "hackernews"
    before: Callable[[], None] = lambda: None

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:
        self.asked.append(cursor)
        self.before()
        answer = self.pages[cursor]
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Fair:
    """An analyzer that likes every text, or raises what a test put there."""

    error: Exception | None = None
    model: str = "fair@1"
    texts: list[str] = field(default_factory=list)

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        if self.error is not None:
            raise self.error
        self.texts.extend(texts)
        return [Prediction(0.1, 0.2, 0.7) for _ in texts]


@dataclass
class Bench:
    """Everything around the pipeline."""

    jobs: MemoryBlobs = field(default_factory=MemoryBlobs)
    cache: MemoryBlobs = field(default_factory=MemoryBlobs)
    results: MemoryBlobs = field(default_factory=MemoryBlobs)
    queues: MemoryQueues = field(default_factory=MemoryQueues)
    source: Script = field(default_factory=Script)
    platform: Source | None = None
    """Asked instead of `source`, if it is there."""
    analyzer: Fair = field(default_factory=Fair)
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.store = JobStore(
            self.jobs,
            self.cache,
            AbsenceCache(lambda: self.now),
            max_appends=self.jobs.max_appends,
        )
        self.queues.clock = lambda: self.now
        self.services = Services(
            store=self.store,
            results=self.results,
            queues=self.queues,
            clock=lambda: self.now,
            source=lambda _: self.platform or self.source,
            analyzer=lambda: self.analyzer,
            chunk_size=2,
            threads=1,
        )

    def submit(self, *urls: str, uploads: Sequence[UploadedPost] = (), key: str = "") -> Request:
        made = Submission(owner="me", urls=urls, uploads=uploads, key=key, body_digest="b")
        return submit(self.services, made).request

    def waiting(self, queue: str) -> list[tuple[Message, float]]:
        """All messages of a queue with their delays."""
        sent = self.queues.sent.get(queue, [])
        return [(msgspec.json.decode(body, type=Message), delay) for body, delay in sent]

    def take(self, queue: str) -> list[tuple[Message, float]]:
        """The same, and they are gone from it."""
        taken = self.waiting(queue)
        self.queues.sent.pop(queue, None)
        return taken

    def one(self, queue: str) -> tuple[Message, float]:
        """The only message of a queue."""
        (only,) = self.take(queue)
        return only

    def deliver(self, queue: str, message: Message, *, count: int = 1) -> None:
        handle_message(self.services, queue, message.encode(), dequeue_count=count)

    def deliver_next(self) -> None:
        """Deliver the first message of the queue that has had one for longest."""
        queue, sent = next(iter(self.queues.sent.items()))
        body, _ = sent.pop(0)
        if not sent:
            del self.queues.sent[queue]
        handle_message(self.services, queue, body)

    def drain(self) -> None:
        """Deliver everything, waiting out all delays."""
        while self.queues.sent:
            for queue in list(self.queues.sent):
                for message, delay in self.take(queue):
                    self.now += timedelta(seconds=delay)
                    self.deliver(queue, message)


def store_over(jobs: Blobs, cache: Blobs | None = None) -> JobStore:
    """A job store that believes in no absence."""
    return JobStore(jobs, cache or MemoryBlobs(), AbsenceCache(lambda: NOW))


@pytest.fixture
def bench() -> Bench:
    return Bench()


def page(*texts: str, cursor: str | None = None, **facts: object) -> Page:
    """A page of comments whose ids are their texts."""
    comments = tuple(Comment(id=text, text=text) for text in texts)
    return msgspec.structs.replace(Page(comments=comments, cursor=cursor), **facts)


def upload(count: int, post_id: str = "up") -> UploadedPost:
    comments = tuple(Comment(id=str(n), text=f"text {n}") for n in range(count))
    return UploadedPost(id=post_id, comments=comments)
