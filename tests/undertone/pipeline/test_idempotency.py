"""Idempotency-Keys: one job a key and body."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from tests.undertone.pipeline.conftest import NOW, store_over
from undertone.errors import Conflict, Rejected
from undertone.pipeline import names
from undertone.pipeline.idempotency import bind_key, release_key
from undertone.pipeline.job_records import KeyBinding, Stop
from undertone.pipeline.store import JobStore
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
