"""Cancelling ends a job with what exists; deleting leaves nothing but a tombstone."""

from __future__ import annotations

from functools import partial

import pytest

from tests.undertone.pipeline.conftest import URL, Bench, page, upload
from undertone.errors import Conflict, Missing
from undertone.pipeline import names
from undertone.pipeline.deletion import FIRST_PAUSE, delete_job, sweep
from undertone.pipeline.job_records import Stop
from undertone.pipeline.messages import Message
from undertone.pipeline.reconcile import reconcile
from undertone.pipeline.stopping import cancel, delete

# Cancel


def test_a_cancelled_job_is_sent_to_its_end(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)])
    cancel(bench.services, request)
    assert bench.store.stops.find(request.job) == Stop(why="cancelled", at=bench.now, owner="me")
    message, delay = bench.one("finished")
    assert delay == 0
    assert message == Message(job=request.job, posts=1, deadline=request.deadline)


def test_cancelling_twice_is_cancelling_once(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)])
    cancel(bench.services, request)
    first = bench.store.stops.find(request.job)
    bench.drain()
    cancel(bench.services, request)  # also when it has ended
    bench.drain()
    assert bench.store.stops.find(request.job) == first
    closed = bench.store.closed.find(request.job)
    assert closed is not None
    assert closed.status == "cancelled"


def test_what_has_ended_cannot_be_cancelled(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)])
    bench.drain()
    with pytest.raises(Conflict, match=r"has ended \(completed\); there is nothing to cancel"):
        cancel(bench.services, request)
    assert bench.store.stops.find(request.job) is None
    assert not bench.queues.sent


def test_cancelling_does_not_overrule_deleting(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)])
    delete(bench.services, request)
    cancel(bench.services, request)
    assert bench.store.is_deleted(request.job)


def test_deleting_overrules_cancelling(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)])
    cancel(bench.services, request)
    delete(bench.services, request)
    assert bench.store.is_deleted(request.job)


# Delete


@pytest.mark.parametrize("moment", ["submitted", "under way", "closed"])
def test_of_a_deleted_job_only_its_tombstone_stays(bench: Bench, moment: str) -> None:
    bench.source.pages = {None: page("a", "b", "c")}
    request = bench.submit(URL.format(1), uploads=[upload(3)], key="k")
    if moment == "under way":
        for queue in ("posts", "comments"):
            for message, _ in bench.take(queue):
                bench.deliver(queue, message)
    elif moment == "closed":
        bench.drain()
    delete(bench.services, request)
    bench.drain()
    assert bench.jobs.names("") == [names.stop(request.job)]
    assert bench.results.names("") == []
    assert bench.store.stops.find(request.job) == Stop(
        why="deleted",
        at=bench.now,
        idempotency=names.idempotency("me", "k"),
        index=names.index("me", request.job),
    )
    assert bench.cache.names("") == []


def test_other_jobs_and_the_cache_stay(bench: Bench) -> None:
    bench.source.pages = {None: page("a", "b", "c")}
    kept = bench.submit(URL.format(1))
    bench.drain()
    before = bench.jobs.names(""), bench.results.names(""), bench.cache.names("")
    assert all(before)
    request = bench.submit(URL.format(1), uploads=[upload(2)])
    bench.drain()
    delete(bench.services, request)
    bench.drain()
    bench.store.stops.remove(request.job)
    assert (bench.jobs.names(""), bench.results.names(""), bench.cache.names("")) == before
    assert bench.store.request(kept.job) == kept


def test_an_older_tombstone_with_its_owner_is_swept_too(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)])
    bench.store.stops.write(Stop(why="deleted", at=bench.now, owner="me"), request.job)
    sweep(bench.services, request.job)
    assert bench.jobs.names("index/") == []


def test_work_under_way_ends_quietly(bench: Bench) -> None:
    request, messages = bench.fetch_upload(5)
    delete(bench.services, request)
    bench.drain()
    for message in messages:
        bench.deliver("comments", message)
    assert not bench.queues.sent
    assert bench.results.names("") == []


def test_deleting_frees_the_key(bench: Bench) -> None:
    request = bench.submit(URL.format(1), key="k")
    act = partial(delete, bench.services, request)
    act()
    act()
    assert names.idempotency("me", "k") not in bench.jobs.names("idempotency/")
    assert bench.submit(URL.format(1), key="k").job != request.job


def test_a_job_is_deleted_without_its_request(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)], key="k")
    bench.jobs.remove(names.request(request.job))
    index = names.index("me", request.job)
    delete_job(bench.services, request.job, index, request.idempotency)
    bench.drain()
    assert bench.jobs.names("") == [names.stop(request.job)]


def test_a_deletion_that_was_interrupted_is_ended_by_reconcile(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)], key="k")
    stop = Stop(why="deleted", at=bench.now, owner="me", idempotency=request.idempotency)
    bench.store.stops.write(stop, request.job)  # it died before it removed anything
    bench.now += FIRST_PAUSE
    bench.queues.sent.clear()
    reconcile(bench.services)
    bench.drain()
    assert bench.jobs.names("") == [names.stop(request.job)]


def test_the_key_of_a_job_that_took_it_over_stays(bench: Bench) -> None:
    request = bench.submit(URL.format(1), key="k")
    bench.store.stops.write(Stop(why="deleted", at=bench.now, owner="me"), request.job)
    heir = bench.submit(URL.format(1), key="k")
    stop = Stop(why="deleted", at=bench.now, owner="me", idempotency=request.idempotency)
    bench.store.stops.write(stop, request.job)
    sweep(bench.services, request.job)
    assert bench.submit(URL.format(1), key="k").job == heir.job
    with pytest.raises(Missing):
        bench.store.request(request.job)
