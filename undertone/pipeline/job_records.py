"""What is stored of a job as a whole: what was asked for, what stops it, how it ends.

Every record here is a blob of its own (`store.py` says where) and carries its version on the wire.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from undertone.insights.asked import Insights
from undertone.limits import MAX_POSTS
from undertone.pipeline.post_records import PostArrival
from undertone.records import PostRef, Record, State, StoredRecord, Want

ROWS_PER_PAGE = 100
"""Rows in one blob, and posts sent by one expand message."""
MAX_ROWS = MAX_POSTS
"""URLs and uploads in one job. Bounds the blocks of the result and the lines of the barrier."""
LIFETIME = timedelta(days=5)
"""Staged blocks are dropped by the service after seven days; a job ends well before that."""
SUCCESS_STATES = frozenset({State.OK, State.NO_COMMENTS})
"""A job whose posts all end in these is `completed`; any other makes it `completed_with_errors`."""


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


class RowPage(StoredRecord, frozen=True, kw_only=True):
    """Up to `ROWS_PER_PAGE` rows of a job, in the order sent."""

    rows: tuple[Row, ...]


class Options(Record, frozen=True, kw_only=True):
    """A job's options, fixed when it is made."""

    want: Want = Want()
    min_coverage: float = 0.0
    """A post of whose reported comments a smaller share was fetched is `partial`; 0 … 1."""
    max_age_minutes: int = 60
    """Comments fetched by an earlier job are used if they are no older than this."""
    insights: bool = False
    """Whether the job asks what its comments are about; what it asks is a blob of its own."""
    authors: Literal["", "plain", "hashed", "none"] = ""
    """What stands for the authors of comments, see `undertone.privacy`. Empty: what the deployment
    has; in a stored request, a job from before there was a choice, which is `plain`."""
    mask: bool = False
    """Whether e-mail addresses, numbers and handles in texts are masked."""


class Request(StoredRecord, frozen=True, kw_only=True):
    """A job as it was accepted. Written last, so its presence means a whole job.

    Created once, by submit or, as abandoned, by reconcile: so only one of them has its way.
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
    traceparent: str = ""
    """The span that made the job: what is sent again belongs to its trace. Decides nothing."""
    abandoned: bool = False
    """Written by reconcile in place of a request that never came: there is no such job."""

    @property
    def pages(self) -> int:
        """How many blobs of rows there are."""
        return -(-self.rows // ROWS_PER_PAGE)


class InsightsAsked(StoredRecord, frozen=True, kw_only=True):
    """What the job asks to know of its comments; written before the request."""

    insights: Insights


class FactsFile(Record, frozen=True, kw_only=True):
    """One Parquet file of the facts."""

    name: str
    bytes: int


class FactsMade(StoredRecord, frozen=True, kw_only=True):
    """The facts of a job that has ended; its presence means that its files are there."""

    at: datetime
    files: tuple[FactsFile, ...] = ()
    has_zip: bool = False
    comments: int = 0
    """Rows of fact_comment."""
    empty: int = 0
    """Rows of fact_empty."""
    problem: str = ""
    """Why there are none."""


class Stop(StoredRecord, frozen=True, kw_only=True):
    """Why a job's work stops. Deleting overrules cancelling."""

    why: Literal["cancelled", "deleted"]
    at: datetime
    owner: str = ""
    idempotency: str = ""
    """For deleted jobs: what else has to be removed when the request is gone already."""
    index: str = ""
    """For deleted jobs: name of the job's entry in its owner's list. It stands in the place of the
    owner, whose name is not kept after the job."""
    swept: datetime | None = None
    """For deleted jobs: when `reconcile` last had their blobs removed."""


class Closing(StoredRecord, frozen=True, kw_only=True):
    """The decision how a job ends; see `closing.py`."""

    why: Literal["complete", "cancelled", "overdue", "reopened"]
    """`reopened`: an earlier decision could not be carried out; the next aggregator decides."""
    bytes: int = 0
    """How much of the barrier counts."""
    absent: tuple[PostArrival, ...] = ()
    """Instead of an arrival, for each post that has none in those bytes."""


class Closed(StoredRecord, frozen=True, kw_only=True):
    """How a job ended; its presence means that the results are there."""

    status: Literal["completed", "completed_with_errors", "cancelled"]
    at: datetime
    states: dict[str, int]
    """Posts by state, without the duplicates."""
    comments: int
    """Comments that were fetched or sent."""
    unscored: int
    """Those of them that could not be scored; those that no model reads are not among them."""
    models: tuple[str, ...] = ()
    """All model revisions that scored; more than one if a deployment came in between."""


class IndexEntry(StoredRecord, frozen=True, kw_only=True):
    """An owner's list entry; rewritten when the job closes."""

    job: str
    created_at: datetime
    rows: int
    name: str = ""
    status: str = ""


class OpenMarker(StoredRecord, frozen=True, kw_only=True):
    """Present while a job is under way; reconcile's notes about it."""

    owner: str
    idempotency: str = ""
    activity: int = -1
    """Bytes of barrier and progress that reconcile saw last …"""
    since: datetime | None = None
    """… and since when they have not grown, or what was missing was sent again."""
    stalls: int = 0
    """How often it was sent again since they have grown last."""
    announced: datetime | None = None
    """When the job's messages were last sent again: by a repeated submit, or as `unsent`."""
    unsent: bool = False
    """Whether a submit failed while it sent the job's messages, so that some never were."""
    given_up: bool = False
    """Whether reconcile is removing a job that was never written whole; the client that made it
    must then leave the marker alone."""


class Erasure(StoredRecord, frozen=True, kw_only=True):
    """All that an owner had at a moment is to be removed; present until it is."""

    at: datetime


class KeyBinding(StoredRecord, frozen=True, kw_only=True):
    """Which job a client's Idempotency-Key made."""

    job: str
    body: str
    """Digest of the request's body."""
