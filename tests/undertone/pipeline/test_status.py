"""How far a job is, from no more bytes than are new."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from tests.undertone.pipeline.conftest import URL, Bench, page, upload
from undertone.errors import Delayed, Missing
from undertone.pipeline import names
from undertone.pipeline.job_records import Request
from undertone.pipeline.status import MAX_WATCHED, Counts, Status, Watches, read_status
from undertone.pipeline.stopping import cancel, delete
from undertone.storage.memory import MemoryBlobs


@dataclass
class Counting(MemoryBlobs):
    """Counts the bytes that range reads bring."""

    brought: list[int] = field(default_factory=list)

    def read_range(self, name: str, start: int, length: int | None = None) -> bytes:
        data = super().read_range(name, start, length)
        self.brought.append(len(data))
        return data


def ask(bench: Bench, request: Request, watches: Watches | None = None) -> Status:
    return read_status(bench.services, watches or Watches(), request)


def test_from_queued_to_completed(bench: Bench) -> None:
    bench.source.pages = {None: page("a", "b", "c", "d", "e")}
    request = bench.submit(URL.format(1), "nonsense", uploads=[upload(2)])
    found = ask(bench, request)
    assert (found.status, found.posts) == ("queued", Counts(total=2, done=0, failed=0))
    assert (found.comments, found.eta_seconds) == (Counts(total=0, done=0, failed=0), None)

    for message, _ in bench.take("posts"):
        bench.deliver("posts", message)
    found = ask(bench, request)
    assert (found.status, found.comments) == ("running", Counts(total=7, done=0, failed=0))

    bench.now += timedelta(seconds=10)
    (first, _), *others = bench.take("comments")
    bench.deliver("comments", first)
    found = ask(bench, request)
    assert found.comments == Counts(total=7, done=2, failed=0)
    assert found.eta_seconds == 25, "2 comments in 10 s, so 5 more in 25 s"

    for message, _ in others:
        bench.deliver("comments", message)
    bench.drain()
    found = ask(bench, request)
    assert (found.status, found.eta_seconds) == ("completed_with_errors", 0)
    assert found.posts == Counts(total=2, done=2, failed=0)
    assert found.comments == Counts(total=7, done=7, failed=0)
    assert (found.models, found.notes) == (["fair@1"], [])
    assert found.completed_at == bench.now


def test_asking_again_reads_only_what_grew() -> None:
    counting = Counting()
    bench = Bench(jobs=counting)
    request = bench.submit(uploads=[upload(2, f"up {n}") for n in range(50)])
    watches = Watches()
    for message, _ in bench.take("posts"):
        bench.deliver("posts", message)
    ask(bench, request, watches)
    assert sum(counting.brought) == len(counting.read(names.progress(request.job)))

    counting.brought.clear()
    ask(bench, request, watches)
    assert counting.brought == [0, 0]

    bench.deliver("comments", bench.take("comments")[0][0])
    counting.brought.clear()
    ask(bench, request, watches)
    assert counting.brought == [len(counting.read(names.barrier(request.job))), 0]


def test_a_post_that_waits_is_shown_until_it_goes_on(bench: Bench) -> None:
    until = bench.now + timedelta(minutes=5)
    bench.source.pages = {None: Delayed("slow down", until)}
    request, watches = bench.submit(URL.format(1), URL.format(2)), Watches()
    for message, _ in bench.take("posts"):
        bench.deliver("posts", message)
    (wait,) = ask(bench, request, watches).waiting
    assert (wait.reason, wait.until, wait.posts) == ("slow down", "2026-11-21T20:05:00Z", 2)
    bench.now = until
    assert ask(bench, request, watches).waiting == []
    bench.source.pages = {None: page("a")}
    for message, _ in bench.take("posts"):
        bench.deliver("posts", message)
    bench.now -= timedelta(minutes=1)
    assert ask(bench, request, watches).waiting == [], "it has been fetched meanwhile"


def test_two_model_revisions_in_a_job_are_shown(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(1, "a"), upload(1, "b"), upload(1, "c")])
    for message, _ in bench.take("posts"):
        bench.deliver("posts", message)
    first, second, _ = (message for message, _ in bench.take("comments"))
    bench.deliver("comments", first)
    bench.analyzer.model = "fair@2"
    bench.deliver("comments", second)
    found = ask(bench, request)
    assert found.models == ["fair@1", "fair@2"]
    assert "2 model revisions (fair@1, fair@2)" in found.notes[0]


def test_a_cancelled_job(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(1)])
    cancel(bench.services, request)
    bench.drain()
    found = ask(bench, request)
    assert (found.status, found.posts.failed) == ("cancelled", 1)


def test_a_job_that_is_gone_is_missing(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(1)])
    delete(bench.services, request)
    bench.drain()
    with pytest.raises(Missing):
        ask(bench, request)


def test_only_so_many_jobs_are_kept() -> None:
    watches = Watches()
    first = watches.of("first")
    assert watches.of("first") is first
    for number in range(MAX_WATCHED):
        watches.of(str(number))
    assert watches.of("first") is not first
