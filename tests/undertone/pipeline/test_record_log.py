"""A log goes on where one blob is full, and a position in it means the same to every reader."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.undertone.pipeline.conftest import URL, Bench, page, upload
from undertone.errors import Full, Missing
from undertone.pipeline import names
from undertone.pipeline.job_records import Request
from undertone.pipeline.messages import Message
from undertone.pipeline.post_records import ProgressLine
from undertone.pipeline.reconcile import reconcile
from undertone.pipeline.record_log import MAX_PARTS, LogPosition, RecordLog
from undertone.pipeline.reports import result_rows
from undertone.pipeline.stalls import STALLED
from undertone.pipeline.status import Watches, read_status
from undertone.pipeline.stopping import delete
from undertone.ports import MAX_APPENDS
from undertone.storage.memory import MemoryBlobs

SMALL = 3
"""Blocks that a blob takes here."""


def progress_log(max_appends: int = SMALL) -> RecordLog[[str], ProgressLine]:
    log = RecordLog(MemoryBlobs(max_appends=max_appends), names.progress, ProgressLine, max_appends)
    log.create("job")
    return log


def posts(records: list[ProgressLine]) -> list[int]:
    return [line.post for line in records]


def test_each_line_is_told_its_number_in_the_whole_log() -> None:
    log = progress_log()
    assert [log.append(ProgressLine(post=n), "job") for n in range(8)] == list(range(1, 9))
    assert log.blobs.names("") == ["job/progress", "job/progress.1", "job/progress.2"]
    assert posts(log.read("job").records) == list(range(8))
    assert log.size("job") == log.read("job").size


@given(st.lists(st.integers(0, 4), min_size=1, max_size=8))
def test_whoever_reads_on_reads_every_line_once(bursts: list[int]) -> None:
    log, position, seen, number = progress_log(), LogPosition(), list[int](), 0
    for burst in bursts:
        for _ in range(burst):
            log.append(ProgressLine(post=number), "job")
            number += 1
        records, position = log.read_from(position, "job")
        seen += posts(records)
    assert seen == list(range(number))


@given(st.lists(st.integers(0, 10**6), max_size=12), st.integers(100, 300))
def test_pages_hold_every_line_once_and_come_to_an_end(numbers: list[int], most: int) -> None:
    log, position, pages = progress_log(), LogPosition(), list[list[int]]()
    for number in numbers:
        log.append(ProgressLine(post=number), "job")
    while (found := log.read_page(position, most, "job")).records:
        assert len(msgspec.json.Encoder().encode_lines(found.records)) <= most
        pages.append(posts(found.records))
        position = found.end
    assert [number for page in pages for number in page] == numbers
    position = log.read_page(position, most, "job").end
    log.append(ProgressLine(post=7), "job")
    assert posts(log.read_page(position, most, "job").records) == [7]


def test_what_a_position_cuts_off_never_changes() -> None:
    log = progress_log()
    sizes, seen = [log.size("job")], [log.read("job").records]
    for number in range(10):
        log.append(ProgressLine(post=number), "job")
        sizes.append(log.size("job"))
        seen.append(log.read("job").records)
    assert all(one < two for one, two in pairwise(sizes))
    assert [log.read_to(size, "job") for size in sizes] == [
        (records, size) for records, size in zip(seen, sizes, strict=True)
    ]


def test_a_log_that_was_not_created_is_missing_however_full_it_was() -> None:
    log = progress_log()
    for number in range(SMALL + 1):
        log.append(ProgressLine(post=number), "job")
    log.blobs.remove("job/progress")
    for act in (
        lambda: log.append(ProgressLine(post=1), "job"),
        lambda: log.read("job"),
        lambda: log.read_from(LogPosition(), "job"),
        lambda: log.read_to(1, "job"),
    ):
        with pytest.raises(Missing):
            act()


def test_a_part_that_nobody_has_written_to_yet_is_no_trouble() -> None:
    log = progress_log()
    for number in range(SMALL):
        log.append(ProgressLine(post=number), "job")
    assert posts(log.read("job").records) == [0, 1, 2]
    records, position = log.read_from(LogPosition(), "job")
    assert posts(records) == [0, 1, 2]
    log.blobs.create_append("job/progress.1")  # and then its writer died
    assert log.read_from(position, "job") == ([], position)
    assert log.append(ProgressLine(post=3), "job") == 4
    assert posts(log.read_from(position, "job").records) == [3]


def test_a_service_that_calls_every_blob_full_is_asked_so_often_and_no_more() -> None:
    log = progress_log(max_appends=0)
    with pytest.raises(Full):
        log.append(ProgressLine(post=0), "job")
    assert len(log.blobs.names("")) == MAX_PARTS


# A whole job


def crowded() -> tuple[Bench, Request]:
    """A job of eight posts, of which the last has seven chunks, where three lines fill a blob."""
    bench = Bench(jobs=MemoryBlobs(max_appends=SMALL))
    request = bench.submit(uploads=[upload(2, f"up {n}") for n in range(7)] + [upload(14, "long")])
    return bench, request


def test_a_job_whose_barriers_are_full_ends_like_any_other() -> None:
    bench, request = crowded()
    bench.drain()
    closed = bench.store.closed.find(request.job)
    assert closed is not None
    assert (closed.status, closed.comments, closed.unscored) == ("completed", 28, 0)
    assert names.log_part(names.barrier(request.job), 2) in bench.jobs.names("")
    assert names.log_part(names.post_barrier(request.job, 7, 0), 2) in bench.jobs.names("")
    closing = bench.store.closings.read(request.job)
    assert closing.bytes == bench.store.barriers.size(request.job)


def test_an_aggregator_that_comes_later_counts_the_same_lines() -> None:
    bench, request = crowded()
    bench.drain()
    table = bench.results.read(names.comments_csv(request.job))
    bench.jobs.remove(names.closed(request.job))  # as if the aggregator had died before it
    stray = bench.store.barriers.read(request.job).records[0]
    for _ in range(5):
        bench.store.barriers.append(stray, request.job)
    bench.deliver("finished", Message(job=request.job, posts=8, deadline=request.deadline))
    assert bench.results.read(names.comments_csv(request.job)) == table
    assert bench.store.closed.find(request.job)


def test_status_rows_and_reconcile_see_all_of_a_full_barrier() -> None:
    bench, request = crowded()
    watches = Watches()
    for message, _ in bench.take("posts"):
        bench.deliver("posts", message)
    for message, _ in bench.take("comments")[:-1]:
        bench.deliver("comments", message)
        read_status(bench.services, watches, request)
    status = read_status(bench.services, watches, request)
    assert (status.posts.done, status.comments.total, status.comments.done) == (7, 28, 26)
    rows = result_rows(bench.services, request, 0)
    assert [row.state for row in rows] == ["ok"] * 7 + ["pending"]
    reconcile(bench.services)
    bench.now += STALLED
    reconcile(bench.services)
    ((again, _),) = bench.take("jobs")
    bench.deliver("jobs", again)
    assert [message.post for message, _ in bench.waiting("posts")] == [7]
    delete(bench.services, request)
    bench.drain()
    assert bench.jobs.names("") == [names.stop(request.job)]


def test_a_barrier_that_stray_lines_have_filled_takes_the_last_post() -> None:
    """Seen: the line of a new key was dropped, and the job ended only at its deadline."""
    bench = Bench(jobs=MemoryBlobs(max_appends=SMALL))
    request = bench.submit(uploads=[upload(2, "a"), upload(2, "b")])
    for message, _ in bench.take("posts"):
        bench.deliver("posts", message)
    (first, _), (last, _) = bench.take("comments")
    bench.deliver("comments", first)
    line = bench.jobs.read(names.barrier(request.job))
    for _ in range(SMALL - 1):
        bench.jobs.append(names.barrier(request.job), line)
    bench.deliver("comments", last)
    bench.drain()
    closed = bench.store.closed.find(request.job)
    assert closed is not None
    assert closed.status == "completed"


def test_the_service_takes_as_many_blocks_as_readers_count_on() -> None:
    blobs = MemoryBlobs()
    assert blobs.max_appends == Bench(jobs=blobs).store.barriers.max_appends == MAX_APPENDS


def test_reconcile_sees_that_a_job_goes_on_although_its_progress_is_full() -> None:
    bench = Bench(jobs=MemoryBlobs(max_appends=SMALL))
    bench.source.pages = {None: page("a")}
    bench.submit(URL.format(1), uploads=[upload(40, "long")])
    _, (long, _) = bench.take("posts")
    bench.deliver("posts", long)
    chunks = [message for message, _ in bench.take("comments")]
    for message in chunks[:-1]:
        reconcile(bench.services)
        assert not bench.queues.sent, "a chunk was scored meanwhile, so the job has not stalled"
        bench.deliver("comments", message)
        bench.now += STALLED
