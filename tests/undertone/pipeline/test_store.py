"""Reading and writing records: what is missing, what is replaced, what is cached."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from tests.undertone.pipeline.conftest import NOW, CountingBlobs, store_over
from undertone.errors import Missing
from undertone.pipeline import names
from undertone.pipeline.absence_cache import AbsenceCache
from undertone.pipeline.job_records import (
    Options,
    Request,
    Row,
    RowPage,
    Stop,
)
from undertone.pipeline.post_records import (
    Chunk,
    ProgressLine,
    Snapshot,
    Throttle,
)
from undertone.pipeline.record_log import LogPosition
from undertone.pipeline.store import JobStore
from undertone.records import Comment, State
from undertone.storage.memory import MemoryBlobs

JOB = "0" * names.JOB_ID_LENGTH
LATER = NOW + timedelta(days=1)


# Logs


def test_a_log_is_created_once_and_keeps_its_lines() -> None:
    progress = store_over(MemoryBlobs()).progress
    assert progress.create(JOB) is True
    progress.append(ProgressLine(post=1), JOB)
    assert progress.create(JOB) is False
    assert progress.read(JOB).records == [ProgressLine(post=1)]


def test_a_log_is_read_in_parts() -> None:
    progress = store_over(MemoryBlobs()).progress
    progress.create(JOB)
    assert progress.read(JOB) == ([], 0)
    first, second = ProgressLine(post=1), ProgressLine(post=2, found=30)
    progress.append(first, JOB)
    size = progress.size(JOB)
    progress.append(second, JOB)
    assert progress.read_to(size, JOB) == ([first], size)
    begun = progress.read_from(LogPosition(), JOB)
    assert begun.records == [first, second]
    assert progress.read_from(LogPosition(0, size, 1), JOB) == ([second], begun.end)
    assert progress.read_from(begun.end, JOB) == ([], begun.end)
    assert progress.read(JOB) == ([first, second], progress.size(JOB))


def test_a_log_that_is_not_there_is_missing() -> None:
    progress = store_over(MemoryBlobs()).progress
    acts: list[Callable[[], object]] = [
        lambda: progress.append(ProgressLine(post=1), JOB),
        lambda: progress.read(JOB),
        lambda: progress.read_from(LogPosition(), JOB),
        lambda: progress.read_to(9, JOB),
        lambda: progress.size(JOB),
    ]
    for act in acts:
        with pytest.raises(Missing):
            act()


# Absences


SECOND = timedelta(seconds=1)


class Instance:
    """A process of its own over shared storage, with a clock that a test sets."""

    def __init__(self, jobs: MemoryBlobs, cache: MemoryBlobs | None = None) -> None:
        self.now = NOW
        absences = AbsenceCache(lambda: self.now, SECOND)
        self.store = JobStore(jobs, cache or MemoryBlobs(), absences)


STOP = Stop(why="cancelled", at=NOW)


def test_an_absence_is_asked_for_once_a_second() -> None:
    blobs = CountingBlobs()
    instance = Instance(blobs)
    for _ in range(3):
        assert instance.store.stops.find_cached(JOB) is None
    assert blobs.reads == [names.stop(JOB)]
    assert instance.store.stops.find_cached("another") is None
    assert blobs.reads == [names.stop(JOB), names.stop("another")]
    instance.now += SECOND
    assert instance.store.stops.find_cached(JOB) is None
    assert len(blobs.reads) == 3


def test_what_another_process_wrote_is_seen_after_a_second() -> None:
    blobs = MemoryBlobs()
    here, there = Instance(blobs), Instance(blobs)
    assert here.store.stops.find_cached(JOB) is None
    there.store.stops.write(STOP, JOB)
    assert here.store.stops.find_cached(JOB) is None
    assert here.store.stops.find(JOB) == STOP, "who must know does not ask the cache"
    here.now += SECOND
    assert here.store.stops.find_cached(JOB) == STOP


def test_what_this_process_wrote_is_seen_at_once() -> None:
    store = Instance(MemoryBlobs()).store
    assert store.stops.find_cached(JOB) is None
    store.stops.write(STOP, JOB)
    assert store.stops.find_cached(JOB) == STOP


def test_a_blob_that_exists_is_always_read_anew() -> None:
    blobs = CountingBlobs()
    store = Instance(blobs).store
    store.stops.write(STOP, JOB)
    deleted = Stop(why="deleted", at=NOW)
    assert store.stops.find_cached(JOB) == STOP
    store.stops.write(deleted, JOB)
    assert store.stops.find_cached(JOB) == deleted
    store.stops.remove(JOB)
    assert store.stops.find_cached(JOB) is None
    assert len(blobs.reads) == 3


def test_the_absence_of_a_throttle_is_cached_likewise() -> None:
    cache = CountingBlobs()
    store = Instance(MemoryBlobs(), cache).store
    for _ in range(2):
        assert store.throttles.find_cached("hackernews") is None
    assert cache.reads == [names.throttle("hackernews")]
    throttle = Throttle(until=NOW, reason="slow down")
    store.throttles.write(throttle, "hackernews")
    assert store.throttles.find_cached("hackernews") == throttle


# The store of a job


def a_request(*, rows: int = 0, abandoned: bool = False) -> Request:
    return Request(
        job=JOB, owner="me", created_at=NOW, deadline=LATER, rows=rows, posts=rows,
        options=Options(), abandoned=abandoned,
    )  # fmt: skip


def test_a_job_that_was_given_up_is_none() -> None:
    store = store_over(MemoryBlobs())
    with pytest.raises(Missing):
        store.request(JOB)
    store.requests.write(a_request(abandoned=True), JOB)
    with pytest.raises(Missing, match=r"request\.json"):
        store.request(JOB)
    store.requests.write(a_request(), JOB)
    assert store.request(JOB) == a_request()


def test_rows_come_page_by_page_in_their_order() -> None:
    store = store_over(MemoryBlobs())
    pages = [tuple(Row(sent=f"{page}.{n}") for n in range(100)) for page in (0, 1)]
    for page, rows in enumerate(pages):
        store.row_pages.create(RowPage(rows=rows), JOB, page)
    assert store.rows(JOB, 1) == pages[1]
    assert store.all_rows(a_request(rows=200)) == [*pages[0], *pages[1]]
    with pytest.raises(Missing):
        store.all_rows(a_request(rows=201))


@pytest.mark.parametrize(
    ("stop", "is_deleted"),
    [(None, False), (STOP, False), (Stop(why="deleted", at=NOW), True)],
)
def test_a_tombstone_is_the_stop_of_a_deleted_job(stop: Stop | None, is_deleted: bool) -> None:
    store = store_over(MemoryBlobs())
    if stop is not None:
        store.stops.write(stop, JOB)
    assert store.is_deleted(JOB) is is_deleted


def test_a_post_has_no_snapshot_before_it_is_fetched() -> None:
    store = store_over(MemoryBlobs())
    assert store.snapshots.find(JOB, 0) is None
    with pytest.raises(Missing):
        store.snapshot(JOB, 0)


def test_the_comments_of_a_chunk_are_read_by_their_place() -> None:
    store = store_over(MemoryBlobs())
    lines = [msgspec.json.encode(Comment(id=str(n), text="ü" * n)) + b"\n" for n in range(3)]
    name = names.comments(JOB, 0, "digest")
    store.write_comments(name, b"".join(lines))
    first, rest = len(lines[0]), len(lines[1]) + len(lines[2])
    chunks = (Chunk(1, 0, first), Chunk(2, first, rest))
    snapshot = Snapshot(row=1, state=State.OK, fetched=3, comments=name, chunks=chunks)
    assert [comment.id for comment in store.comments(snapshot, 0)] == ["0"]
    assert store.comments(snapshot, 1) == [Comment(id="1", text="ü"), Comment(id="2", text="üü")]
