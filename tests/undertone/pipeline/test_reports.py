"""A user's jobs and their results, page by page, and nobody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import override

import pytest

from tests.undertone.pipeline.conftest import URL, Bench, upload
from undertone.errors import NotFound
from undertone.pipeline import names
from undertone.pipeline.closing import decide
from undertone.pipeline.job_records import ROWS_PER_PAGE, Request, Stop
from undertone.pipeline.reports import MOST_JOBS, find_job, list_all_jobs, list_jobs, result_rows
from undertone.pipeline.stopping import cancel, delete
from undertone.pipeline.submit import Submission, submit
from undertone.storage.memory import MemoryBlobs


def submit_for(bench: Bench, owner: str, name: str = "") -> Request:
    bench.now += timedelta(seconds=1)
    made = Submission(owner=owner, urls=[URL.format(1)], name=name)
    return submit(bench.services, made).request


# One job


def test_a_job_is_found_by_its_owner(bench: Bench) -> None:
    request = submit_for(bench, "me")
    assert find_job(bench.services, "me", request.job) == request


def test_another_owners_job_is_not_there(bench: Bench) -> None:
    request = submit_for(bench, "you")
    with pytest.raises(NotFound, match=f"there is no job '{request.job}'; it may have been"):
        find_job(bench.services, "me", request.job)


@pytest.mark.parametrize("job", ["0" * 25, "", "../x", "open/x", "x" * 25])
def test_what_is_no_job_of_anybodys_is_not_there(bench: Bench, job: str) -> None:
    with pytest.raises(NotFound):
        find_job(bench.services, "me", job)


def test_no_blob_is_read_for_what_is_no_job_id(bench: Bench) -> None:
    bench.jobs.write("../request.json", b"no JSON, and not to be read")
    with pytest.raises(NotFound):
        find_job(bench.services, "me", "..")


@pytest.mark.parametrize(("why", "is_there"), [("cancelled", True), ("deleted", False)])
def test_a_job_under_deletion_is_not_there(bench: Bench, why: str, is_there: bool) -> None:
    request = submit_for(bench, "me")
    stop = Stop(why="deleted" if why == "deleted" else "cancelled", at=bench.now)
    bench.store.stops.write(stop, request.job)
    if is_there:
        assert find_job(bench.services, "me", request.job) == request
    else:
        with pytest.raises(NotFound):
            find_job(bench.services, "me", request.job)


def test_an_administrator_finds_anybodys_job(bench: Bench) -> None:
    request, gone = submit_for(bench, "you"), submit_for(bench, "you")
    assert find_job(bench.services, None, request.job) == request
    delete(bench.services, gone)
    for job in (gone.job, "nonsense"):
        with pytest.raises(NotFound):
            find_job(bench.services, None, job)


# Lists


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_all_jobs_are_listed_newest_first_whosever_they_are(bench: Bench, limit: int) -> None:
    owners = ["me", "you", "me", "them", "you"]
    made = [(submit_for(bench, owner).job, owner) for owner in owners]
    bench.jobs.write("index2/x/y", b"no entry of a list")
    seen: list[tuple[str, str]] = []
    after, pages = "", 0
    while pages == 0 or after:
        listed = list_all_jobs(bench.services, after=after, limit=limit)
        seen += [(job.entry.job, job.owner) for job in listed.jobs]
        after, pages = listed.after, pages + 1
    assert seen == made[::-1]
    assert pages == -(-5 // limit)


def test_a_job_that_is_deleted_while_all_are_listed_is_left_out(bench: Bench) -> None:
    first, second = submit_for(bench, "me"), submit_for(bench, "you")
    bench.jobs.remove(names.request(second.job))
    assert [job.entry.job for job in list_all_jobs(bench.services).jobs] == [first.job]


def test_a_list_has_the_owners_jobs_newest_first(bench: Bench) -> None:
    mine = [submit_for(bench, "me", name) for name in ("one", "two", "three")]
    submit_for(bench, "you")
    listed = list_jobs(bench.services, "me")
    assert [entry.job for entry in listed.jobs] == [request.job for request in reversed(mine)]
    assert [entry.name for entry in listed.jobs] == ["three", "two", "one"]
    assert listed.after == ""


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6])
def test_pages_of_a_list_have_every_job_once(bench: Bench, limit: int) -> None:
    jobs = [submit_for(bench, "me").job for _ in range(5)]
    seen: list[str] = []
    after, pages = "", 0
    while pages == 0 or after:
        listed = list_jobs(bench.services, "me", after=after, limit=limit)
        assert 1 <= len(listed.jobs) <= limit
        seen += [entry.job for entry in listed.jobs]
        after, pages = listed.after, pages + 1
    assert seen == jobs[::-1]
    assert pages == -(-5 // limit)


@pytest.mark.parametrize(("asked", "given"), [(-3, 1), (0, 1), (MOST_JOBS + 50, MOST_JOBS)])
def test_a_page_has_at_least_one_job_and_at_most_so_many(
    bench: Bench, asked: int, given: int
) -> None:
    for _ in range(MOST_JOBS + 1):
        submit_for(bench, "me")
    assert len(list_jobs(bench.services, "me", limit=asked).jobs) == given


def test_a_job_that_is_deleted_while_it_is_listed_is_left_out() -> None:
    class RemovedMeanwhile(MemoryBlobs):
        removed = ""

        @override
        def names(self, prefix: str, *, after: str = "", limit: int | None = None) -> list[str]:
            listed = super().names(prefix, after=after, limit=limit)
            self.remove(self.removed)
            return listed

    jobs = RemovedMeanwhile()
    bench = Bench(jobs=jobs)
    first, second = submit_for(bench, "me"), submit_for(bench, "me")
    jobs.removed = names.index("me", second.job)
    assert [entry.job for entry in list_jobs(bench.services, "me").jobs] == [first.job]


def test_who_has_no_jobs_has_an_empty_list(bench: Bench) -> None:
    assert list_jobs(bench.services, "nobody") == ([], "")


# Rows


def test_rows_come_in_pages_and_are_counted_through(bench: Bench) -> None:
    request = bench.submit(*(URL.format(number + 1) for number in range(ROWS_PER_PAGE + 2)))
    first, second = (result_rows(bench.services, request, page) for page in (0, 1))
    assert [row.row for row in first + second] == list(range(1, ROWS_PER_PAGE + 3))
    assert second[-1].url == URL.format(ROWS_PER_PAGE + 2)


@pytest.mark.parametrize("page", [-1, 1, 10_000])
def test_past_the_last_page_nothing_is_found(bench: Bench, page: int) -> None:
    request = bench.submit(URL.format(1))
    with pytest.raises(NotFound, match=rf"has 1 pages .* page {page} is not among them"):
        result_rows(bench.services, request, page)


def test_rows_fill_as_posts_arrive(bench: Bench) -> None:
    request = bench.submit("nonsense", uploads=[upload(2, "a"), upload(2, "b")])
    for message, _ in bench.take("posts"):
        bench.deliver("posts", message)
    bench.deliver("comments", bench.take("comments")[0][0])
    rows = result_rows(bench.services, request, 0)
    assert [row.state for row in rows] == ["unsupported", "ok", "pending"]
    assert [row.positive for row in rows] == [None, 2, None]


def test_rows_of_a_closed_job_are_those_of_its_table(bench: Bench) -> None:
    """What arrives after the end does not count, here as in posts.csv."""
    request = bench.submit(uploads=[upload(2, "a"), upload(2, "b")])
    for message, _ in bench.take("posts"):
        bench.deliver("posts", message)
    (first, _), (late, _) = bench.take("comments")
    bench.deliver("comments", first)
    cancel(bench.services, request)
    states = [row.state for row in result_rows(bench.services, request, 0)]
    assert states == ["ok", "pending"], "cancelled, and not closed yet"
    bench.drain()
    barrier = names.barrier(request.job)
    line = bench.jobs.read(barrier).replace(b'"key":0', b'"key":%d' % late.post)
    bench.jobs.append(barrier, line)
    rows = result_rows(bench.services, request, 0)
    assert [row.state for row in rows] == ["ok", "failed"]


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
