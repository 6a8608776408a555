"""Every kind of record: its wire form, its version, its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.analyzer import Calibration, Line
from tests.undertone.pipeline.conftest import NOW, store_over
from undertone.errors import NewerVersion
from undertone.insights.asked import Insights, Topic
from undertone.insights.entities import Entity
from undertone.pipeline import job_records, names, post_records
from undertone.pipeline.collection_records import Collection, TextBatch, Window
from undertone.pipeline.feedback_records import Correction, FeedbackLine, Judged, Shown
from undertone.pipeline.job_records import (
    Closed,
    Closing,
    Erasure,
    FactsFile,
    FactsMade,
    IndexEntry,
    InsightsAsked,
    KeyBinding,
    OpenMarker,
    Options,
    Request,
    Row,
    RowPage,
    Stop,
)
from undertone.pipeline.label_records import Label, LabelBatch
from undertone.pipeline.post_records import (
    Attempt,
    CacheUse,
    Chunk,
    ChunkArrival,
    FailureNote,
    Fetched,
    PostArrival,
    ProgressLine,
    Snapshot,
    Throttle,
)
from undertone.pipeline.record_log import LogPosition, RecordLog
from undertone.pipeline.store import JobStore
from undertone.record_blobs import RecordBlobs
from undertone.records import Comment, Page, PostRef, State, StoredRecord, Want
from undertone.results.tally import Tally
from undertone.storage.memory import MemoryBlobs

JOB = "0" * names.JOB_ID_LENGTH
LATER = NOW + timedelta(days=1)
REF = PostRef(platform="hackernews", id="1", url="https://news.ycombinator.com/item?id=1")
COMMENT = Comment(id="1", text="ü 😀\r\n\u2028", parent="0", author="@a", likes=0, lang="de")
TALLY = Tally(negative=1, neutral=2, positive=3, total=-5, squares=10**15)
ARRIVAL = PostArrival(
    key=1, round=2, state="partial", reason="r\n", post=REF, title="t", reported=9, fetched=8,
    unscored=1, fetched_at="2026-11-21T20:00:00Z", tally=TALLY, models=("a@1", "b@2"),
    duplicate_of=0, blocks=("b",), sizes=(9,), rows=(2,),
    calibration=Calibration(9, *[Line(-0.05, 1.2, 0.1)] * 4), suspect=TALLY,
    languages={"en": 7, "id": 1}, unread=1,
)  # fmt: skip

FULL: list[StoredRecord] = [
    RowPage(rows=(Row(sent="u", ref=REF, duplicate_of=3), Row(sent="v", reason="no link"))),
    Request(
        job=JOB, owner="me", created_at=NOW, deadline=LATER, rows=2, posts=1, name="ü",
        options=Options(
            want=Want(limit=5, order="newest", sample="random", replies=False),
            min_coverage=0.5,
            max_age_minutes=0, authors="hashed", mask=True,
        ),
        idempotency="i", traceparent="00-t", abandoned=True,
    ),
    Stop(why="deleted", at=NOW, owner="me", idempotency="i", index="x", swept=LATER),
    Closing(why="overdue", bytes=7, absent=(ARRIVAL,)),
    Closed(status="cancelled", at=NOW, states={"ok": 3}, comments=9, unscored=1, models=("a@1",)),
    IndexEntry(job=JOB, created_at=NOW, rows=2, name="ü", status="completed"),
    OpenMarker(
        owner="me", idempotency="i", activity=0, since=NOW, stalls=2, announced=LATER, unsent=True,
        given_up=True
    ),
    KeyBinding(job=JOB, body="digest"),
    InsightsAsked(
        insights=Insights(
            topics=(Topic(name="t", examples=("e",)),),
            entities=(Entity(name="n", aliases=("a",)),),
            match_case=True,
            themes=True,
            search=True,
            notes=("cleaned",),
        )
    ),
    Collection(owner="me", name="shop", insights=Insights(themes=True)),
    TextBatch(texts=(Comment(id="1", text="a", readers=4),), protection="hashed 1 False"),
    Window(
        number=2,
        start=LogPosition(0, 9, 1),
        skip=1,
        batches=2,
        next_start=LogPosition(1, 2, 3),
        next_skip=4,
        closed_at=NOW,
        job=JOB,
        jobs=(JOB,),
    ),
    Shown(query="ü", at=NOW, items=("a.1",)),
    FeedbackLine(
        at=NOW,
        judged=(Judged(query="ü", item="a.1", good=True, place=1),),
        corrections=(
            Correction(
                item="a.1", label="neutral", said="positive", model="m", platform="p", words=2
            ),
        ),
    ),
    FactsMade(
        at=NOW,
        files=(FactsFile(name="dim_post.parquet", bytes=3),),
        has_zip=True,
        comments=2,
        empty=1,
        problem="none",
    ),
    Erasure(at=NOW),
    Fetched(
        post=REF, comments=(COMMENT,), title="t", reported=0, skipped=2, note="n", remark="r",
        fetched_at="2026-11-21T20:00:00Z", cut=True,
    ),
    Snapshot(
        row=1, post=REF, state=State.PARTIAL, reason="r", title="t", reported=0, fetched=3,
        skipped=1, fetched_at="2026-11-21T20:00:00Z", comments="blob",
        chunks=(Chunk(2, 0, 50), Chunk(1, 50, 20)), cache="entry", copies=("c",),
    ),
    CacheUse(job=JOB),
    Attempt(attempt=2, until=NOW, throttles=1, writer="ff"),
    Throttle(until=NOW, reason="slow down"),
    FailureNote(reason="connection reset"),
    ChunkArrival(
        key=1, round=2, block="b", tally=TALLY, model="m@1", unscored=1, reason="r", size=9,
        calibration=Calibration(9, *[Line(-0.05, 1.2, 0.1)] * 4), suspect=TALLY,
        languages={"en": 2, "id": 1}, unread={"id": 1},
    ),
    LabelBatch(
        at=NOW, labels=(Label(row=7, comment_id="1", label="neutral", origin="picked"),)
    ),
    ARRIVAL,
    ProgressLine(post=1, found=2, chunk=0, done=4, waiting="w", until="2026-11-21T20:00:00Z"),
    Page(
        comments=(COMMENT,), cursor="c", title="t", reported=0, skipped=1, note="n", post=REF,
        wait=1.5,
    ),
]  # fmt: skip
"""One record of each kind with no field at its default."""

each_record = pytest.mark.parametrize("record", FULL, ids=lambda record: type(record).__name__)


ROOMS = ("undertone.pipeline.", "undertone.records")


def kinds(base: type[StoredRecord]) -> Iterator[type[StoredRecord]]:
    for kind in base.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_the_examples_are_of_every_kind_and_have_every_field() -> None:
    stored = {kind for kind in kinds(StoredRecord) if kind.__module__.startswith(ROOMS)}
    assert {type(record) for record in FULL} == stored - {post_records.Arrival}
    assert {kind.__module__ for kind in stored} >= {job_records.__name__, post_records.__name__}
    for record in FULL:
        wire_form = json.loads(msgspec.json.encode(record))
        assert wire_form.keys() == {"v", *record.__struct_fields__}, type(record)


def blobs_of(record: StoredRecord, container: MemoryBlobs) -> RecordBlobs[[str], Any]:
    return RecordBlobs(container, lambda name: name, type(record))


def log_of(record: StoredRecord, container: MemoryBlobs) -> RecordLog[[str], Any]:
    return RecordLog(container, lambda name: name, type(record))


# The wire form


@each_record
def test_a_record_comes_back_from_its_blob(record: StoredRecord) -> None:
    blobs = blobs_of(record, MemoryBlobs())
    blobs.write(record, "name")
    assert blobs.read("name") == blobs.find("name") == record
    standing = blobs.find_with_etag("name")
    assert standing is not None
    assert standing.record == record


@each_record
def test_a_record_comes_back_from_its_line(record: StoredRecord) -> None:
    log = log_of(record, MemoryBlobs())
    log.create("name")
    assert [log.append(record, "name") for _ in range(2)] == [1, 2]
    assert log.read("name").records == [record, record]


@each_record
def test_every_blob_and_line_begins_with_its_version(record: StoredRecord) -> None:
    container = MemoryBlobs()
    blobs_of(record, container).create(record, "blob")
    log_of(record, container).create("log")
    log_of(record, container).append(record, "log")
    assert container.read("blob").startswith(b'{"v":1,')
    assert container.read("log") == container.read("blob") + b"\n"


@each_record
def test_unknown_fields_of_our_version_are_passed_over(record: StoredRecord) -> None:
    container = MemoryBlobs()
    wire_form = msgspec.json.encode(record)[:-1] + b',"colour":{"red":[1]}}'
    container.write("name", wire_form + b"\n")
    assert blobs_of(record, container).read("name") == record
    assert log_of(record, container).read("name").records == [record]


@each_record
def test_a_blob_from_before_blobs_had_versions_is_read(record: StoredRecord) -> None:
    container = MemoryBlobs()
    container.write("name", msgspec.json.encode(record).replace(b'"v":1,', b"", 1))
    assert blobs_of(record, container).read("name") == record


@each_record
@pytest.mark.parametrize("rest", [b"", b',"shape":["of","tomorrow"]'])
def test_a_newer_version_is_refused(record: StoredRecord, rest: bytes) -> None:
    container = MemoryBlobs()
    container.write("name", b'{"v":2' + rest + b"}\n")
    container.create_append("log")
    log_of(record, container).append(record, "log")
    container.append("log", b'{"v":2' + rest + b"}\n")
    blobs, log = blobs_of(record, container), log_of(record, container)
    reads: list[Callable[[], object]] = [
        lambda: blobs.read("name"),
        lambda: blobs.find("name"),
        lambda: blobs.find_with_etag("name"),
        lambda: blobs.create_or_read(record, "name"),
        lambda: log.read("name"),
        lambda: log.read("log"),
        lambda: log.read_from(LogPosition(), "log"),
    ]
    for read in reads:
        with pytest.raises(NewerVersion, match="version 2"):
            read()


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"v":1}', b'{"v":0}', b'{"v":1,"reason":3}'])
def test_a_spoilt_blob_is_not_taken_for_a_newer_version(data: bytes) -> None:
    container = MemoryBlobs()
    container.write("name", data)
    with pytest.raises(msgspec.DecodeError):
        RecordBlobs(container, lambda name: name, FailureNote).find("name")


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(st.lists(texts, max_size=5))
def test_any_text_stays_on_its_line(written: list[str]) -> None:
    log = RecordLog(MemoryBlobs(), lambda name: name, FailureNote)
    log.create("name")
    for text in written:
        log.append(FailureNote(reason=text), "name")
    assert [line.reason for line in log.read("name").records] == written


# Places


def keep_one_of_each(store: JobStore) -> None:
    """Write a record of every kind; `FULL` has their values."""
    full: dict[type, Any] = {type(record): record for record in FULL}
    store.requests.write(full[Request], JOB)
    store.row_pages.write(full[RowPage], JOB, 3)
    store.stops.write(full[Stop], JOB)
    store.closings.write(full[Closing], JOB)
    store.closed.write(full[Closed], JOB)
    store.open_markers.write(full[OpenMarker], JOB)
    store.index.write(full[IndexEntry], "me", JOB)
    store.key_bindings.write(full[KeyBinding], names.idempotency("me", "k"))
    store.barriers.create(JOB)
    store.barriers.append(ARRIVAL, JOB)
    store.progress.create(JOB)
    store.snapshots.write(full[Snapshot], JOB, 7)
    store.pages.write(full[Page], JOB, 7, 2)
    store.post_barriers.create(JOB, 7, 1)
    store.attempts.write(full[Attempt], names.attempt(JOB, 7))
    store.failures.write(full[FailureNote], JOB, 7)
    store.fetched.write(full[Fetched], "hackernews/abc.json")
    store.throttles.write(full[Throttle], "hackernews")


def test_every_kind_has_its_place() -> None:
    jobs, cache = MemoryBlobs(), MemoryBlobs()
    keep_one_of_each(store_over(jobs, cache))
    assert set(jobs.names("")) == {
        f"{JOB}/request.json",
        f"{JOB}/rows/00003.json",
        f"stops/{JOB}",
        f"{JOB}/closing.json",
        f"{JOB}/closed.json",
        f"open/{JOB}",
        names.index("me", JOB),
        names.idempotency("me", "k"),
        f"{JOB}/barrier",
        f"{JOB}/progress",
        f"{JOB}/posts/00007/snapshot.json",
        f"{JOB}/posts/00007/pages/00002.json",
        f"{JOB}/posts/00007/barrier-1",
        f"{JOB}/posts/00007/attempt.json",
        f"{JOB}/posts/00007/failure.json",
    }
    assert cache.names("") == ["hackernews/abc.json", "throttle/hackernews.json"]
