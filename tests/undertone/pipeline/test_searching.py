"""Searches over jobs that the pipeline has scored."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.undertone.pipeline.insightful import ASKED, TEXTS, Insightful, post
from undertone.errors import Conflict, NotFound, Rejected
from undertone.pipeline.search_index import Indexes
from undertone.pipeline.searching import MAX_JOBS, Answer, job_of, search_jobs, tidy_query
from undertone.pipeline.stopping import delete
from undertone.pipeline.submit import Submission, submit


@pytest.fixture
def bench() -> Insightful:
    return Insightful()


def find(bench: Insightful, query: str, *jobs: str, owner: str = "me", count: int = 20) -> Answer:
    return search_jobs(bench.services, Indexes(), query, owner=owner, jobs=jobs, count=count)


def test_a_job_is_searched_once_it_is_done(bench: Insightful) -> None:
    request = bench.job()
    with pytest.raises(Conflict):
        find(bench, "salt", request.job)
    assert find(bench, "salt").left_out == 1
    bench.drain()
    hits = find(bench, "salt").hits
    assert {hit.entry.text for hit in hits[:3]} == {TEXTS[0], TEXTS[5]}
    assert hits[0].ranked.words > 0
    assert all(hit.entry.text.strip() for hit in hits), "empty texts are not found"
    first = next(hit for hit in hits if hit.entry.post == 2)
    assert first.job_index.posts[2].post_id == "second"
    assert (first.entry.comment_id, first.entry.label) == ("0", "positive")
    assert job_of(first.id) == (request.job, 1_000_000)


def test_what_was_shown_is_noted(bench: Insightful) -> None:
    bench.job()
    bench.drain()
    hits = find(bench, "snow", count=2).hits
    shown = bench.store.shown.read("me", "snow")
    assert shown.items == tuple(hit.id for hit in hits)
    assert len(hits) == 2


def test_parts_of_lost_scorings_are_not_found(bench: Insightful) -> None:
    request = bench.job()
    bench.drain()
    before = [(hit.id, hit.ranked) for hit in find(bench, "salt").hits]
    (part, *_) = bench.jobs.names(f"{request.job}/facts/")
    lost = part.replace("00000.00000.", "00000.00000.f", 1)
    assert lost != part
    bench.jobs.write(lost, bench.jobs.read(part))
    assert [(hit.id, hit.ranked) for hit in find(bench, "salt").hits] == before


def test_a_comment_without_a_vector_is_found_by_its_words(bench: Insightful) -> None:
    bench.words.fails = True
    bench.job()
    bench.drain()
    bench.words.fails = False
    hits = find(bench, "ilo").hits
    assert {hit.entry.text for hit in hits} == {TEXTS[0], TEXTS[2], TEXTS[5]}
    assert {hit.ranked.meaning for hit in hits} == {0.0}


def test_only_jobs_made_for_it_are_searched(bench: Insightful) -> None:
    plain = bench.job(asked=None)
    bench.now += timedelta(seconds=1)
    without = bench.job(asked=msgspec.structs.replace(ASKED, search=False))
    bench.drain()
    for request in (plain, without):
        with pytest.raises(NotFound, match="search"):
            find(bench, "salt", request.job)
    assert find(bench, "salt") == Answer([], [], 0)


def test_nobody_finds_what_is_anothers_or_deleted(bench: Insightful) -> None:
    request = bench.job()
    bench.drain()
    indexes = Indexes()
    search_jobs(bench.services, indexes, "salt", owner="me", jobs=[request.job], count=5)
    with pytest.raises(NotFound, match="no job"):
        search_jobs(bench.services, indexes, "salt", owner="you", jobs=[request.job], count=5)
    assert search_jobs(bench.services, indexes, "salt", owner="you", jobs=[], count=5).hits == []
    delete(bench.services, request)
    with pytest.raises(NotFound, match="no job"):
        search_jobs(bench.services, indexes, "salt", owner="me", jobs=[request.job], count=5)
    assert search_jobs(bench.services, indexes, "salt", owner="me", jobs=[], count=5).hits == []


def test_several_jobs_and_some_of_them(bench: Insightful) -> None:
    jobs = []
    for name in ("one", "two"):
        bench.now += timedelta(seconds=1)
        made = Submission(owner="me", uploads=(post(name, TEXTS),), insights=ASKED)
        jobs.append(submit(bench.services, made).request.job)
    bench.drain()
    assert {hit.job_index.job for hit in find(bench, "salt").hits} == set(jobs)
    assert {hit.job_index.job for hit in find(bench, "salt", jobs[0], jobs[0]).hits} == {jobs[0]}
    with pytest.raises(Rejected, match="at most"):
        find(bench, "salt", *(f"{n:025d}" for n in range(21)))
    assert MAX_JOBS == 20


def test_an_instance_keeps_only_so_many_comments(bench: Insightful) -> None:
    indexes = Indexes(most=8)
    found = []
    for _ in range(2):
        bench.now += timedelta(seconds=1)
        found.append(bench.job())
        bench.drain()
    first = indexes.of(bench.services, found[0])
    assert indexes.of(bench.services, found[0]) is first
    indexes.of(bench.services, found[1])
    assert indexes.of(bench.services, found[0]) is not first


@pytest.mark.parametrize("text", ["", "  \n", "x" * 501])
def test_queries_that_are_none(text: str) -> None:
    with pytest.raises(Rejected, match="query"):
        tidy_query(text)


def test_queries_are_tidied() -> None:
    assert tidy_query(" a \n b\ud800") == "a b\ufffd"


@pytest.mark.parametrize("item", ["", ".", "x.1", "../a.1", f"{'0' * 25}.-1", f"{'0' * 25}.\u0663"])
def test_ids_that_are_none(item: str) -> None:
    assert job_of(item) is None
