"""A bench whose jobs ask for insights, and one whose writes may end in a crash."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, override

import numpy as np
from numpy.typing import NDArray

from model.analyzer import Prediction
from tests.undertone.pipeline.conftest import Bench
from undertone.errors import Transient
from undertone.insights.asked import Insights, Topic, checked
from undertone.insights.entities import Entity
from undertone.insights.prepared import run
from undertone.pipeline import names
from undertone.pipeline.handlers import handle_message
from undertone.pipeline.job_records import Request
from undertone.pipeline.reconcile import reconcile
from undertone.pipeline.submit import Submission, submit
from undertone.records import Comment, UploadedPost
from undertone.storage.memory import MemoryBlobs

ASKED = checked(
    Insights(
        topics=(Topic(name="salt"), Topic(name="snow")),
        entities=(
            Entity(name="Mara Venn", aliases=("the pilot",)),
            Entity(name="Mara Stone"),
            Entity(name="Ilo"),
        ),
        search=True,
    )
)
TEXTS = (
    "Mara Venn hates salt, the pilot says so, but Ilo is good",
    "",
    "snow for Mara Stone, snow for ilo",
    "   ",
    "nothing here",
    "salt salt Ilo",
    "snow",
)


@dataclass
class Words:
    """An encoder whose vectors say which of a few words a text has."""

    model: str = "words@1"
    size: int = 3
    fails: bool = False

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.fails:
            raise ValueError("no vectors today")
        rows = [[text.count("salt"), text.count("snow"), 0.5] for text in texts]
        vectors = np.array(rows, dtype=np.float32).reshape(-1, self.size)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


@dataclass
class Moody:
    """Likes what is good, dislikes what is hated; a test may change its mind."""

    model: str = "moody@1"
    drift: float = 0.0

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Prediction:
        good = 0.8 if "good" in text else 0.1 + self.drift
        bad = 0.9 - good if "hates" in text else 0.05
        return Prediction(bad, 1 - good - bad, good)


@dataclass
class Insightful(Bench):
    """A bench whose jobs may ask for insights."""

    moody: Moody = field(default_factory=Moody)
    words: Words = field(default_factory=Words)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.services = replace(
            self.services,
            encoder=lambda: self.words,
            analyzer=lambda: self.moody,
            randbits=lambda _: 7,  # authors are keyed by the job's id
        )

    def job(self, asked: Insights | None = ASKED) -> Request:
        uploads = (post("first", TEXTS), post("second", TEXTS[:3]))
        made = Submission(owner="me", uploads=uploads, insights=asked)
        return submit(self.services, made).request

    def facts(self, request: Request) -> dict[str, bytes]:
        prefix = f"{request.job}/facts"
        found = self.results.names(prefix)
        return {name.removeprefix(request.job): self.results.read(name) for name in found}


def post(name: str, texts: Sequence[str]) -> UploadedPost:
    comments = tuple(
        Comment(
            id=str(n),
            text=text,
            author=f"reader {n % 2}",
            created_at=f"2026-{10 + n % 2}-0{n + 1}T08:00:00Z",
            readers=100 * n,
        )
        for n, text in enumerate(texts)
    )
    return UploadedPost(id=name, comments=comments)


def table(bench: Insightful, request: Request, folder: Path, query: str) -> list[Any]:
    """The rows of a prepared query over the job's files, as they were downloaded."""
    made = bench.store.facts.read(request.job)
    for file in made.files:
        data = bench.results.read(names.facts_file(request.job, file.name))
        assert len(data) == file.bytes
        (folder / file.name).write_bytes(data)
    return run(query, {}, folder).rows


def reconcile_until_done(bench: Insightful, request: Request) -> None:
    for _ in range(12):
        bench.drain()
        if bench.store.facts.find(request.job):
            return
        bench.now += timedelta(hours=1)
        reconcile(bench.services)
    raise AssertionError("the job has no facts after half a day")


class Crash(BaseException):
    """The process dies here."""


@dataclass
class Fragile(MemoryBlobs):
    """Dies before or after the call that a test says."""

    tick: Callable[[str], None] = lambda _: None

    @override
    def write(self, name: str, data: bytes, content_type: str = "application/json") -> None:
        self.tick("before")
        super().write(name, data, content_type)
        self.tick("after")

    @override
    def create(self, name: str, data: bytes) -> bool:
        self.tick("before")
        done = super().create(name, data)
        self.tick("after")
        return done

    @override
    def stage(self, name: str, block_id: str, data: bytes) -> None:
        self.tick("before")
        super().stage(name, block_id, data)
        self.tick("after")

    @override
    def append(self, name: str, data: bytes) -> int:
        self.tick("before")
        done = super().append(name, data)
        self.tick("after")
        return done


@dataclass
class Clumsy(Insightful):
    """One of its writes ends in a crash, or in an error of storage."""

    at: int = -1
    error: BaseException = field(default_factory=Crash)
    writes: int = 0

    def __post_init__(self) -> None:
        self.jobs = Fragile(tick=self.tick)
        self.results = Fragile(tick=self.tick)
        super().__post_init__()

    def tick(self, _: str) -> None:
        self.writes += 1
        if self.writes == self.at:
            raise self.error

    def drain_in_disorder(self, chance: random.Random) -> None:
        """Deliver all in any order, some twice; one write in twenty ends in an error."""
        for _ in range(10_000):
            waiting = [(queue, sent) for queue, sent in self.queues.sent.items() if sent]
            if not waiting:
                return
            queue, sent = chance.choice(waiting)
            body, _ = sent.pop(chance.randrange(len(sent)))
            self.at = self.writes + int(chance.expovariate(1 / 20)) + 1
            try:
                handle_message(self.services, queue, body, dequeue_count=chance.randint(1, 8))
            except (Crash, Transient):
                sent.append((body, 0))
            else:
                if chance.random() < 0.2:
                    sent.append((body, 0))
            if not sent:
                self.queues.sent.pop(queue, None)
        raise AssertionError("the messages do not come to an end")

    def drain_delivering_again(self) -> None:
        """Deliver all; what crashes is delivered again, as the host does."""
        while self.queues.sent:
            for queue in list(self.queues.sent):
                for message, _ in self.take(queue):
                    for count in range(1, 9):
                        try:
                            self.deliver(queue, message, count=count)
                            break
                        except (Crash, Transient):
                            continue
