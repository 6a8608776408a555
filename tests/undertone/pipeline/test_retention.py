"""What is older than anything is kept goes; nothing else does."""

from __future__ import annotations

from datetime import timedelta
from typing import override

import pytest

from tests.undertone.pipeline.conftest import NOW, URL, Bench, page, upload
from undertone.errors import Transient
from undertone.pipeline import names, retention
from undertone.pipeline.comment_cache import note_use
from undertone.pipeline.deletion import TOMBSTONE_LIFE
from undertone.pipeline.reconcile import reconcile
from undertone.pipeline.retention import delete_expired
from undertone.storage.memory import MemoryBlobs

DAYS = 30


def everything(bench: Bench) -> set[str]:
    return {*bench.jobs.names(""), *bench.results.names(""), *bench.cache.names("")}


def a_job(bench: Bench, *numbers: int, key: str = "") -> str:
    bench.source.pages = {None: page("a", "b", "c")}
    job = bench.submit(*map(URL.format, numbers), uploads=[upload(3)], key=key).job
    bench.drain()
    return job


def test_nothing_is_left_of_an_old_job_and_a_younger_one_is_untouched(bench: Bench) -> None:
    old = a_job(bench, 1, 2, key="k")
    bench.now += timedelta(days=1)
    young = a_job(bench, 3)
    stays = {name for name in everything(bench) if young in name or "/hackernews/" in name}
    bench.now = NOW + timedelta(days=DAYS, hours=1)
    delete_expired(bench.services, DAYS)
    bench.drain()
    assert bench.store.is_deleted(old)
    left = everything(bench) - {names.stop(old)}
    assert not [name for name in left if old in name]
    assert {name for name in left if young in name} == {name for name in stays if young in name}
    assert len(bench.cache.names("")) == 2, "comments of the one young post and who uses them"
    bench.now += TOMBSTONE_LIFE
    reconcile(bench.services)
    bench.drain()
    assert names.stop(old) not in bench.jobs.names("")


def test_a_job_is_kept_to_its_last_moment(bench: Bench) -> None:
    job = a_job(bench, 1)
    before = everything(bench)
    bench.now = names.created_at(job) + timedelta(days=DAYS)
    delete_expired(bench.services, DAYS)
    assert everything(bench) == before
    bench.now += timedelta(milliseconds=2)
    delete_expired(bench.services, DAYS)
    assert bench.store.is_deleted(job)


def test_comments_stay_for_a_younger_job_that_uses_them(bench: Bench) -> None:
    a_job(bench, 1)
    bench.now += timedelta(minutes=30)
    young = a_job(bench, 1)
    bench.now = names.created_at(young) + timedelta(days=DAYS)
    delete_expired(bench.services, DAYS)
    bench.drain()
    entry, use = bench.cache.names("")
    assert use == names.cache_use(entry, young)


def test_what_a_crash_left_in_the_cache_goes(bench: Bench) -> None:
    prefix = names.fetched_prefix("me")
    bench.cache.write(f"{prefix}youtube/nobody.json", b"{}")
    bench.cache.write("youtube/of-an-older-version.json", b"{}")
    note_use(bench.store, f"{prefix}youtube/never-written.json", names.new_job_id(NOW, lambda _: 0))
    kept = ["runs/tiktok/1.json", "throttle/youtube.json"]
    for name in kept:
        bench.cache.write(name, b"{}")
    bench.now = NOW + timedelta(days=DAYS + 1)
    delete_expired(bench.services, DAYS)
    assert bench.cache.names("") == kept


@pytest.mark.parametrize("at_once", [1, 2, 3, 5])
def test_an_entry_is_judged_by_all_who_use_it(bench: Bench, at_once: int) -> None:
    """However the listing is cut into pages."""
    old = names.new_job_id(NOW, lambda _: 1)
    young = names.new_job_id(NOW + timedelta(days=DAYS), lambda _: 1)
    entries = [f"{names.fetched_prefix('me')}youtube/{n}.json" for n in range(6)]
    for number, entry in enumerate(entries):
        bench.cache.write(entry, b"{}")
        note_use(bench.store, entry, old)
        if number % 2:
            note_use(bench.store, entry, young)
    bench.now = NOW + timedelta(days=DAYS + 1)
    retention._clean_cache(bench.services, NOW + timedelta(days=1), bench.now, at_once)
    assert [name for name in bench.cache.names("") if name.endswith("json")] == entries[1::2]


def test_one_that_fails_keeps_no_other(caplog: pytest.LogCaptureFixture) -> None:
    class Stuck(MemoryBlobs):
        jobs: tuple[str, ...] = ()

        @override
        def write(self, name: str, data: bytes, content_type: str = "application/json") -> None:
            if name in map(names.stop, self.jobs):
                raise Transient("storage is out of order")
            super().write(name, data, content_type)

    blobs = Stuck()
    bench = Bench(jobs=blobs)
    first, second = a_job(bench, 1), a_job(bench, 2)
    blobs.jobs = (first,)
    bench.now = NOW + timedelta(days=DAYS + 1)
    with pytest.raises(ExceptionGroup, match="deleting some jobs failed"):
        delete_expired(bench.services, DAYS)
    assert bench.store.is_deleted(second)
    assert first in caplog.text


def test_only_results_left_are_found_too(bench: Bench) -> None:
    job = a_job(bench, 1)
    for name in bench.jobs.names(names.job_prefix(job)):
        bench.jobs.remove(name)
    bench.now = NOW + timedelta(days=DAYS + 1)
    delete_expired(bench.services, DAYS)
    bench.drain()
    assert bench.results.names("") == []
