"""Making a job: whole or not at all, once for each key, whatever crashes on the way."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import override

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.undertone.pipeline.conftest import (
    URL,
    Bench,
    InterruptedBlobs,
    page,
    upload,
)
from undertone.errors import Conflict, Rejected, TooMany, Transient
from undertone.pipeline import names
from undertone.pipeline.job_records import LIFETIME, MAX_ROWS, ROWS_PER_PAGE, Options
from undertone.pipeline.messages import Message
from undertone.pipeline.reconcile import ABANDONED, reconcile
from undertone.pipeline.stopping import delete
from undertone.pipeline.submit import Submission, announce, plan_rows, submit, write_down
from undertone.ports import NewJob
from undertone.records import UploadedPost, Want
from undertone.storage.memory import MemoryBlobs, MemoryQueues

# Rows


def duplicates(urls: Sequence[str], uploads: Sequence[UploadedPost] = ()) -> list[int | None]:
    return [row.duplicate_of for row in plan_rows(urls, uploads)]


def test_rows_are_as_sent_links_first() -> None:
    rows = plan_rows([URL.format(1), " nonsense "], [upload(1, "up")])
    assert [row.sent for row in rows] == [URL.format(1), " nonsense ", "up"]
    assert [row.ref and (row.ref.platform, row.ref.id) for row in rows] == [
        ("hackernews", "1"), None, ("upload", "up"),
    ]  # fmt: skip
    assert [bool(row.reason) for row in rows] == [False, True, False]
    assert [row.is_post for row in rows] == [True, False, True]


def test_a_post_that_was_sent_before_names_its_first_row() -> None:
    urls = [URL.format(1), URL.format(2), URL.format(1) + "&utm_source=x", "x", "x", URL.format(1)]
    assert duplicates(urls) == [None, None, 0, None, None, 0]


def test_an_upload_is_no_duplicate_of_a_link_with_its_id() -> None:
    assert duplicates([URL.format(1)], [upload(1, "1"), upload(1, "1")]) == [None, None, 1]


@given(st.lists(st.integers(1, 4), min_size=1, max_size=20))
def test_duplicates_by_hand(ids: list[int]) -> None:
    expected = [None if ids.index(n) == at else ids.index(n) for at, n in enumerate(ids)]
    assert duplicates([URL.format(n) for n in ids]) == expected


def test_nothing_is_refused_with_what_to_send() -> None:
    with pytest.raises(Rejected, match="send at least one entry"):
        plan_rows([], [])


def test_more_than_the_most_are_refused_with_a_way_out(bench: Bench) -> None:
    with pytest.raises(Rejected, match=r"10,001 posts .* split the rest over further jobs"):
        bench.submit(*(URL.format(number + 1) for number in range(MAX_ROWS + 1)))
    assert bench.jobs.names("") == []
    assert len(plan_rows(["x"] * MAX_ROWS, [])) == MAX_ROWS


# What is written


def test_a_job_as_it_is_written(bench: Bench) -> None:
    options = Options(want=Want(limit=5), min_coverage=0.5)
    made = Submission(
        owner="me", urls=[URL.format(1), "x"], uploads=[upload(3)], name="Spring", options=options
    )
    request, rows = submit(bench.services, made)
    assert (request.owner, request.name, request.options) == (
        "me",
        "Spring",
        msgspec.structs.replace(options, authors="plain"),
    )
    assert (request.rows, request.posts) == (3, 2)
    assert (request.created_at, request.deadline) == (bench.now, bench.now + LIFETIME)
    assert bench.store.request(request.job) == request
    assert bench.store.all_rows(request) == rows
    assert bench.store.snapshot(request.job, 2).fetched == 3
    assert bench.store.snapshots.find(request.job, 0) is None, "it is to be fetched"
    assert bench.jobs.names(names.OPEN) == [names.open_marker(request.job)]
    entry = bench.store.index.find("me", request.job)
    assert entry is not None
    assert (entry.name, entry.rows, entry.status) == ("Spring", 3, "")


@dataclass
class RecordingBlobs(MemoryBlobs):
    """Notes what is created, in order; dies instead of the write that is numbered `dies_at`."""

    dies_at: int = -1

    def __post_init__(self) -> None:
        self.created: list[str] = []

    def create(self, name: str, data: bytes) -> bool:
        if len(self.created) == self.dies_at:
            self.dies_at = -1
            raise KeyboardInterrupt
        self.created.append(name)
        return super().create(name, data)


def test_the_open_marker_is_written_first_and_the_request_last() -> None:
    jobs = RecordingBlobs()
    request = Bench(jobs=jobs).submit(URL.format(1), uploads=[upload(2)], key="k")
    assert jobs.created[:2] == [names.open_marker(request.job), names.idempotency("me", "k")]
    assert jobs.created[-1] == names.request(request.job)


def writes() -> int:
    jobs = RecordingBlobs()
    Bench(jobs=jobs).submit(URL.format(1), uploads=[upload(2)], key="k")
    return len(jobs.created)


@pytest.mark.parametrize("dies_at", range(writes()))
def test_killed_before_any_write_a_repeat_makes_the_whole_job(dies_at: int) -> None:
    jobs = RecordingBlobs(dies_at=dies_at)
    bench = Bench(jobs=jobs)
    bench.source.pages = {None: page("a")}
    with pytest.raises(KeyboardInterrupt):
        bench.submit(URL.format(1), uploads=[upload(2)], key="k")
    assert not bench.queues.sent
    request = bench.submit(URL.format(1), uploads=[upload(2)], key="k")
    bench.drain()
    closed = bench.store.closed.find(request.job)
    assert closed is not None
    assert (closed.status, closed.comments) == ("completed", 3)
    assert names.open_marker(request.job) not in jobs.names(names.OPEN)


def test_writing_a_job_down_again_changes_nothing(bench: Bench) -> None:
    made = Submission(owner="me", urls=[URL.format(1)], uploads=[upload(2)])
    request, rows = submit(bench.services, made)
    before = {name: bench.jobs.read_versioned(name) for name in bench.jobs.names("")}
    other = made._replace(name="another name", options=Options(max_age_minutes=0))
    assert write_down(bench.services, other, request.job, "", rows) is False
    assert {name: bench.jobs.read_versioned(name) for name in bench.jobs.names("")} == before


# What is sent


@pytest.mark.parametrize(
    ("posts", "queue", "messages"),
    [
        (1, "posts", 1),
        (ROWS_PER_PAGE, "posts", ROWS_PER_PAGE),
        (ROWS_PER_PAGE + 1, "jobs", 2),
        (3 * ROWS_PER_PAGE, "jobs", 3),
    ],
)
def test_small_jobs_send_their_posts_and_large_ones_pages(
    bench: Bench, posts: int, queue: str, messages: int
) -> None:
    bench.submit(*(URL.format(number + 1) for number in range(posts)))
    assert bench.queues.sent.keys() == {queue}
    sent = [message for message, _ in bench.take(queue)]
    assert [m.page if queue == "jobs" else m.post for m in sent] == list(range(messages))
    assert not any(message.again for message in sent)


def test_a_job_without_posts_is_sent_to_its_end(bench: Bench) -> None:
    request = bench.submit("nonsense", "x")
    message, _ = bench.one("finished")
    assert (message.job, message.posts) == (request.job, 0)
    assert not bench.queues.sent


def test_every_message_carries_the_trace(bench: Bench) -> None:
    made = Submission(owner="me", uploads=[upload(1)], traceparent="00-ff")
    request = submit(bench.services, made).request
    assert bench.one("posts")[0] == Message(
        job=request.job, posts=1, deadline=request.deadline, traceparent="00-ff"
    )
    announce(bench.services, request, again=True, traceparent="00-aa")
    again, _ = bench.one("posts")
    assert (again.again, again.traceparent) == (True, "00-aa")


# The same call again


def test_a_repeated_submission_sends_again_what_may_be_lost(bench: Bench) -> None:
    first = bench.submit(URL.format(1), key="k")
    bench.queues.sent.clear()  # the process died before it announced the job
    assert bench.submit(URL.format(1), key="k") == first
    message, _ = bench.one("posts")
    assert message.again
    assert len(bench.jobs.names(names.OPEN)) == 1


def test_a_repeated_submission_of_a_job_that_has_ended_sends_nothing(bench: Bench) -> None:
    first = bench.submit(uploads=[upload(1)], key="k")
    bench.drain()
    assert bench.submit(uploads=[upload(1)], key="k") == first
    assert not bench.queues.sent


def test_without_a_key_the_same_call_makes_another_job(bench: Bench) -> None:
    assert bench.submit(URL.format(1)).job != bench.submit(URL.format(1)).job


@dataclass
class FailingQueues(MemoryQueues):
    """Queues that take so many messages and then fail."""

    left: int = 1_000_000

    @override
    def send(self, queue: str, body: bytes, *, delay: float = 0) -> None:
        self.left -= 1
        if self.left < 0:
            raise Transient("queue posts did not take a message: ServerBusy")
        super().send(queue, body, delay=delay)


@pytest.mark.parametrize("who", ["client", "reconcile"])
def test_messages_that_a_failed_call_left_unsent_are_sent_at_once(who: str) -> None:
    """Seen: the first post was at work, so the repeated call sent nothing for 15 minutes."""
    queues = FailingQueues(left=1)
    bench = Bench(queues=queues)
    with pytest.raises(Transient):
        bench.submit(uploads=[upload(2, "a"), upload(2, "b")], key="k")
    queues.left = 1_000_000
    bench.deliver("posts", bench.one("posts")[0])
    bench.deliver("comments", bench.one("comments")[0])
    if who == "client":
        bench.submit(uploads=[upload(2, "a"), upload(2, "b")], key="k")
    else:
        reconcile(bench.services)
    bench.drain()
    (closed_blob,) = (name for name in bench.jobs.names("") if name.endswith("/closed.json"))
    closed = bench.store.closed.read(closed_blob.partition("/")[0])
    assert (closed.status, closed.comments) == ("completed", 4)
    assert bench.jobs.names(names.OPEN) == []


def test_a_repeated_submit_does_not_forget_who_has_arrived(bench: Bench) -> None:
    made = Submission(
        owner="me", uploads=[upload(2, "a"), upload(2, "b")], key="k", body_digest="b"
    )
    request = submit(bench.services, made).request
    (first, _), _ = bench.take("posts")
    bench.deliver("posts", first)
    (chunk, _), *_ = bench.take("comments")
    bench.deliver("comments", chunk)
    arrived = bench.jobs.read(names.barrier(request.job))
    assert arrived.count(b"\n") == 1
    assert submit(bench.services, made).request == request
    assert bench.jobs.read(names.barrier(request.job)) == arrived
    assert bench.take("posts") == [], "the job shows activity, so its messages were sent"


def test_a_repeat_of_an_ended_job_sends_nothing(bench: Bench) -> None:
    made = Submission(owner="me", uploads=[upload(2)], key="k", body_digest="b")
    request = submit(bench.services, made).request
    bench.drain()
    assert bench.store.closed.find(request.job) is not None
    assert submit(bench.services, made).request == request
    assert bench.queues.sent == {}


def test_a_refused_submission_leaves_nothing_open(bench: Bench) -> None:
    bench.submit(URL.format(1), key="k")
    before = bench.jobs.names("")
    other = Submission(owner="me", urls=[URL.format(2)], key="k", body_digest="other")
    with pytest.raises(Rejected):
        submit(bench.services, other)
    assert bench.jobs.names("") == before


def test_keys_belong_to_their_owner(bench: Bench) -> None:
    mine = bench.submit(URL.format(1), key="k")
    theirs = Submission(owner="you", urls=[URL.format(2)], key="k", body_digest="other")
    assert submit(bench.services, theirs).request.job != mine.job


# Jobs that are removed while they are made


def run_reconcile(bench: Bench) -> None:
    bench.now += ABANDONED
    reconcile(bench.services)


def test_a_late_client_whose_job_is_given_up_meanwhile_gets_a_conflict() -> None:
    jobs = InterruptedBlobs()
    bench = Bench(jobs=jobs)
    jobs.meanwhile = lambda: run_reconcile(bench)
    with pytest.raises(Conflict, match="try again") as raised:
        bench.submit(uploads=[upload(2)], key="k")
    assert raised.value.retry_after == 1
    assert set(bench.queues.sent) == {"finished"}, "more than the deletion"
    again = bench.submit(uploads=[upload(2)], key="k")
    bench.drain()
    assert bench.store.closed.find(again.job) is not None
    reconcile(bench.services)
    left = bench.jobs.names("")
    assert all(again.job in name or name.startswith((names.STOPS, "idem")) for name in left), left


def test_a_late_client_whose_job_is_just_being_given_up_gets_a_conflict() -> None:
    jobs = InterruptedBlobs()
    bench = Bench(jobs=jobs)
    other = Bench().submit(uploads=[upload(2)])
    abandoned = msgspec.structs.replace(other, abandoned=True)

    def give_up() -> None:
        (marker,) = jobs.names(names.OPEN)
        bench.store.requests.create(abandoned, marker.removeprefix(names.OPEN))

    jobs.meanwhile = give_up
    with pytest.raises(Conflict, match="try again"):
        bench.submit(uploads=[upload(2)])
    assert not bench.queues.sent


def test_an_unused_id_that_is_given_up_leaves_nothing() -> None:
    jobs = InterruptedBlobs()
    bench = Bench(jobs=jobs)
    request = bench.submit(uploads=[upload(2)], key="k")
    bench.drain()

    killings: list[str] = []

    def reconcile_that_is_killed() -> None:
        def killed() -> None:
            killings.append("before the tombstone")
            raise MemoryError

        jobs.before, jobs.meanwhile = names.STOPS, killed
        with pytest.raises(ExceptionGroup):
            run_reconcile(bench)

    jobs.before, jobs.meanwhile = names.idempotency("me", "k"), reconcile_that_is_killed
    assert bench.submit(uploads=[upload(2)], key="k").job == request.job
    assert killings == ["before the tombstone"]
    bench.drain()
    for _ in range(2):
        reconcile(bench.services)
    bench.drain()
    strange = [name for name in jobs.names("") if not name.startswith((names.STOPS, "idem"))]
    assert all(request.job in name for name in strange), strange


# What an owner is given


@dataclass
class Doorkeeper:
    """Lets in so many jobs."""

    room: int
    asked: list[NewJob] = field(default_factory=list)

    def admit(self, job: NewJob) -> None:
        self.asked.append(job)
        if len(self.asked) > self.room:
            raise TooMany("enough", retry_after=30)


def guard(bench: Bench, room: int) -> Doorkeeper:
    keeper = Doorkeeper(room)
    bench.services = dataclasses.replace(bench.services, admission=keeper)
    return keeper


def test_who_lets_a_job_in_is_told_what_it_would_fetch(bench: Bench) -> None:
    keeper = guard(bench, 1)
    urls = [URL.format(1), URL.format(1), "x", URL.format(2)]
    request = bench.submit(*urls, uploads=[upload(3), upload(2, "b")])
    (asked,) = keeper.asked
    assert (asked.owner, asked.job, asked.uploaded) == ("me", request.job, 5)
    assert [post.id for post in asked.posts] == ["1", "2"]


@pytest.mark.parametrize("key", ["", "k"])
def test_of_a_job_that_is_not_let_in_nothing_stays(bench: Bench, key: str) -> None:
    guard(bench, 0)
    with pytest.raises(TooMany):
        bench.submit(URL.format(1), uploads=[upload(1)], key=key)
    assert bench.jobs.names("") == []
    assert bench.queues.sent == {}
    guard(bench, 1)
    assert bench.submit(URL.format(1), uploads=[upload(1)], key=key).posts == 2


def test_the_open_marker_stands_when_a_job_is_let_in(bench: Bench) -> None:
    """Else its place would look like that of a job that has ended."""
    seen: list[bool] = []

    class Looks(Doorkeeper):
        @override
        def admit(self, job: NewJob) -> None:
            seen.append(bench.store.open_markers.find(job.job) is not None)

    bench.services = dataclasses.replace(bench.services, admission=Looks(9))
    bench.submit(URL.format(1))
    bench.submit(URL.format(1), key="k")
    assert seen == [True, True]


def test_a_repeat_needs_no_room_of_its_own(bench: Bench) -> None:
    keeper = guard(bench, 1)
    first = bench.submit(URL.format(1), key="k")
    assert bench.submit(URL.format(1), key="k") == first
    assert len(keeper.asked) == 1


def test_a_key_whose_job_was_deleted_makes_a_new_one_that_does(bench: Bench) -> None:
    keeper = guard(bench, 2)
    delete(bench.services, bench.submit(URL.format(1), key="k"))
    bench.submit(URL.format(1), key="k")
    assert len(keeper.asked) == 2
