"""Fetching a post: its snapshot once, then a message for each chunk."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import msgspec
import pytest

from tests.undertone.pipeline.conftest import (
    NOW,
    URL,
    Bench,
    CountingBlobs,
    TombstoneMeanwhileBlobs,
    page,
    upload,
)
from undertone.errors import Delayed, Permanent, Transient
from undertone.pipeline import names
from undertone.pipeline.attempts import TIME_TO_SCORE
from undertone.pipeline.comment_cache import cache_name
from undertone.pipeline.fetch import announce_post, fetch, send_chunks
from undertone.pipeline.job_records import Options, Request, Stop
from undertone.pipeline.messages import Delivery, Message
from undertone.pipeline.post_records import ProgressLine, Snapshot
from undertone.pipeline.submit import Submission, submit
from undertone.ports import Source
from undertone.privacy.policy import Policy
from undertone.records import Comment, Page, PostRef, State, UploadedPost, Want


def a_post(bench: Bench) -> tuple[Request, Message]:
    """A job of one link, and the message to fetch it."""
    request = bench.submit(URL.format(1))
    return request, bench.one("posts")[0]


def snapshot(bench: Bench, request: Request, post: int = 0) -> Snapshot:
    return bench.store.snapshot(request.job, post)


def test_a_post_is_fetched_and_its_chunks_are_sent(bench: Bench) -> None:
    bench.source.pages = {None: page("a", "b", "c", title="T", reported=3)}
    request, message = a_post(bench)
    bench.deliver("posts", message)
    taken = snapshot(bench, request)
    assert (taken.state, taken.title, taken.reported, taken.fetched) == ("ok", "T", 3, 3)
    sent = [chunk for chunk, _ in bench.take("comments")]
    assert [(each.post, each.chunk, each.again) for each in sent] == [
        (0, 0, False),
        (0, 1, False),
    ]
    assert bench.store.progress.read(request.job).records == [ProgressLine(post=0, found=3)]
    assert bench.store.post_barriers.read(request.job, 0, 0).records == []


def test_an_upload_is_announced_without_a_source(bench: Bench) -> None:
    request, messages = bench.fetch_upload(5)
    assert [message.chunk for message in messages] == [0, 1, 2]
    assert bench.source.asked == []
    assert snapshot(bench, request).fetched_at == ""


def test_a_post_of_one_chunk_has_no_barrier_of_its_own(bench: Bench) -> None:
    request, (message,) = bench.fetch_upload(2)
    assert message.chunk == 0
    assert names.post_barrier(request.job, 0, 0) not in bench.jobs.names("")


def test_a_post_without_comments_arrives_at_once(bench: Bench) -> None:
    bench.source.pages = {None: page(reported=0)}
    request, message = a_post(bench)
    bench.deliver("posts", message)
    (arrival,) = bench.store.barriers.read(request.job).records
    assert (arrival.key, arrival.state) == (0, "no_comments")
    assert not bench.waiting("comments")
    assert bench.one("finished")


def test_what_fails_for_good_arrives_with_its_state_and_reason(bench: Bench) -> None:
    bench.source.pages = {None: Permanent("it was deleted", state="not_found")}
    request, message = a_post(bench)
    bench.deliver("posts", message)
    (arrival,) = bench.store.barriers.read(request.job).records
    assert (arrival.state, arrival.reason) == ("not_found", "it was deleted")
    assert snapshot(bench, request).fetched_at == "2026-11-21T20:00:00Z"


def test_what_may_succeed_later_is_raised_and_nothing_is_taken(bench: Bench) -> None:
    bench.source.pages = {None: Transient("connection reset")}
    request, message = a_post(bench)
    with pytest.raises(Transient):
        fetch(bench.services, Delivery(message))
    assert bench.store.snapshots.find(request.job, 0) is None
    assert not bench.queues.sent


def test_a_repeat_announces_the_snapshot_and_does_not_fetch(bench: Bench) -> None:
    bench.source.pages = {None: page("a", "b", "c", note="cut, so it is not in the cache")}
    request, message = a_post(bench)
    bench.deliver("posts", message)
    bench.take("comments")
    before = snapshot(bench, request)
    bench.source.pages = {None: page("changed meanwhile")}
    bench.deliver("posts", message, count=2)
    assert bench.source.asked == [None]
    assert snapshot(bench, request) == before
    assert [chunk.again for chunk, _ in bench.take("comments")] == [True, True]


def test_a_first_delivery_does_not_look_for_a_snapshot() -> None:
    blobs = CountingBlobs()
    bench = Bench(jobs=blobs)
    bench.source.pages = {None: page("a")}
    request, message = a_post(bench)
    blobs.reads.clear()
    bench.deliver("posts", message)
    assert names.snapshot(request.job, 0) not in blobs.reads
    assert names.attempt(request.job, 0) not in blobs.reads


def test_of_two_fetchers_the_one_that_comes_second_to_a_page_stops(bench: Bench) -> None:
    request, message = a_post(bench)
    bench.source.pages = {None: page("a", cursor="2"), "2": page("b")}

    def meanwhile() -> None:
        bench.source.before = lambda: None
        bench.deliver("posts", message)
        bench.source.pages[None] = page("x", cursor="2")

    bench.source.before = meanwhile
    bench.deliver("posts", message)
    (only,) = bench.take("comments")
    assert only[0].chunk == 0
    (chunk,) = snapshot(bench, request).chunks
    assert chunk.comments == 2


@pytest.mark.parametrize("why", ["cancelled", "deleted"])
def test_for_a_stopped_job_no_platform_is_asked(bench: Bench, why: str) -> None:
    request, message = a_post(bench)
    bench.store.stops.write(msgspec.convert({"why": why, "at": NOW}, Stop), request.job)
    bench.deliver("posts", message)
    assert bench.source.asked == []
    assert not bench.queues.sent


def test_an_upload_that_is_deleted_meanwhile_is_asked_of_no_source() -> None:
    """The tombstone is written after the fetch has looked for a stop; the snapshot goes first."""
    jobs = TombstoneMeanwhileBlobs()
    bench = Bench(jobs=jobs)
    request = bench.submit(uploads=[upload(2)])
    jobs.remove(names.snapshot(request.job, 0))
    bench.deliver("posts", bench.one("posts")[0])
    assert bench.source.asked == []
    assert names.failure(request.job, 0) not in jobs.names("")


def test_a_row_that_is_no_post_cannot_be_fetched(bench: Bench) -> None:
    request = bench.submit("nonsense", URL.format(1))
    message = Message(job=request.job, posts=1, deadline=NOW, post=0)
    with pytest.raises(Transient, match=f"row 1 of job {request.job} is no post"):
        fetch(bench.services, Delivery(message))


def test_the_row_of_a_post_is_on_its_page(bench: Bench) -> None:
    urls = [URL.format(number + 1) for number in range(150)]
    bench.source.pages = {None: page("a")}
    request = bench.submit(*urls)
    message = Message(job=request.job, posts=150, deadline=request.deadline, post=120)
    bench.deliver("posts", message)
    assert snapshot(bench, request, 120).row == 121
    fetched = PostRef(platform="hackernews", id="121")
    entry = cache_name(fetched, Want(), "me")
    assert bench.cache.names("") == [entry, names.cache_use(entry, request.job)]


def test_pages_that_were_kept_count_when_the_platform_says_later_than_the_deadline(
    bench: Bench,
) -> None:
    request = bench.submit(URL.format(1))
    bench.source.pages = {
        None: page("a", "b", cursor="2"),
        "2": Delayed("quota used up", request.deadline),
    }
    bench.drain()
    taken = bench.store.snapshots.read(request.job, 0)
    assert (taken.state, taken.fetched) == ("partial", 2)
    assert taken.reason.startswith("reading ended early: quota used up; that is past the end")


def test_what_was_read_has_time_to_be_scored_before_the_deadline(bench: Bench) -> None:
    """A post that is put off to the last minutes would be read, and its job over before scores."""
    request = bench.submit(URL.format(1))
    last = request.deadline - TIME_TO_SCORE
    late = Delayed("later", last, platform_wide=False)
    bench.source.pages = {None: page("a", cursor="2"), "2": late}
    bench.deliver("posts", bench.one("posts")[0])
    assert bench.store.snapshots.read(request.job, 0).fetched == 1
    other = bench.submit(URL.format(2))
    bench.queues.sent.pop("comments")
    earlier = other.deadline - TIME_TO_SCORE - timedelta(seconds=1)
    bench.source.pages["2"] = Delayed("later", earlier, platform_wide=False)
    bench.deliver("posts", bench.one("posts")[0])
    assert bench.store.snapshots.find(other.job, 0) is None


def test_a_delay_past_the_deadline_fails_the_post(bench: Bench) -> None:
    request, message = a_post(bench)
    bench.source.pages = {None: Delayed("quota used up", request.deadline)}
    bench.deliver("posts", message)
    taken = snapshot(bench, request)
    assert taken.state == State.FAILED
    assert taken.reason.startswith("quota used up; that is past the end of this job")


# What an earlier job fetched


def run(bench: Bench, *urls: str, max_age: int = 60) -> Request:
    options = Options(max_age_minutes=max_age)
    accepted = submit(bench.services, Submission(owner="me", urls=urls, options=options))
    bench.drain()
    return accepted.request


def test_a_later_job_does_not_fetch_again(bench: Bench) -> None:
    bench.source.pages = {None: page("a", "b")}
    run(bench, URL.format(1))
    run(bench, URL.format(1) + "&utm_source=x")
    assert bench.source.asked == [None]
    run(bench, URL.format(1), max_age=0)
    assert bench.source.asked == [None, None]


def test_what_is_cached_is_used_while_the_platform_throttles(bench: Bench) -> None:
    bench.source.pages = {None: page("a")}
    run(bench, URL.format(1))
    bench.source.pages = {None: Delayed("slow down", bench.now + timedelta(minutes=30))}
    bench.submit(URL.format(2))
    bench.deliver("posts", bench.one("posts")[0])
    bench.take("posts")
    request, message = a_post(bench)
    bench.deliver("posts", message)
    assert snapshot(bench, request).fetched == 1


def test_an_incomplete_fetch_is_not_kept(bench: Bench) -> None:
    bench.source.pages = {None: page("a", note="cut by the platform")}
    run(bench, URL.format(1))
    assert bench.cache.names("") == []


def test_uploads_are_never_kept(bench: Bench) -> None:
    bench.submit(uploads=[upload(3)])
    bench.drain()
    assert bench.cache.names("") == []


def test_what_a_short_link_leads_to_is_kept_for_those_who_ask_by_its_own_link(
    bench: Bench,
) -> None:
    real = PostRef(platform="hackernews", id="2", url=URL.format(2))
    bench.source.pages = {None: Page(cursor="2", post=real), "2": page("a")}
    by_short_link = run(bench, URL.format(1))
    assert snapshot(bench, by_short_link).post == real
    bench.source.asked.clear()
    by_own_link = run(bench, URL.format(2))
    assert bench.source.asked == []
    assert snapshot(bench, by_own_link).post is None


# Announcing


def test_announcing_twice_sends_twice_and_forgets_no_arrival(bench: Bench) -> None:
    request, messages = bench.fetch_upload(3)
    bench.deliver("comments", messages[0])
    before = bench.store.post_barriers.read(request.job, 0, 0)
    message = Message(job=request.job, posts=1, deadline=request.deadline)
    announce_post(bench.services, message, snapshot(bench, request))
    assert len(bench.take("comments")) == 2
    assert bench.store.post_barriers.read(request.job, 0, 0) == before


def test_chunks_are_sent_as_first_attempts(bench: Bench) -> None:
    message = Message(job="j", posts=9, deadline=NOW, post=3, attempt=2, round=1, again=True)
    send_chunks(bench.services, message, range(2))
    sent = [each for each, _ in bench.take("comments")]
    assert sent == [msgspec.structs.replace(message, chunk=chunk, attempt=0) for chunk in (0, 1)]


def test_what_is_fetched_is_counted_for_its_owner_and_what_is_cached_is_not(bench: Bench) -> None:
    asked_for: list[str] = []

    def metered(source: Source, owner: str) -> Source:
        asked_for.append(owner)
        return source

    bench.services = dataclasses.replace(bench.services, metered=metered)
    bench.source.pages = {None: page("a")}
    _, message = a_post(bench)
    bench.deliver("posts", message)
    assert asked_for == ["me"]
    _, again = a_post(bench)
    bench.deliver("posts", again)
    assert asked_for == ["me"], "it came from the cache"
    assert bench.source.asked == [None]


def test_a_post_beyond_its_owners_share_waits_alone(bench: Bench) -> None:
    class UsedUp:
        platform = "hackernews"

        def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:
            raise Delayed("your share", bench.now + timedelta(hours=3), platform_wide=False)

    bench.services = dataclasses.replace(bench.services, metered=lambda *_: UsedUp())
    request, message = a_post(bench)
    bench.deliver("posts", message)
    ((sent, delay),) = bench.take("posts")
    assert (sent.attempt, delay) == (1, 3 * 3600)
    assert bench.store.throttles.find("hackernews") is None
    waiting = bench.store.progress.read(request.job).records
    assert [line.waiting for line in waiting] == ["your share"]


# Who wrote the comments


AUTHOR = "quokka.surname"


@pytest.mark.parametrize("authors", ["hashed", "none"])
def test_no_name_is_kept_in_any_blob(bench: Bench, authors: str) -> None:
    """Two pages, one of which is kept; the cache, the snapshot; an upload; and the results."""
    policy = Policy("hashed", mask=False, secret=lambda: "x" * 32)
    object.__setattr__(bench.services, "privacy", policy)
    comments = tuple(Comment(id=n, text=n, author=AUTHOR) for n in ("a", "b"))
    bench.source.pages = {
        None: Page(comments=comments[:1], cursor="2"),
        "2": Page(comments=comments[1:]),
    }
    sent = UploadedPost(id="up", comments=comments)
    options = Options(authors=authors)  # type: ignore[arg-type] # one of the two
    asked = Submission(owner="me", urls=[URL.format(1)], uploads=[sent], options=options)
    request = submit(bench.services, asked).request
    bench.drain()
    kept = b""
    for container in (bench.jobs, bench.cache, bench.results):
        kept += b"".join(container.read(name) for name in container.names(""))
    assert b'"text":"b"' in kept
    assert AUTHOR.encode() not in kept
    people = {line["author"] for line in bench.comments_jsonl(request)}
    assert len(people) == (2 if authors == "hashed" else 1), "on two platforms: two, or nobody"
    assert all(each.startswith("person-") for each in people - {""})


def test_what_one_job_fetched_no_other_owner_is_given(bench: Bench) -> None:
    bench.source.pages = {None: page("a")}
    for owner, asked in (("me", 1), ("me", 1), ("you", 2), ("you", 2)):
        submit(bench.services, Submission(owner=owner, urls=[URL.format(1)]))
        bench.drain()
        assert len(bench.source.asked) == asked
    plain = bench.services.privacy
    object.__setattr__(bench.services, "privacy", Policy("hashed", secret=lambda: "x" * 32))
    submit(bench.services, Submission(owner="me", urls=[URL.format(1)]))
    bench.drain()
    assert len(bench.source.asked) == 3, "fetched anew, for it must not show names"
    object.__setattr__(bench.services, "privacy", plain)
