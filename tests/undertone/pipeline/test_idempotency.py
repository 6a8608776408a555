"""Idempotency-Keys: one job a key and body."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import msgspec
import pytest

from tests.undertone.pipeline.conftest import NOW, URL, Bench, store_over, upload
from undertone.errors import Conflict, Rejected
from undertone.pipeline import names
from undertone.pipeline.idempotency import bind_key, release_key
from undertone.pipeline.job_records import KeyBinding, Stop
from undertone.pipeline.stopping import delete
from undertone.pipeline.store import JobStore
from undertone.pipeline.submit import Submission, submit
from undertone.storage.memory import MemoryBlobs

KEY = names.idempotency("me", "key")


def delete_job(store: JobStore, job: str) -> None:
    store.stops.write(Stop(why="deleted", at=NOW), job)


def test_a_key_is_bound_once() -> None:
    store = store_over(MemoryBlobs())
    assert bind_key(store, KEY, KeyBinding(job="one", body="b")) == "one"
    assert bind_key(store, KEY, KeyBinding(job="two", body="b")) == "one"


def test_of_many_at_once_all_get_the_same_job() -> None:
    store = store_over(MemoryBlobs())
    with ThreadPoolExecutor(8) as pool:
        got = set(
            pool.map(lambda n: bind_key(store, KEY, KeyBinding(job=str(n), body="b")), range(40))
        )
    assert len(got) == 1


def test_another_body_is_refused() -> None:
    store = store_over(MemoryBlobs())
    bind_key(store, KEY, KeyBinding(job="one", body="b"))
    with pytest.raises(Rejected, match=r"made job one from another body; use a new key"):
        bind_key(store, KEY, KeyBinding(job="two", body="c"))


def test_the_key_of_a_deleted_job_is_free_for_one() -> None:
    store = store_over(MemoryBlobs())
    bind_key(store, KEY, KeyBinding(job="one", body="b"))
    delete_job(store, "one")
    assert bind_key(store, KEY, KeyBinding(job="two", body="c")) == "two"
    release_key(store, KEY, "one")
    assert bind_key(store, KEY, KeyBinding(job="three", body="c")) == "two"
    release_key(store, KEY, "two")
    assert store.jobs.names("") == [names.stop("one")]
    release_key(store, KEY, "two")


def test_a_key_that_is_taken_over_while_one_looks_is_a_conflict() -> None:
    class Overtaken(MemoryBlobs):
        def replace(self, name: str, data: bytes, etag: str) -> bool:
            self.write(name, msgspec.json.encode(KeyBinding(job="other", body="b")))
            return super().replace(name, data, etag)

    store = store_over(Overtaken())
    bind_key(store, KEY, KeyBinding(job="one", body="b"))
    delete_job(store, "one")
    with pytest.raises(Conflict) as raised:
        bind_key(store, KEY, KeyBinding(job="two", body="b"))
    assert raised.value.retry_after == 1


def test_a_repeated_submission_sends_again_what_may_be_lost(bench: Bench) -> None:
    first = bench.submit(URL.format(1), key="k")
    bench.queues.sent.clear()  # the process died before it announced the job
    assert bench.submit(URL.format(1), key="k") == first
    message, _ = bench.one("posts")
    assert message.again
    assert len(bench.jobs.names(names.OPEN)) == 1


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


def test_deleting_frees_the_key(bench: Bench) -> None:
    request = bench.submit(URL.format(1), key="k")
    act = partial(delete, bench.services, request)
    act()
    act()
    assert KEY not in bench.jobs.names("idempotency/")
    assert bench.submit(URL.format(1), key="k").job != request.job


def test_a_repeat_of_an_ended_job_sends_nothing(bench: Bench) -> None:
    made = Submission(owner="me", uploads=[upload(2)], key="k", body_digest="b")
    request = submit(bench.services, made).request
    bench.drain()
    assert bench.store.closed.find(request.job) is not None
    assert submit(bench.services, made).request == request
    assert bench.queues.sent == {}
