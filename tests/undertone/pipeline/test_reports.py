"""A job's rows and a user's jobs, page by page."""

from __future__ import annotations

import pytest

from tests.undertone.pipeline.conftest import Bench, upload
from undertone.errors import NotFound
from undertone.pipeline.closing import decide
from undertone.pipeline.job_records import ROWS_PER_PAGE
from undertone.pipeline.reports import MOST_JOBS, find_job, list_jobs, result_rows
from undertone.pipeline.stopping import cancel, delete


def test_rows_come_in_pages(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(1, f"up {n}") for n in range(ROWS_PER_PAGE + 2)])
    assert request.pages == 2
    first, second = (result_rows(bench.services, request, page) for page in (0, 1))
    assert [row.row for row in first] == list(range(1, ROWS_PER_PAGE + 1))
    assert [row.row for row in second] == [ROWS_PER_PAGE + 1, ROWS_PER_PAGE + 2]
    for page in (-1, 2):
        with pytest.raises(NotFound, match="2 pages of rows, counted from 0"):
            result_rows(bench.services, request, page)


def test_a_job_is_found_by_its_owner_alone(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(1)])
    assert find_job(bench.services, "me", request.job) == request
    gone = bench.submit(uploads=[upload(1)])
    delete(bench.services, gone)
    for owner, job in (("you", request.job), ("me", gone.job), ("me", "nonsense"), ("me", "")):
        with pytest.raises(NotFound, match="there is no job"):
            find_job(bench.services, owner, job)


def test_jobs_are_listed_newest_first_and_in_pages(bench: Bench) -> None:
    made: list[str] = []
    for _ in range(3):
        made.insert(0, bench.submit(uploads=[upload(1)]).job)
        bench.now = bench.now.replace(minute=bench.now.minute + 1)
    first = list_jobs(bench.services, "me", limit=2)
    assert [entry.job for entry in first.jobs] == made[:2]
    assert first.after == made[1]
    last = list_jobs(bench.services, "me", after=first.after, limit=2)
    assert ([entry.job for entry in last.jobs], last.after) == (made[2:], "")
    whole = list_jobs(bench.services, "me", limit=3)
    assert (len(whole.jobs), whole.after) == (3, "")
    assert list_jobs(bench.services, "you").jobs == []


@pytest.mark.parametrize(("limit", "listed"), [(-5, 1), (0, 1), (1, 1), (10**6, MOST_JOBS)])
def test_a_page_of_jobs_has_a_least_and_a_most(bench: Bench, limit: int, listed: int) -> None:
    for _ in range(MOST_JOBS + 1):
        bench.submit(uploads=[upload(1)])
    assert len(list_jobs(bench.services, "me", limit=limit).jobs) == listed


def test_the_rows_of_an_ended_job_are_those_of_its_closing(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2, "done"), upload(2, "not yet")])
    for message, _ in bench.take("posts"):
        bench.deliver("posts", message)
    bench.deliver("comments", bench.take("comments")[0][0])
    cancel(bench.services, request)
    decision = decide(bench.services, request, cancelled=True)
    assert decision is not None
    before = result_rows(bench.services, request, 0)
    assert [row.state for row in before] == ["ok", "pending"], "decided, but not ended"
    bench.drain()
    ended = result_rows(bench.services, request, 0)
    assert [row.state for row in ended] == ["ok", "failed"]
    assert "before the job ended" in ended[1].reason
