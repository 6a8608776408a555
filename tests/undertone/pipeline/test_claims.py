"""Idempotency-Keys: one job a key and body."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import msgspec
import pytest

from tests.undertone.pipeline.conftest import NOW, URL, Bench
from undertone.errors import Conflict, Rejected
from undertone.pipeline import names
from undertone.pipeline.claims import Claim, claim, release
from undertone.pipeline.job import Stop
from undertone.pipeline.stopping import delete
from undertone.pipeline.submit import Submission, submit
from undertone.storage.memory import MemoryBlobs

KEY = names.idempotency("me", "key")


def bury(jobs: MemoryBlobs, job: str) -> None:
    jobs.write(names.stop(job), msgspec.json.encode(Stop(why="deleted", at=NOW)))


def test_a_key_is_bound_once() -> None:
    jobs = MemoryBlobs()
    assert claim(jobs, KEY, Claim(job="one", body="b")) == "one"
    assert claim(jobs, KEY, Claim(job="two", body="b")) == "one"


def test_of_many_at_once_all_get_the_same_job() -> None:
    jobs = MemoryBlobs()
    with ThreadPoolExecutor(8) as pool:
        got = set(pool.map(lambda n: claim(jobs, KEY, Claim(job=str(n), body="b")), range(40)))
    assert len(got) == 1


def test_another_body_is_refused() -> None:
    jobs = MemoryBlobs()
    claim(jobs, KEY, Claim(job="one", body="b"))
    with pytest.raises(Rejected, match=r"made job one from another body; use a new key"):
        claim(jobs, KEY, Claim(job="two", body="c"))


def test_the_key_of_a_deleted_job_is_free_for_one() -> None:
    jobs = MemoryBlobs()
    claim(jobs, KEY, Claim(job="one", body="b"))
    bury(jobs, "one")
    assert claim(jobs, KEY, Claim(job="two", body="c")) == "two"
    release(jobs, KEY, "one")
    assert claim(jobs, KEY, Claim(job="three", body="c")) == "two"
    release(jobs, KEY, "two")
    assert jobs.names("") == [names.stop("one")]
    release(jobs, KEY, "two")


def test_a_key_that_is_taken_over_while_one_looks_is_a_conflict() -> None:
    class Overtaken(MemoryBlobs):
        def replace(self, name: str, data: bytes, etag: str) -> bool:
            self.write(name, msgspec.json.encode(Claim(job="other", body="b")))
            return super().replace(name, data, etag)

    jobs = Overtaken()
    claim(jobs, KEY, Claim(job="one", body="b"))
    bury(jobs, "one")
    with pytest.raises(Conflict) as told:
        claim(jobs, KEY, Claim(job="two", body="b"))
    assert told.value.retry_after == 1


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
