"""The facts of a job: exactly what its barrier counts, whatever happens on the way."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, override

import numpy as np
import pytest
from numpy.typing import NDArray

from model.analyzer import Prediction
from tests.undertone.pipeline.conftest import Bench, ending
from undertone.errors import Missing, Transient
from undertone.insights.asked import Insights, Topic, checked
from undertone.insights.entities import Entity
from undertone.insights.prepared import run
from undertone.pipeline import names
from undertone.pipeline.facts import make_facts
from undertone.pipeline.job_records import Request
from undertone.pipeline.messages import Delivery
from undertone.pipeline.reconcile import reconcile
from undertone.pipeline.stopping import cancel, delete
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


@pytest.fixture
def insightful() -> Insightful:
    return Insightful()


def table(bench: Insightful, request: Request, folder: Path, query: str) -> list[Any]:
    """The rows of a prepared query over the job's files, as they were downloaded."""
    made = bench.store.facts.read(request.job)
    for file in made.files:
        data = bench.results.read(names.facts_file(request.job, file.name))
        assert len(data) == file.bytes
        (folder / file.name).write_bytes(data)
    return run(query, {}, folder).rows


def test_the_facts_of_a_job(insightful: Insightful, tmp_path: Path) -> None:
    request = insightful.job()
    insightful.drain()
    assert insightful.store.closed.find(request.job)
    made = insightful.store.facts.read(request.job)
    assert (made.comments, made.empty, made.problem) == (7, 3, "")
    assert table(insightful, request, tmp_path, "top_entities_by_mentions") == [
        (1, "Ilo", 100 * (0 + 2 + 5 + 0 + 2), 5),
        (2, "Mara Venn", 0, 4),
        (3, "Mara Stone", 400, 2),
    ]
    assert table(insightful, request, tmp_path, "empty_texts") == [
        (1, "first", 2, 400),
        (2, "second", 1, 100),
    ]
    assert table(insightful, request, tmp_path, "sagas") == [
        ("salt", "Ilo", 500, 3),
        ("salt", "Mara Venn", 0, 4),
        ("snow", "Ilo", 400, 2),
        ("snow", "Mara Stone", 400, 2),
    ]
    felt = {
        (name, week): (clause, whole)
        for name, week, _, clause, whole in table(
            insightful, request, tmp_path, "sentiment_by_entity_and_week"
        )
    }
    clause, whole = felt["Mara Venn", "2026-W40"]
    assert clause != whole, "it is hated in a clause, liked in another"
    assert felt["Ilo", "2026-W40"][0] > 0
    assert not insightful.store.jobs.names(names.OPEN)


def test_a_job_without_insights_has_no_parts_and_no_facts(insightful: Insightful) -> None:
    request = insightful.job(asked=None)
    insightful.drain()
    assert insightful.facts(request) == {}
    assert not [name for name in insightful.jobs.names("") if "facts" in name or "vector" in name]
    assert not insightful.store.jobs.names(names.OPEN)


def test_the_rows_of_the_results_are_those_of_a_plain_job(insightful: Insightful) -> None:
    plain = insightful.job(asked=None)
    insightful.drain()
    insightful.now += timedelta(seconds=1)
    asking = insightful.job()
    insightful.drain()
    assert insightful.comments_csv(plain) == insightful.comments_csv(asking)


def test_the_zip_holds_every_file_and_the_queries(insightful: Insightful) -> None:
    request = insightful.job()
    insightful.drain()
    made = insightful.store.facts.read(request.job)
    data = insightful.results.read(names.facts_zip(request.job))
    with zipfile.ZipFile(io.BytesIO(data)) as zipped:
        held = set(zipped.namelist())
    assert {file.name for file in made.files} < held
    assert "queries/co_mentions.sql" in held


def test_vectors_are_kept_beside_the_facts(insightful: Insightful) -> None:
    request = insightful.job()
    insightful.drain()
    blocks = sorted(insightful.jobs.names(f"{request.job}/vectors/"))
    rows = np.frombuffer(
        b"".join(insightful.jobs.read(name) for name in blocks), dtype=np.int8
    ).reshape(-1, 3)
    assert len(rows) == 10
    assert not rows[1].any(), "an empty text has no meaning"
    exact = insightful.words.encode([TEXTS[0]])[0]
    assert rows[0] @ exact / np.linalg.norm(rows[0]) == pytest.approx(1, abs=1e-3)


