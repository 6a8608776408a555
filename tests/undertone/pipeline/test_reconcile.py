"""Every job ends, and every deletion is complete."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.undertone.pipeline.conftest import URL, Bench, InterruptedBlobs, page, upload
from undertone.pipeline import names
from undertone.pipeline.job_records import LIFETIME, OpenMarker
from undertone.pipeline.reconcile import ABANDONED, reconcile
from undertone.pipeline.stalls import STALLED
from undertone.pipeline.stopping import cancel

MINUTE = timedelta(minutes=1)


def run_reconcile(bench: Bench, after: timedelta = timedelta()) -> None:
    bench.now += after
    reconcile(bench.services)


def test_a_job_that_goes_on_is_left_alone(bench: Bench) -> None:
    bench.submit(uploads=[upload(2)])
    bench.take("posts")
    for _ in range(2):
        run_reconcile(bench, STALLED - MINUTE)
    assert not bench.queues.sent


def test_a_stalled_job_gets_sent_again_what_is_missing(bench: Bench) -> None:
    bench.source.pages = {None: page("a")}
    request = bench.submit(URL.format(1), URL.format(2))
    (first, _), _lost = bench.take("posts")
    bench.deliver("posts", first)
    bench.deliver("comments", bench.one("comments")[0])
    run_reconcile(bench)
    run_reconcile(bench, STALLED)
    message, _ = bench.one("jobs")
    assert (message.page, message.again) == (0, True)
    bench.deliver("jobs", message)
    assert [sent.post for sent, _ in bench.waiting("posts")] == [1]
    bench.drain()
    assert bench.store.closed.find(request.job) is not None


def test_progress_puts_off_the_stall(bench: Bench) -> None:
    bench.submit(uploads=[upload(2, "a"), upload(2, "b")])
    posts = [message for message, _ in bench.take("posts")]
    run_reconcile(bench)
    bench.deliver("posts", posts[0])
    bench.take("comments")
    run_reconcile(bench, STALLED)
    assert not bench.queues.sent
    run_reconcile(bench, STALLED)
    assert bench.one("jobs")


def test_a_stall_is_dealt_with_once_a_while(bench: Bench) -> None:
    bench.submit(uploads=[upload(2)])
    bench.take("posts")
    run_reconcile(bench)
    run_reconcile(bench, STALLED)
    assert len(bench.take("jobs")) == 1
    run_reconcile(bench, MINUTE)
    assert not bench.queues.sent
    run_reconcile(bench, 2 * STALLED)
    assert len(bench.take("jobs")) == 1


def test_a_complete_job_that_did_not_fire_is_fired(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)])
    bench.deliver("posts", bench.one("posts")[0])
    bench.deliver("comments", bench.one("comments")[0])
    bench.queues.sent.clear()
    run_reconcile(bench)
    bench.drain()
    assert bench.store.closed.find(request.job) is not None
    assert bench.jobs.names(names.OPEN) == []


def test_at_its_deadline_a_job_is_closed_with_what_there_is(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2, "a"), upload(5, "b")])
    for message, _ in bench.take("posts"):
        bench.deliver("posts", message)
    bench.deliver("comments", bench.take("comments")[0][0])
    run_reconcile(bench, LIFETIME - MINUTE)
    assert not bench.take("finished")
    bench.queues.sent.clear()
    run_reconcile(bench, MINUTE)
    bench.drain()
    closed = bench.store.closed.find(request.job)
    assert closed is not None
    assert closed.states == {"ok": 1, "failed": 1}
    assert (closed.comments, closed.unscored) == (7, 5)


def test_a_cancelled_job_whose_message_was_lost_is_closed(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)])
    cancel(bench.services, request)
    bench.queues.sent.clear()
    run_reconcile(bench)
    bench.drain()
    closed = bench.store.closed.find(request.job)
    assert closed is not None
    assert closed.status == "cancelled"


def test_what_was_never_written_whole_is_removed(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)], key="k")
    bench.queues.sent.clear()
    bench.jobs.remove(names.request(request.job))
    run_reconcile(bench, ABANDONED - MINUTE)
    assert bench.jobs.names(names.job_prefix(request.job))
    run_reconcile(bench, MINUTE)
    bench.drain()
    assert bench.jobs.names("") == [names.stop(request.job)]


def test_a_job_whose_request_comes_just_before_it_is_given_up_goes_on() -> None:
    jobs = InterruptedBlobs()
    bench = Bench(jobs=jobs)
    request = bench.submit(uploads=[upload(2)], key="k")
    made = jobs.read(names.request(request.job))
    jobs.remove(names.request(request.job))
    jobs.meanwhile = lambda: jobs.create(names.request(request.job), made)
    run_reconcile(bench, ABANDONED)
    bench.drain()
    assert bench.store.closed.find(request.job) is not None


def test_giving_up_that_was_interrupted_is_ended_by_the_next_round() -> None:
    jobs = InterruptedBlobs()
    bench = Bench(jobs=jobs)
    request = bench.submit(uploads=[upload(2)], key="k")
    abandoned = msgspec.structs.replace(request, abandoned=True)
    jobs.write(names.request(request.job), msgspec.json.encode(abandoned))
    run_reconcile(bench, ABANDONED)
    bench.drain()
    assert bench.jobs.names("") == [names.stop(request.job)]


def test_a_job_that_cannot_be_looked_after_keeps_none_from_it(bench: Bench) -> None:
    broken, sound = bench.submit(uploads=[upload(2)]), bench.submit(uploads=[upload(2)])
    bench.jobs.write(names.request(broken.job), b"no JSON")
    cancel(bench.services, sound)
    bench.queues.sent.clear()
    with pytest.raises(ExceptionGroup, match="reconciling some jobs failed"):
        run_reconcile(bench)
    assert bench.one("finished")[0].job == sound.job


def test_an_open_marker_without_a_job_is_kept_for_the_client_that_repeats(bench: Bench) -> None:
    job = names.new_job_id(bench.now, lambda _: 0)
    bench.jobs.create(names.open_marker(job), msgspec.json.encode(OpenMarker(owner="me")))
    run_reconcile(bench)
    assert bench.jobs.names("") == [names.open_marker(job)]
