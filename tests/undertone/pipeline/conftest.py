"""The pipeline over memory storage, with a source, an analyzer and a clock that a test sets."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, override

import msgspec
import pytest

from model.analyzer import Calibration, Prediction, Unread
from undertone.errors import Full
from undertone.pipeline import names
from undertone.pipeline.absence_cache import AbsenceCache
from undertone.pipeline.handlers import handle_message
from undertone.pipeline.job_records import Request, Stop
from undertone.pipeline.messages import Message
from undertone.pipeline.services import Services
from undertone.pipeline.store import JobStore
from undertone.pipeline.submit import Submission, submit
from undertone.ports import Blobs, Source, Versioned
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
    """An analyzer that likes every text, or raises what a test put there.

    `answers`: text to what is said of it instead.
    """

    error: Exception | None = None
    model: str = "fair@1"
    texts: list[str] = field(default_factory=list)
    calibration: Calibration | None = None
    answers: dict[str, Prediction | Unread] = field(default_factory=dict)

    def predict(self, texts: Sequence[str]) -> list[Prediction | Unread]:
        if self.error is not None:
            raise self.error
        self.texts.extend(texts)
        return [self.answers.get(text, Prediction(0.1, 0.2, 0.7)) for text in texts]


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

    def fetch_upload(self, count: int) -> tuple[Request, list[Message]]:
        """A job of one upload of `count` comments, fetched; its messages to be scored."""
        request = self.submit(uploads=[upload(count)])
        self.deliver("posts", self.one("posts")[0])
        return request, [message for message, _ in self.take("comments")]

    def comments_jsonl(self, request: Request) -> list[dict[str, Any]]:
        data = self.results.read(names.comments_jsonl(request.job))
        return [json.loads(line) for line in data.splitlines()]

    def comments_csv(self, request: Request) -> bytes:
        return self.results.read(names.comments_csv(request.job))

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


class InterruptedBlobs(MemoryBlobs):
    """Runs `meanwhile` once, just before a blob with `before` in its name is created or written."""

    before = "/request.json"
    meanwhile: Callable[[], object] | None = None

    @override
    def create(self, name: str, data: bytes) -> bool:
        self._interrupt(name)
        return super().create(name, data)

    @override
    def write(self, name: str, data: bytes, content_type: str = "application/json") -> None:
        self._interrupt(name)
        super().write(name, data, content_type)

    def _interrupt(self, name: str) -> None:
        if self.before in name and self.meanwhile is not None:
            act, self.meanwhile = self.meanwhile, None
            act()


@dataclass
class CountingBlobs(MemoryBlobs):
    """Notes the names of the blobs that are read."""

    reads: list[str] = field(default_factory=list)

    @override
    def read_versioned(self, name: str) -> Versioned:  # all kinds of reads come here
        self.reads.append(name)
        return super().read_versioned(name)


class TombstoneMeanwhileBlobs(MemoryBlobs):
    """Once a job is submitted, those who look for its stop a second time see its tombstone."""

    looks = -1  # submit looks as well

    @override
    def read(self, name: str) -> bytes:
        if name.startswith(names.STOPS):
            self.looks += 1
            if self.looks > 1:
                return msgspec.json.encode(Stop(why="deleted", at=NOW))
        return super().read(name)


class FullBlobs(MemoryBlobs):
    """Append blobs here have all the blocks that they may have."""

    @override
    def append(self, name: str, data: bytes) -> int:
        raise Full(name)


def ending(request: Request) -> Message:
    """The message that ends the job."""
    return Message(job=request.job, posts=request.posts, deadline=request.deadline)


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