def test_a_comment_without_topics_keeps_its_score(insightful: Insightful) -> None:
    insightful.words.fails = True
    plain = insightful.job(asked=None)
    insightful.now += timedelta(seconds=1)
    request = insightful.job()
    insightful.drain()
    assert insightful.comments_csv(request) == insightful.comments_csv(plain)
    assert insightful.store.facts.read(request.job).comments == 7


# Duplicates, lost scorings, crashes


def undisturbed() -> dict[str, bytes]:
    bench = Insightful()
    request = bench.job()
    bench.drain()
    return bench.facts(request)


def test_what_is_scored_twice_with_other_results_counts_once(insightful: Insightful) -> None:
    request = insightful.job()
    expected = undisturbed()
    insightful.deliver("posts", insightful.take("posts")[0][0])
    chunks = [message for message, _ in insightful.take("comments")]
    for message in chunks:
        insightful.deliver("comments", message)
    insightful.moody.drift = 0.3
    for message in chunks:  # as if the first ones were not known to have arrived
        insightful.deliver("comments", message)
    insightful.moody.drift = 0.0
    reconcile_until_done(insightful, request)
    blocks = insightful.jobs.names(f"{request.job}/facts/")
    assert len(blocks) > 6, "the later scorings left parts of their own"
    assert insightful.facts(request) == expected


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


def _writes() -> int:
    bench = Clumsy()
    bench.job()
    begun = bench.writes
    bench.drain_delivering_again()
    return bench.writes - begun


@pytest.mark.parametrize("error", [Crash(), Transient("storage is busy")])
def test_a_crash_at_any_write_changes_no_fact(error: BaseException) -> None:
    expected = undisturbed()
    for at in range(1, _writes() + 1):
        bench = Clumsy(error=error)
        request = bench.job()
        bench.at = bench.writes + at
        bench.drain_delivering_again()
        reconcile_until_done(bench, request)
        assert bench.facts(request) == expected, f"write {at}"
        assert bench.comments_csv(request), f"write {at}"


def test_the_message_lost_is_sent_again_by_reconcile(insightful: Insightful) -> None:
    request = insightful.job()
    while "facts" not in insightful.queues.sent:
        insightful.deliver_next()
    insightful.queues.sent.clear()
    assert insightful.store.closed.find(request.job)
    assert insightful.store.jobs.names(names.OPEN), "until its facts are there"
    reconcile_until_done(insightful, request)
    assert insightful.facts(request) == undisturbed()
    assert not insightful.store.jobs.names(names.OPEN)


def test_a_poisoned_message_ends_in_an_answer(insightful: Insightful) -> None:
    request = insightful.job()
    while "facts" not in insightful.queues.sent:
        insightful.deliver_next()
    (message, _) = insightful.take("facts")[0]
    part = insightful.jobs.names(f"{request.job}/facts/")[0]
    insightful.jobs.remove(part)
    with pytest.raises(Missing):
        insightful.deliver("facts", message)
    insightful.deliver("facts-poison", message)
    assert "logs" in insightful.store.facts.read(request.job).problem
    insightful.drain()
    reconcile(insightful.services)
    insightful.drain()
    assert not insightful.store.jobs.names(names.OPEN)


def test_a_cancelled_job_has_the_facts_of_what_was_scored(insightful: Insightful) -> None:
    request = insightful.job()
    (first, _), _ = insightful.take("posts")
    insightful.deliver("posts", first)
    insightful.deliver("comments", insightful.take("comments")[0][0])
    cancel(insightful.services, request)
    insightful.drain()
    made = insightful.store.facts.read(request.job)
    assert (made.comments, made.empty) == (1, 1)


def test_a_deleted_job_leaves_no_fact(insightful: Insightful) -> None:
    request = insightful.job()
    insightful.drain()
    assert insightful.facts(request)
    delete(insightful.services, request)
    insightful.drain()
    left = [*insightful.jobs.names(request.job), *insightful.results.names(request.job)]
    assert left == []


def test_facts_made_while_their_job_is_deleted_are_swept(insightful: Insightful) -> None:
    request = insightful.job()
    while "facts" not in insightful.queues.sent:
        insightful.deliver_next()
    (message, _) = insightful.take("facts")[0]
    delete(insightful.services, request)
    make_facts(insightful.services, Delivery(message))
    insightful.drain()
    assert not insightful.jobs.names(request.job)
    assert not insightful.results.names(request.job)


def test_facts_are_made_only_when_the_job_has_ended(insightful: Insightful) -> None:
    request = insightful.job()
    make_facts(insightful.services, Delivery(ending(request)))
    assert insightful.store.facts.find(request.job) is None
