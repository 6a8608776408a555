"""A search over the jobs of one owner, and the note of what it showed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from undertone.errors import Conflict, NotFound, Rejected
from undertone.pipeline import names
from undertone.pipeline.feedback_records import Shown
from undertone.pipeline.job_records import Request
from undertone.pipeline.reports import MOST_JOBS, find_job, list_jobs
from undertone.pipeline.search_index import (
    MOST_SEARCHED,
    Indexes,
    asks_for_search,
    searched_size,
)
from undertone.pipeline.services import Services
from undertone.search.index import Hit, Query, search
from undertone.search.lexical import words
from undertone.text import without_surrogates

MAX_QUERY = 500
"""Characters of a query."""
MAX_JOBS = 20
"""Jobs that one call may name."""
MAX_HITS = 100


class Answer(NamedTuple):
    """What was found, best first."""

    hits: list[Hit]
    searched: list[str]
    """The jobs that were searched."""
    left_out: int
    """Of all the owner's jobs that can be searched, those that were not: too many comments, or not
    done yet. 0 where jobs were named."""


def tidy_query(text: str) -> str:
    """The query as it is kept and compared. Raises Rejected."""
    query = " ".join(without_surrogates(text[: MAX_QUERY + 1]).split())
    if not query or len(text) > MAX_QUERY:
        rule = f"must be a text of 1 to {MAX_QUERY} characters"
        raise Rejected(f"`query` {rule}", {"query": rule})
    return query


def search_jobs(
    services: Services, indexes: Indexes, query: str, *, owner: str, jobs: Sequence[str], count: int
) -> Answer:
    """The best comments of `jobs`, or of all the owner's jobs if none is named.

    Raises NotFound, Conflict and Rejected for jobs that are named and cannot be searched.
    """
    if jobs:
        requests, left_out = _named(services, owner, jobs), 0
    else:
        requests, left_out = _all(services, owner)
    vector = services.encoder().encode([query])[0]
    found = [indexes.of(services, request) for request in requests]
    hits = search(found, Query(vector, words(query)), count)
    note = Shown(query=query, at=services.clock(), items=tuple(hit.id for hit in hits))
    services.store.shown.write(note, owner, query)
    return Answer(hits, [request.job for request in requests], left_out)


def _named(services: Services, owner: str, jobs: Sequence[str]) -> list[Request]:
    wanted = list(dict.fromkeys(jobs))
    if len(wanted) > MAX_JOBS:
        rule = f"names {len(wanted):,} jobs; at most {MAX_JOBS} are searched in one call"
        raise Rejected(f"`job` {rule}", {"job": rule})
    requests = [find_job(services, owner, job) for job in wanted]
    size = sum(searched_size(services, request) for request in requests)
    if size > MOST_SEARCHED:
        raise Conflict(
            f"these jobs have {size:,} comments, and {MOST_SEARCHED:,} are searched in one call; "
            "name fewer of them"
        )
    return requests


def _all(services: Services, owner: str) -> tuple[list[Request], int]:
    """The newest of the owner's jobs that can be searched, and how many are left out."""
    kept: list[Request] = []
    size, left_out = 0, 0
    for entry in list_jobs(services, owner, limit=MOST_JOBS).jobs:
        try:
            request = find_job(services, owner, entry.job)
            if not asks_for_search(services, request):
                continue
            more = searched_size(services, request)
        except NotFound:  # deleted meanwhile, or its facts could not be made
            continue
        except Conflict:
            left_out += 1
            continue
        if len(kept) < MAX_JOBS and size + more <= MOST_SEARCHED:
            kept.append(request)
            size += more
        else:
            left_out += 1
    return kept, left_out


def job_of(item: str) -> tuple[str, int] | None:
    """The job and the key in a hit's id; None if it is none."""
    job, _, key = item.partition(".")
    if not names.is_job_id(job) or not key.isascii() or not key.isdecimal() or len(key) > 15:
        return None
    return job, int(key)
