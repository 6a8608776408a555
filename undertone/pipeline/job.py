"""A job's own records: what was asked, what stops it, how it ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from undertone import wire
from undertone.errors import Missing
from undertone.pipeline import names
from undertone.pipeline.services import Services
from undertone.ports import Blobs
from undertone.records import VERSION, PostRef, Record, State, Want

ROWS_A_PAGE = 100
"""Rows in one blob, and posts sent by one expand message."""
MAX_ROWS = 10_000
"""URLs and uploads in one job. Bounds the blocks of the result and the lines of the barrier."""
LIFETIME = timedelta(days=5)
"""Staged blocks are dropped by the service after seven days; a job ends well before that."""


class Row(Record, frozen=True, kw_only=True):
    """One URL or upload as it was sent. Its index over all pages is its post's number."""

    sent: str
    ref: PostRef | None = None
    """None: no post of a platform we know; `reason` says why."""
    reason: str = ""
    duplicate_of: int | None = None
    """Index of the first row with the same post; that row is fetched, this one is not."""

    @property
    def is_post(self) -> bool:
        """Whether this row is work: a post, and the first of its kind."""
        return self.ref is not None and self.duplicate_of is None


class Options(Record, frozen=True, kw_only=True):
    """A job's options, fixed when it is made."""

    want: Want = Want()
    min_coverage: float = 0.0
    """A post of whose reported comments a smaller share was fetched is `partial`; 0 … 1."""
    max_age_minutes: int = 60
    """Comments fetched by an earlier job are used if they are no older than this."""


class Request(Record, frozen=True, kw_only=True):
    """request.json: a job as it was accepted. Written last, so its presence means a whole job.

    Created once, by submit or, as abandoned, by upkeep: so only one of them has its way.
    """

    job: str
    owner: str
    created_at: datetime
    deadline: datetime
    rows: int
    posts: int
    """Rows that are work; the job's barrier waits for this many."""
    options: Options
    name: str = ""
    idempotency: str = ""
    """Name of the blob that binds the client's key to this job, or empty."""
    abandoned: bool = False
    """Written by upkeep in place of a request that never came: there is no such job."""
    v: int = VERSION

    @property
    def pages(self) -> int:
        """How many blobs of rows there are."""
        return -(-self.rows // ROWS_A_PAGE)


class Stop(Record, frozen=True, kw_only=True):
    """Why a job's work stops. Deleting overrules cancelling."""

    why: Literal["cancelled", "deleted"]
    at: datetime
    owner: str = ""
    idempotency: str = ""
    """For deleted jobs: what else has to be removed when the request is gone already."""
    v: int = VERSION


class Closed(Record, frozen=True, kw_only=True):
    """closed.json: how a job ended."""

    status: Literal["completed", "completed_with_errors", "cancelled"]
    at: datetime
    states: dict[str, int]
    """Posts by state, without the repeats."""
    comments: int
    """Comments that were fetched or sent."""
    unscored: int
    """Those of them that have no score."""
    models: tuple[str, ...] = ()
    """All model revisions that scored; more than one if a deployment came in between."""
    v: int = VERSION


class IndexEntry(Record, frozen=True, kw_only=True):
    """An owner's list entry; rewritten when the job closes."""

    job: str
    created_at: datetime
    rows: int
    name: str = ""
    status: str = ""
    v: int = VERSION


class OpenMarker(Record, frozen=True, kw_only=True):
    """Present while a job is under way; upkeep's notes about it."""

    owner: str
    idempotency: str = ""
    activity: int = -1
    """Bytes of barrier and progress that upkeep saw last …"""
    since: datetime | None = None
    """… and since when they have not grown."""
    given_up: bool = False
    """Whether upkeep is removing a job that was never written whole; who made it keeps off then."""
    v: int = VERSION


def read_request(jobs: Blobs, job: str) -> Request:
    """Raises Missing if the job is not there (any more)."""
    name = names.request(job)
    request = wire.decode(jobs.read(name), Request)
    if request.abandoned:
        raise Missing(name)
    return request


def read_rows(jobs: Blobs, job: str, page: int) -> list[Row]:
    """One page of rows. Raises Missing."""
    return wire.decode(jobs.read(names.rows(job, page)), list[Row])


def all_rows(jobs: Blobs, request: Request) -> list[Row]:
    """Every row of a job, in the order sent. Raises Missing."""
    return [row for page in range(request.pages) for row in read_rows(jobs, request.job, page)]


def read_stop(jobs: Blobs, job: str) -> Stop | None:
    """Whether the job is cancelled or deleted."""
    data = read_or_none(jobs, names.stop(job))
    return None if data is None else wire.decode(data, Stop)


def glimpse_stop(services: Services, job: str) -> Stop | None:
    """The same for work that does no harm if it begins a moment after the stop."""
    data = services.lookout.look(services.jobs, names.stop(job), services.clock())
    return None if data is None else wire.decode(data, Stop)


def is_deleted(jobs: Blobs, job: str) -> bool:
    """Whether the job has a tombstone."""
    stop = read_stop(jobs, job)
    return stop is not None and stop.why == "deleted"


def read_closed(jobs: Blobs, job: str) -> Closed | None:
    """How the job ended, or None while it has not."""
    data = read_or_none(jobs, names.closed(job))
    return None if data is None else wire.decode(data, Closed)


def read_or_none(blobs: Blobs, name: str) -> bytes | None:
    """The blob's content, or None where its absence is an answer."""
    try:
        return blobs.read(name)
    except Missing:
        return None


STATES_OF_SUCCESS = frozenset({State.OK, State.NO_COMMENTS})
"""A job whose posts all end in these is `completed`; any other makes it `completed_with_errors`."""
