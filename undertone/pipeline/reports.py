"""A job's results and a user's jobs, for programs: pages of JSON."""

from __future__ import annotations

from heapq import nsmallest
from typing import NamedTuple

from undertone.errors import Missing, NotFound
from undertone.pipeline import names
from undertone.pipeline.aggregate import post_rows
from undertone.pipeline.closing import counting, standing_closing
from undertone.pipeline.duplicates import merge_duplicates
from undertone.pipeline.fanin import arrived
from undertone.pipeline.job_records import ROWS_PER_PAGE, IndexEntry, Request
from undertone.pipeline.post_records import PostArrival
from undertone.pipeline.services import Services
from undertone.results.posts_table import PostRow

MOST_JOBS = 100
"""Jobs in one page of a listing."""


class JobList(NamedTuple):
    """A page of jobs, newest first."""

    jobs: list[IndexEntry]
    after: str
    """Ask for the jobs past this one for the next page; empty on the last."""


def find_job(services: Services, owner: str | None, job: str) -> Request:
    """The owner's job; with None anybody's.

    Raises NotFound for anything else: gone, another's, or no job id at all.
    """
    unknown = NotFound(f"there is no job {job!r}; it may have been deleted")
    if not names.is_job_id(job):
        raise unknown
    try:
        request = services.store.request(job)
    except Missing:
        raise unknown from None
    if owner not in {None, request.owner} or services.store.is_deleted(job):
        raise unknown
    return request


def list_jobs(services: Services, owner: str, *, after: str = "", limit: int = 20) -> JobList:
    """The owner's jobs past `after`, at most `limit` (and `MOST_JOBS`) of them."""
    prefix = names.index_prefix(owner)
    limit = min(max(limit, 1), MOST_JOBS)
    found = services.store.jobs.names(
        prefix, after=prefix + after if after else "", limit=limit + 1
    )
    entries: list[IndexEntry] = []
    for name in found[:limit]:
        entry = services.store.index.find(owner, name.removeprefix(prefix))
        if entry is not None:  # else it was deleted while we listed
            entries.append(entry)
    more = found[limit - 1].removeprefix(prefix) if len(found) > limit else ""
    return JobList(entries, more)


class OwnedJob(NamedTuple):
    """A job in the list of all, and whose it is."""

    entry: IndexEntry
    owner: str


class AllJobs(NamedTuple):
    """A page of everybody's jobs, newest first."""

    jobs: list[OwnedJob]
    after: str
    """Ask for the jobs past this one for the next page; empty on the last."""


def list_all_jobs(services: Services, *, after: str = "", limit: int = 20) -> AllJobs:
    """Everybody's jobs past `after`, at most `limit` (and `MOST_JOBS`) of them.

    Lists are kept for each owner, so this reads the names of all entries, 5,000 with a request: it
    is for the few who look after the app.
    """
    limit = min(max(limit, 1), MOST_JOBS)
    listed = (name.rpartition("/")[2] for name in services.store.jobs.names(names.INDEX))
    found = nsmallest(limit + 1, (job for job in listed if job > after))
    jobs = services.in_parallel(lambda job: _owned(services, job), found[:limit])
    more = found[limit - 1] if len(found) > limit else ""
    return AllJobs([job for job in jobs if job is not None], more)


def _owned(services: Services, job: str) -> OwnedJob | None:
    """None if the job was deleted while we listed, or is not written whole yet."""
    request = services.store.requests.find(job)
    entry = request and services.store.index.find(request.owner, job)
    return OwnedJob(entry, request.owner) if request and entry else None


def result_rows(services: Services, request: Request, page: int) -> list[PostRow]:
    """The rows of page `page`, counted from 0; posts that are not done have the state `pending`.

    Raises NotFound past the last page, Missing if the job is gone.
    """
    if not 0 <= page < request.pages:
        raise NotFound(
            f"job {request.job} has {request.pages} pages of rows, counted from 0; page {page} is "
            "not among them"
        )
    return post_rows(
        services.store.rows(request.job, page),
        arrivals_of(services, request),
        start=page * ROWS_PER_PAGE,
    )


def find_row(services: Services, owner: str, job: str, row: int) -> PostRow | None:
    """A row of the owner's job, counted from 1; None where there is no such row (any more)."""
    try:
        request = find_job(services, owner, job)
        page, place = divmod(row - 1, ROWS_PER_PAGE)
        rows = result_rows(services, request, page)
    except (NotFound, Missing):
        return None
    return rows[place] if place < len(rows) else None


def arrivals_of(services: Services, request: Request) -> dict[int, PostArrival]:
    """What has become of each post so far; of a closed job, what counts. Raises Missing."""
    store = services.store
    closing = standing_closing(store, request.job)
    if closing is not None and store.closed.find(request.job) is not None:
        arrivals = counting(store, request, closing)
    else:
        arrivals = arrived(store.barriers, request.job)
    return merge_duplicates(store, request, arrivals)
