"""Stored records: what a process has written is known as its own."""

from __future__ import annotations

from datetime import timedelta
from typing import override

import pytest

from tests.fakes.storage_server import Asked, Told, serving
from tests.undertone.pipeline.conftest import NOW, URL, Bench, page, store_over
from undertone.errors import Delayed
from undertone.pipeline import names
from undertone.pipeline.idempotency import bind_key
from undertone.pipeline.job_records import KeyBinding, Stop
from undertone.pipeline.store import JobStore
from undertone.storage.account import Account
from undertone.storage.memory import MemoryBlobs

KEY = names.idempotency("me", "key")


class LosesAnswers(MemoryBlobs):
    """Loses the answer to every conditional write; the client writes again and is told no."""

    @override
    def create(self, name: str, data: bytes) -> bool:
        return super().create(name, data) and super().create(name, data)

    @override
    def replace(self, name: str, data: bytes, etag: str) -> bool:
        return super().replace(name, data, etag) and super().replace(name, data, etag)


def binding(job: str) -> KeyBinding:
    return KeyBinding(job=job, body="b")


def rebound(store: JobStore, *, to: str) -> bool:
    store.key_bindings.write(binding("old"), KEY)
    standing = store.key_bindings.find_with_etag(KEY)
    assert standing is not None
    return store.key_bindings.replace(binding(to), standing.etag, KEY)


def test_a_replacement_whose_answer_was_lost_is_known_as_ones_own() -> None:
    assert rebound(store_over(LosesAnswers()), to="new")


def test_anothers_replacement_is_not_taken_for_ones_own() -> None:
    class Overtaken(MemoryBlobs):
        @override
        def replace(self, name: str, data: bytes, etag: str) -> bool:
            self.write(name, data.replace(b"new", b"theirs"))
            return super().replace(name, data, etag)

    assert not rebound(store_over(Overtaken()), to="new")


def test_what_is_gone_was_not_replaced() -> None:
    store = store_over(MemoryBlobs())
    assert not store.key_bindings.replace(binding("new"), '"0"', KEY)
    assert store.jobs.names("") == []


class Unanswering:
    """One blob of a real service, whose first write is done and then not answered."""

    def __init__(self) -> None:
        self.data, self.version, self.writes = b"", 0, 0

    def __call__(self, asked: Asked) -> Told | None:
        etag = {"ETag": f'"{self.version}"'}
        if asked.method == "GET":
            of = f"bytes 0-{len(self.data) - 1}/{len(self.data)}"
            return Told(206, self.data, headers={"Content-Range": of, **etag})
        if "restype=container" in asked.path:
            return Told(201)
        self.writes += 1
        if asked.headers.get("if-match", etag["ETag"]) != etag["ETag"]:
            return Told(412, code="ConditionNotMet")
        self.data, self.version = asked.body, self.version + 1
        lost = "if-match" in asked.headers
        return None if lost else Told(201, headers={"ETag": f'"{self.version}"'})


def test_the_sdk_that_writes_again_is_not_believed() -> None:
    """It gets 412 from its own first write."""
    service = Unanswering()
    with serving(service) as storage:
        account = Account.connect(storage)
        assert rebound(store_over(account.blobs("jobs")), to="new")
        account.close()
    assert service.writes == 3, "the SDK did not write again"


def test_a_key_is_bound_although_answers_are_lost() -> None:
    store = store_over(LosesAnswers())
    assert bind_key(store, KEY, binding("one")) == "one"
    store.stops.write(Stop(why="deleted", at=NOW), "one")
    assert bind_key(store, KEY, binding("two")) == "two"


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_post_that_was_put_off_has_a_message_although_answers_are_lost(times: int) -> None:
    bench = Bench(jobs=LosesAnswers())
    bench.submit(URL.format(1))
    message, _ = bench.one("posts")
    for _ in range(times):
        bench.source.pages = {None: Delayed("slow down", bench.now + timedelta(minutes=1))}
        bench.deliver("posts", message)
        message, delay = bench.one("posts")
        bench.now += timedelta(seconds=delay)
    assert message.attempt == times
    bench.source.pages = {None: page("a")}
    bench.deliver("posts", message)
    bench.drain()
    assert len(bench.jobs.names("index/")) == 1
    (job,) = {name.split("/")[0] for name in bench.jobs.names("") if "/closed.json" in name}
    closed = bench.store.closed.find(job)
    assert closed is not None
    assert closed.status == "completed"


def test_a_job_closes_although_answers_are_lost() -> None:
    bench = Bench(jobs=LosesAnswers())
    bench.source.pages = {None: page("a", cursor="2"), "2": page("b", "c")}
    request = bench.submit(URL.format(1), key="k")
    bench.drain()
    closed = bench.store.closed.find(request.job)
    assert closed is not None
    assert (closed.status, closed.comments) == ("completed", 3)
