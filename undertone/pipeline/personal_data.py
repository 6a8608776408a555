"""All that is stored of one user, in pages: jobs, cached comments, streams, and what else there is.

What is in results is named by links to the files; they may hold hundreds of thousands of comments.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from undertone.errors import Missing, NewerVersion, Rejected
from undertone.pipeline import names
from undertone.pipeline.job_records import Request
from undertone.pipeline.other_data import other_data
from undertone.pipeline.services import Services
from undertone.pipeline.stream_data import stream_data
from undertone.records import StoredRecord

MOST_JOBS, MOST_ROWS = 20, 2_000
"""Jobs in a page, and rows of them after which no further job is begun."""
MOST_ENTRIES, MOST_COMMENTS = 20, 5_000
"""Cached posts in a page, and comments of them after which no further post is begun."""
_JOBS, _COMMENTS, _COLLECTIONS, _OTHER = "jobs", "comments", "collections", "other"


class JobData(NamedTuple):
    """What is stored of a job, but for its comments and scores, which are in its files."""

    request: Request
    records: dict[str, Any]
    has_ended: bool
    """Whether there are files."""


class DataPage(NamedTuple):
    """A part of what is stored of a user."""

    jobs: list[JobData]
    comments: list[dict[str, Any]]
    """Posts in the comment cache, with all that is kept of them."""
    after: str
    """Ask with this for the next page; empty on the last."""
    collections: Sequence[dict[str, Any]] = ()
    """A stretch of one collection: what it asks, and texts that were sent to it."""
    other: Sequence[dict[str, Any]] = ()
    """Blobs of other kinds: feedback, searches, posts, what is followed, content."""


def stored_data(services: Services, owner: str, after: str = "") -> DataPage:
    """The page past `after`. Raises Rejected for an `after` that no page gave."""
    kind, _, last = (after or f"{_JOBS}:").partition(":")
    if kind == _JOBS:
        return _jobs(services, owner, last)
    if kind == _COMMENTS:
        return _comments(services, owner, last)
    if kind == _COLLECTIONS:
        return _collections(services, owner, last)
    if kind == _OTHER and (found := other_data(services, owner, last)) is not None:
        return DataPage(
            [], [], f"{_OTHER}:{found.after}" if found.after else "", other=tuple(found.blobs)
        )
    rule = "must be what `next` of a page says"
    raise Rejected(f"`after` {rule}", {"after": rule}, status=400)


def _jobs(services: Services, owner: str, last: str) -> DataPage:
    prefix = names.index_prefix(owner)
    start = prefix + last if last else ""
    found = services.store.jobs.names(prefix, after=start, limit=MOST_JOBS)
    jobs: list[JobData] = []
    rows = 0
    for name in found:
        last = name.removeprefix(prefix)
        data = _job(services, owner, last)
        if data is not None:
            jobs.append(data)
            rows += data.request.rows
        if rows >= MOST_ROWS:
            return DataPage(jobs, [], f"{_JOBS}:{last}")
    following = f"{_JOBS}:{last}" if len(found) == MOST_JOBS else f"{_COMMENTS}:"
    return DataPage(jobs, [], following)


def _job(services: Services, owner: str, job: str) -> JobData | None:
    """None if the job was deleted while we listed, or is not written whole yet."""
    store = services.store
    try:
        request = store.request(job)
        sent = store.all_rows(request)
    except Missing:
        return None
    if request.owner != owner:
        return None
    closed = store.closed.find(job)
    records = {
        "request": msgspec.to_builtins(request),
        "sent": msgspec.to_builtins(sent),
        "stop": _plain(store.stops.find(job)),
        "closed": _plain(closed),
        "list_entry": _plain(store.index.find(owner, job)),
        "labels": _labels(services, job),
    }
    return JobData(request, records, closed is not None)


def _labels(services: Services, job: str) -> list[Any]:
    """What people said of the job's comments."""
    try:
        return [msgspec.to_builtins(each) for each in services.store.labels.read(job).records]
    except Missing:
        return []


def _plain(record: StoredRecord | None) -> Any:
    return None if record is None else msgspec.to_builtins(record)


def _comments(services: Services, owner: str, last: str) -> DataPage:
    prefix = names.fetched_prefix(owner)
    posts: list[dict[str, Any]] = []
    comments, start = 0, prefix + last if last else ""
    while found := services.store.cache.names(prefix, after=start, limit=MOST_ENTRIES):
        for name in found:
            start = name
            if not name.endswith(".json"):  # a job that uses what stands before it
                continue
            fetched = _fetched(services, name)
            if fetched is None:
                continue
            posts.append({"entry": name.removeprefix(prefix), **fetched})
            comments += len(fetched.get("comments", ()))
            if comments >= MOST_COMMENTS or len(posts) >= MOST_ENTRIES:
                return DataPage([], posts, f"{_COMMENTS}:{name.removeprefix(prefix)}")
    return DataPage([], posts, f"{_COLLECTIONS}:")


def _collections(services: Services, owner: str, last: str) -> DataPage:
    found = stream_data(services, owner, last)
    if found is None:
        return DataPage([], [], f"{_OTHER}:")
    return DataPage([], [], f"{_COLLECTIONS}:{found.after}", [found.collection])


def _fetched(services: Services, name: str) -> dict[str, Any] | None:
    try:
        record = services.store.fetched.find(name)
    except NewerVersion:
        return {"note": "written by a newer version of the app"}
    plain: dict[str, Any] | None = _plain(record)
    return plain
