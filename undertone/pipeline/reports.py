"""A job's results and a user's jobs, for programs: pages of JSON."""

from __future__ import annotations

from typing import NamedTuple

from undertone import wire
from undertone.errors import Missing, NotFound
from undertone.pipeline import names
from undertone.pipeline.aggregate import post_rows
from undertone.pipeline.closing import counting, standing_closing
from undertone.pipeline.fanin import PostArrival, arrived
from undertone.pipeline.job import (
    ROWS_A_PAGE,
    IndexEntry,
    Request,
    is_deleted,
    read_closed,
    read_request,
    read_rows,
)
from undertone.pipeline.repeats import without_repeats
from undertone.pipeline.services import Services
from undertone.results.posts_table import PostRow

MOST_JOBS = 100
"""Jobs in one page of a listing."""


class JobList(NamedTuple):
    """A page of jobs, newest first."""

    jobs: list[IndexEntry]
    after: str
    """Ask for the jobs past this one for the next page; empty on the last."""


def find_job(services: Services, owner: str, job: str) -> Request:
    """The owner's job. Raises NotFound for anything else: gone, another's, or no job id at all."""
    unknown = NotFound(f"there is no job {job!r}; it may have been deleted")
    if not names.is_job_id(job):
        raise unknown
    try:
        request = read_request(services.jobs, job)
    except Missing:
        raise unknown from None
    if request.owner != owner or is_deleted(services.jobs, job):
        raise unknown
    return request


def list_jobs(services: Services, owner: str, *, after: str = "", limit: int = 20) -> JobList:
    """The owner's jobs past `after`, at most `limit` (and `MOST_JOBS`) of them."""
    prefix = names.index_prefix(owner)
    limit = min(max(limit, 1), MOST_JOBS)
    found = services.jobs.names(prefix, after=prefix + after if after else "", limit=limit + 1)
    entries: list[IndexEntry] = []
    for name in found[:limit]:
        try:
            entries.append(wire.decode(services.jobs.read(name), IndexEntry))
        except Missing:
            continue  # deleted while we listed
    more = found[limit - 1].removeprefix(prefix) if len(found) > limit else ""
    return JobList(entries, more)


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
        read_rows(services.jobs, request.job, page),
        _arrivals(services, request),
        start=page * ROWS_A_PAGE,
    )


def _arrivals(services: Services, request: Request) -> dict[int, PostArrival]:
    closing = standing_closing(services.jobs, request.job)
    if closing is not None and read_closed(services.jobs, request.job) is not None:
        arrivals = counting(services.jobs, request, closing)
    else:
        arrivals = arrived(services.jobs, names.barrier(request.job), PostArrival)
    return without_repeats(services.jobs, request, arrivals)
