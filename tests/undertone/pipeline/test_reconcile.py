"""Every job ends, and every deletion is complete."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import override

import msgspec
import pytest

from tests.undertone.pipeline.conftest import URL, Bench, page, upload
from undertone.errors import Conflict
from undertone.pipeline import names
from undertone.pipeline.aggregate import aggregate
from undertone.pipeline.job_records import LIFETIME, OpenMarker, Request
from undertone.pipeline.messages import Delivery, Message
from undertone.pipeline.reconcile import ABANDONED, TOMBSTONE_LIFE, reconcile
from undertone.pipeline.stalls import STALLED
from undertone.pipeline.stopping import cancel, delete
from undertone.storage.memory import MemoryBlobs

MINUTE = timedelta(minutes=1)


def look(bench: Bench, after: timedelta = timedelta()) -> None:
    bench.now += after
    reconcile(bench.services)


def test_a_job_that_goes_on_is_left_alone(bench: Bench) -> None:
    bench.submit(uploads=[upload(2)])
    bench.take("posts")
    for _ in range(2):
        look(bench, STALLED - MINUTE)
    assert not bench.queues.sent


def test_a_stalled_job_gets_sent_again_what_is_missing(bench: Bench) -> None:
    bench.source.pages = {None: page("a")}
    request = bench.submit(URL.format(1), URL.format(2))
    (first, _), _lost = bench.take("posts")
    bench.deliver("posts", first)
    bench.deliver("comments", bench.one("comments")[0])
    look(bench)
    look(bench, STALLED)
    message, _ = bench.one("jobs")
    assert (message.page, message.again) == (0, True)
    bench.deliver("jobs", message)
    assert [sent.post for sent, _ in bench.waiting("posts")] == [1]
    bench.drain()
    assert bench.store.closed.find(request.job) is not None


def test_progress_puts_off_the_stall(bench: Bench) -> None:
    bench.submit(uploads=[upload(2, "a"), upload(2, "b")])
    posts = [message for message, _ in bench.take("posts")]
    look(bench)
    bench.deliver("posts", posts[0])
    bench.take("comments")
    look(bench, STALLED)
    assert not bench.queues.sent
    look(bench, STALLED)
    assert bench.one("jobs")


def test_a_stall_is_dealt_with_once_a_while(bench: Bench) -> None:
    bench.submit(uploads=[upload(2)])
    bench.take("posts")
    look(bench)
    look(bench, STALLED)
    assert len(bench.take("jobs")) == 1
    look(bench, MINUTE)
    assert not bench.queues.sent
    look(bench, 2 * STALLED)
    assert len(bench.take("jobs")) == 1


def test_a_complete_job_that_did_not_fire_is_fired(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)])
    bench.deliver("posts", bench.one("posts")[0])
    bench.deliver("comments", bench.one("comments")[0])
    bench.queues.sent.clear()
    look(bench)
    bench.drain()
    assert bench.store.closed.find(request.job) is not None
    assert bench.jobs.names(names.OPEN) == []


def test_at_its_deadline_a_job_is_closed_with_what_there_is(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2, "a"), upload(5, "b")])
    for message, _ in bench.take("posts"):
        bench.deliver("posts", message)
    bench.deliver("comments", bench.take("comments")[0][0])
    look(bench, LIFETIME - MINUTE)
    assert not bench.take("finished")
    bench.queues.sent.clear()
    look(bench, MINUTE)
    bench.drain()
    closed = bench.store.closed.find(request.job)
    assert closed is not None
    assert closed.states == {"ok": 1, "failed": 1}
    assert (closed.comments, closed.unscored) == (7, 5)


def test_a_cancelled_job_whose_message_was_lost_is_closed(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)])
    cancel(bench.services, request)
    bench.queues.sent.clear()
    look(bench)
    bench.drain()
    closed = bench.store.closed.find(request.job)
    assert closed is not None
    assert closed.status == "cancelled"


def test_what_was_never_written_whole_is_removed(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)], key="k")
    bench.queues.sent.clear()
    bench.jobs.remove(names.request(request.job))
    look(bench, ABANDONED - MINUTE)
    assert bench.jobs.names(names.job_prefix(request.job))
    look(bench, MINUTE)
    assert bench.jobs.names("") == [names.stop(request.job)]


class Interrupted(MemoryBlobs):
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


def test_of_a_late_client_and_upkeep_that_gives_its_job_up_the_client_is_told() -> None:
    jobs = Interrupted()
    bench = Bench(jobs=jobs)
    jobs.meanwhile = lambda: look(bench, ABANDONED)
    with pytest.raises(Conflict, match="try again"):
        bench.submit(uploads=[upload(2)], key="k")
    assert not bench.queues.sent
    again = bench.submit(uploads=[upload(2)], key="k")
    bench.drain()
    assert bench.store.closed.find(again.job) is not None
    look(bench)
    left = bench.jobs.names("")
    assert all(again.job in name or name.startswith((names.STOPS, "idem")) for name in left), left


def test_a_job_whose_request_comes_just_before_it_is_given_up_goes_on() -> None:
    jobs = Interrupted()
    bench = Bench(jobs=jobs)
    request = bench.submit(uploads=[upload(2)], key="k")
    made = jobs.read(names.request(request.job))
    jobs.remove(names.request(request.job))
    jobs.meanwhile = lambda: jobs.create(names.request(request.job), made)
    look(bench, ABANDONED)
    bench.drain()
    assert bench.store.closed.find(request.job) is not None


def test_giving_up_that_was_interrupted_is_ended_by_the_next_round() -> None:
    jobs = Interrupted()
    bench = Bench(jobs=jobs)
    request = bench.submit(uploads=[upload(2)], key="k")
    abandoned = msgspec.structs.replace(request, abandoned=True)
    jobs.write(names.request(request.job), msgspec.json.encode(abandoned))
    look(bench, ABANDONED)
    assert bench.jobs.names("") == [names.stop(request.job)]


def test_an_unused_id_that_is_given_up_leaves_nothing() -> None:
    jobs = Interrupted()
    bench = Bench(jobs=jobs)
    request = bench.submit(uploads=[upload(2)], key="k")
    bench.drain()

    killings: list[str] = []

    def upkeep_that_is_killed() -> None:
        def killed() -> None:
            killings.append("before the tombstone")
            raise MemoryError

        jobs.before, jobs.meanwhile = names.STOPS, killed
        with pytest.raises(ExceptionGroup):
            look(bench, ABANDONED)

    jobs.before, jobs.meanwhile = names.idempotency("me", "k"), upkeep_that_is_killed
    assert bench.submit(uploads=[upload(2)], key="k").job == request.job
    assert killings == ["before the tombstone"]
    bench.drain()
    look(bench)
    look(bench)
    strange = [name for name in jobs.names("") if not name.startswith((names.STOPS, "idem"))]
    assert all(request.job in name for name in strange), strange


def test_what_late_work_writes_for_a_deleted_job_is_swept(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)])
    delete(bench.services, request)
    bench.results.stage(names.comments_csv(request.job), "01", b"late")
    bench.jobs.write(names.snapshot(request.job, 0), b"{}")
    look(bench)
    assert bench.results.names("") == []
    assert bench.jobs.names("") == [names.stop(request.job)]


def test_a_tombstone_outlives_every_message_and_then_goes(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)])
    delete(bench.services, request)
    look(bench, TOMBSTONE_LIFE - MINUTE)
    assert bench.store.stops.find(request.job) is not None
    look(bench, MINUTE)
    assert bench.jobs.names("") == []
    assert timedelta(days=7) < TOMBSTONE_LIFE


def test_a_job_that_cannot_be_looked_after_keeps_none_from_it(bench: Bench) -> None:
    broken, sound = bench.submit(uploads=[upload(2)]), bench.submit(uploads=[upload(2)])
    bench.jobs.write(names.request(broken.job), b"no JSON")
    cancel(bench.services, sound)
    bench.queues.sent.clear()
    with pytest.raises(ExceptionGroup, match="reconciling some jobs failed"):
        look(bench)
    assert bench.one("finished")[0].job == sound.job


def test_an_open_marker_without_a_job_is_kept_for_the_client_that_repeats(bench: Bench) -> None:
    job = names.new_job_id(bench.now, lambda _: 0)
    bench.jobs.create(names.open_marker(job), msgspec.json.encode(OpenMarker(owner="me")))
    look(bench)
    assert bench.jobs.names("") == [names.open_marker(job)]


def test_an_early_end_closes_nothing(bench: Bench) -> None:
    request: Request = bench.submit(uploads=[upload(2)])
    message = Message(job=request.job, posts=request.posts, deadline=request.deadline)
    aggregate(bench.services, Delivery(message))
    assert bench.store.closed.find(request.job) is None
    assert bench.results.names("") == []
