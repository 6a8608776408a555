"""All that is stored of a user, in pages that are bounded."""

from __future__ import annotations

import pytest

from tests.undertone.pipeline.conftest import URL, Bench, page
from undertone.errors import Rejected
from undertone.pipeline import personal_data
from undertone.pipeline.personal_data import DataPage, stored_data
from undertone.pipeline.stopping import delete
from undertone.pipeline.submit import Submission, submit


def a_job(bench: Bench, owner: str, *numbers: int) -> str:
    bench.source.pages = {None: page("a", "b", "c")}
    urls = [URL.format(number) for number in numbers]
    return submit(bench.services, Submission(owner=owner, urls=urls)).request.job


def all_pages(bench: Bench, owner: str) -> list[DataPage]:
    pages = [stored_data(bench.services, owner)]
    while pages[-1].after:
        pages.append(stored_data(bench.services, owner, pages[-1].after))
        assert len(pages) < 100
    return pages


def test_everything_of_one_and_nothing_of_another(bench: Bench) -> None:
    a_job(bench, "other", 1, 2)
    mine = a_job(bench, "me", 1, 3)
    bench.drain()
    pages = all_pages(bench, "me")
    (data,) = [job for each in pages for job in each.jobs]
    assert (data.request.job, data.has_ended) == (mine, True)
    assert [row["sent"] for row in data.records["sent"]] == [URL.format(1), URL.format(3)]
    assert data.records["closed"]["status"] == "completed"
    cached = [post for each in pages for post in each.comments]
    assert [len(post["comments"]) for post in cached] == [3, 3]
    assert all_pages(bench, "nobody")[-1] == DataPage([], [], "")


def test_many_come_in_pages_each_once(bench: Bench) -> None:
    made = [a_job(bench, "me", n + 1) for n in range(personal_data.MOST_JOBS * 2 + 1)]
    bench.drain()
    pages = all_pages(bench, "me")
    assert all(len(each.jobs) <= personal_data.MOST_JOBS for each in pages)
    assert sorted(job.request.job for each in pages for job in each.jobs) == sorted(made)
    entries = [post["entry"] for each in pages for post in each.comments]
    assert len(entries) == len(set(entries)) == len(made)
    assert all(len(each.comments) <= personal_data.MOST_ENTRIES for each in pages)


def test_large_jobs_fill_a_page_sooner(bench: Bench) -> None:
    for _ in range(3):
        a_job(bench, "me", *range(personal_data.MOST_ROWS))
    assert [len(each.jobs) for each in all_pages(bench, "me")][:3] == [1, 1, 1]


def test_a_deleted_job_and_one_under_way(bench: Bench) -> None:
    gone, running = a_job(bench, "me", 1), a_job(bench, "me", 2)
    delete(bench.services, bench.store.request(gone))
    jobs = [job for each in all_pages(bench, "me") for job in each.jobs]
    assert [(job.request.job, job.has_ended) for job in jobs] == [(running, False)]


@pytest.mark.parametrize("after", ["x", "jobs", ":", "../..", "other:1"])
def test_where_to_go_on_is_what_a_page_said(bench: Bench, after: str) -> None:
    if after == "jobs":
        assert stored_data(bench.services, "me", after).jobs == []
        return
    with pytest.raises(Rejected, match="after"):
        stored_data(bench.services, "me", after)


@pytest.mark.parametrize("after", ["jobs:../../", "comments:../other", "jobs:\u0000", "comments:~"])
def test_it_leads_to_nobody_else(bench: Bench, after: str) -> None:
    a_job(bench, "other", 1)
    bench.drain()
    found = stored_data(bench.services, "me", after)
    assert (found.jobs, found.comments) == ([], [])
