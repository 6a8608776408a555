"""Collections: texts that come one by one, in one job a window, whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.undertone.pipeline import insightful as facts
from undertone.errors import NotFound, TooMany, Transient
from undertone.insights.asked import Insights
from undertone.pipeline import names, streams
from undertone.pipeline.job_records import Request
from undertone.pipeline.messages import Message
from undertone.pipeline.stream_data import MOST_BYTES
from undertone.pipeline.streams import (
    WINDOW,
    add_texts,
    delete_collection,
    find_collection,
    put_collection,
)
from undertone.pipeline.submit import Submission, submit
from undertone.ports import NewJob
from undertone.privacy.policy import Policy
from undertone.records import Comment, UploadedPost

NAME = "shop"


def text(name: str, words: str = "snow for Ilo", readers: int = 1) -> Comment:
    return Comment(id=name, text=words, readers=readers)


@pytest.fixture
def stream() -> facts.Insightful:
    bench = facts.Insightful()
    put_collection(bench.services, "me", NAME, facts.ASKED)
    return bench


def jobs_of(bench: facts.Insightful) -> list[Request]:
    """Of the windows, oldest first."""
    _, window = find_collection(bench.services, "me", NAME)
    made = [window.job, *window.jobs] if window.job else list(window.jobs)
    return [bench.store.request(job) for job in reversed(made)]


def ids_of(bench: facts.Insightful, request: Request) -> list[str]:
    return [line["comment_id"] for line in bench.comments_jsonl(request)]


def test_texts_of_a_window_are_one_job_with_facts(stream: facts.Insightful, tmp_path: Path) -> None:
    add_texts(stream.services, "me", NAME, [text("a"), text("b", " ")])
    stream.now += timedelta(minutes=1)
    add_texts(stream.services, "me", NAME, [text("c", readers=5)])
    assert not jobs_of(stream)
    stream.drain()
    (request,) = jobs_of(stream)
    assert ids_of(stream, request) == ["a", "b", "c"]
    made = stream.store.facts.read(request.job)
    assert (made.comments, made.empty) == (2, 1)
    top = facts.table(stream, request, tmp_path, "top_entities_by_readers")
    assert top == [(1, "Ilo", 6, 2)]


def test_the_next_texts_are_the_next_window(stream: facts.Insightful) -> None:
    add_texts(stream.services, "me", NAME, [text("a")])
    stream.drain()
    add_texts(stream.services, "me", NAME, [text("b"), text("b", "again")])
    stream.drain()
    first, second = jobs_of(stream)
    assert ids_of(stream, first) == ["a"]
    assert ids_of(stream, second) == ["b"]
    assert stream.comments_jsonl(second)[0]["text"] == "again", "the last one counts"
    assert second.created_at - first.created_at >= WINDOW


def test_a_message_that_comes_again_makes_no_second_job(stream: facts.Insightful) -> None:
    add_texts(stream.services, "me", NAME, [text("a")])
    (message, _), *_ = stream.waiting("windows")
    stream.drain()
    for _ in range(3):
        stream.deliver("windows", message, count=2)
        stream.drain()
    assert len(jobs_of(stream)) == 1


def test_a_window_that_is_too_full_goes_on_in_the_next(stream: facts.Insightful) -> None:
    many = [[text(f"{batch}-{n}") for n in range(600)] for batch in range(170)]
    for batch in many:
        add_texts(stream.services, "me", NAME, batch)
    message, _ = stream.take("windows")[0]
    for _ in range(4):
        stream.now += timedelta(seconds=1)
        stream.deliver("windows", message)
    stream.take("windows")
    assert [request.name for request in jobs_of(stream)] == ["shop 1", "shop 2"]
    fetched = [stream.store.snapshots.read(one.job, 0).fetched for one in jobs_of(stream)]
    assert sum(fetched) == 170 * 600
    assert max(fetched) <= streams.MOST_TEXTS


def _writes() -> int:
    bench = facts.Clumsy()
    put_collection(bench.services, "me", NAME, facts.ASKED)
    add_texts(bench.services, "me", NAME, [text("a")])
    begun = bench.writes
    _drain(bench)
    return bench.writes - begun


def _drain(bench: facts.Clumsy) -> None:
    bench.now += WINDOW
    bench.drain_delivering_again()


@pytest.mark.slow
def test_no_more_bytes_are_read_at_once_than_a_page_has(stream: facts.Insightful) -> None:
    large = "snow " * (MOST_BYTES // 15)
    for name in ("a", "b", "c", "d", "e"):
        add_texts(stream.services, "me", NAME, [text(name, large)])
    stream.drain()
    stream.now += WINDOW
    stream.drain()
    found = [ids_of(stream, request) for request in jobs_of(stream)]
    assert [name for ids in found for name in ids] == ["a", "b", "c", "d", "e"]
    assert max(len(ids) for ids in found) == 2


@pytest.mark.parametrize("error", [facts.Crash(), Transient("storage is busy")])
def test_a_crash_at_any_write_loses_no_text_and_repeats_none(error: BaseException) -> None:
    for at in range(1, _writes() + 1):
        bench = facts.Clumsy(error=error)
        put_collection(bench.services, "me", NAME, facts.ASKED)
        add_texts(bench.services, "me", NAME, [text("a"), text("b")])
        bench.at = bench.writes + at
        _drain(bench)
        add_texts(bench.services, "me", NAME, [text("c")])
        _drain(bench)
        for request in jobs_of(bench):
            facts.reconcile_until_done(bench, request)
        found = [name for request in jobs_of(bench) for name in ids_of(bench, request)]
        assert found == ["a", "b", "c"], f"write {at}"


@pytest.fixture
def removed(stream: facts.Insightful) -> Message:
    """The message of a collection that has been removed."""
    add_texts(stream.services, "me", NAME, [text("a")])
    message, _ = stream.take("windows")[0]
    delete_collection(stream.services, "me", NAME)
    return message


def test_a_removed_collection_leaves_nothing(stream: facts.Insightful, removed: Message) -> None:
    assert stream.jobs.names(names.COLLECTIONS) == []
    stream.deliver("windows", removed)
    assert stream.jobs.names("") == []
    with pytest.raises(NotFound, match="PUT"):
        add_texts(stream.services, "me", NAME, [text("a")])


def test_a_window_that_failed_every_try_is_tried_again(stream: facts.Insightful) -> None:
    add_texts(stream.services, "me", NAME, [text("a")])
    message, _ = stream.take("windows")[0]
    stream.deliver("windows-poison", message)
    again, delay = stream.one("windows")
    assert delay == streams.RETRY.total_seconds()
    stream.deliver("windows", again)
    stream.drain()
    assert [ids_of(stream, request) for request in jobs_of(stream)] == [["a"]]
    delete_collection(stream.services, "me", NAME)
    stream.deliver("windows-poison", message)
    assert not stream.queues.sent


def test_a_collection_is_its_owners_alone(stream: facts.Insightful) -> None:
    for act in (find_collection, delete_collection):
        with pytest.raises(NotFound):
            act(stream.services, "you", NAME)


def test_what_is_asked_may_change_from_window_to_window(stream: facts.Insightful) -> None:
    add_texts(stream.services, "me", NAME, [text("a")])
    stream.drain()
    put_collection(stream.services, "me", NAME, Insights())
    add_texts(stream.services, "me", NAME, [text("b")])
    stream.drain()
    first, second = (stream.store.insights.read(one.job).insights for one in jobs_of(stream))
    assert first.entities
    assert not second.entities


# Whose texts they are


def secret() -> str:
    return "x" * 32


def author_of(bench: facts.Insightful, request: Request) -> str:
    (line,) = bench.comments_jsonl(request)
    author: str = line["author"]
    return author


def uploaded(bench: facts.Insightful, comment: Comment) -> Request:
    """A job that gets the text at once."""
    post = UploadedPost(id="p", comments=(comment,))
    bench.now += timedelta(seconds=1)
    bench.services = replace(bench.services, randbits=lambda _: 8)
    return submit(bench.services, Submission(owner="me", uploads=[post])).request


def test_authors_are_hashed_before_anything_is_stored(stream: facts.Insightful) -> None:
    stream.services = replace(stream.services, privacy=Policy("hashed", secret=secret))
    written = Comment(id="1", text="snow for Ilo", author="qu0kka")
    add_texts(stream.services, "me", NAME, [written])
    assert not any(b"qu0kka" in stream.jobs.read(name) for name in stream.jobs.names(""))
    stream.drain()
    (request,) = jobs_of(stream)
    other = uploaded(stream, written)
    stream.drain()
    assert author_of(stream, request).startswith("person-")
    assert author_of(stream, request) == author_of(stream, other), "hashed once"


def test_texts_from_before_the_deployment_hashed_are_hashed_in_their_job(
    stream: facts.Insightful,
) -> None:
    add_texts(stream.services, "me", NAME, [Comment(id="1", text="snow", author="qu0kka")])
    stream.services = replace(stream.services, privacy=Policy("hashed", secret=secret))
    stream.drain()
    (request,) = jobs_of(stream)
    assert author_of(stream, request).startswith("person-")


@dataclass
class Doorkeeper:
    """Lets nobody in before a moment."""

    bench: facts.Insightful
    opens: Callable[[], bool]

    def admit(self, job: NewJob) -> None:
        assert job.owner == "me"
        if not self.opens():
            raise TooMany("enough", retry_after=90)


def test_a_window_waits_while_its_owner_has_too_many_jobs(stream: facts.Insightful) -> None:
    opening = stream.now + timedelta(minutes=20)
    keeper = Doorkeeper(stream, lambda: stream.now >= opening)
    stream.services = replace(stream.services, admission=keeper)
    add_texts(stream.services, "me", NAME, [text("a"), text("b")])
    stream.drain()
    (request,) = jobs_of(stream)
    assert ids_of(stream, request) == ["a", "b"]
    assert timedelta(0) <= request.created_at - opening < timedelta(seconds=90)
