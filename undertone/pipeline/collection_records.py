"""What is stored of a collection: what it asks, the texts that were sent, how far they are jobs."""

from __future__ import annotations

from datetime import datetime

from undertone.insights.asked import Insights
from undertone.pipeline.record_log import LogPosition
from undertone.records import Comment, StoredRecord


class Collection(StoredRecord, frozen=True, kw_only=True):
    """A stream of texts, and what to find out of them."""

    owner: str
    name: str
    insights: Insights


class TextBatch(StoredRecord, frozen=True, kw_only=True):
    """The texts of one call: a line in the collection's log."""

    texts: tuple[Comment, ...]
    protection: str = ""
    """What was done to them for their authors' sake, see `undertone.privacy.policy.Protection`."""


class Window(StoredRecord, frozen=True, kw_only=True):
    """The last window of a collection: a stretch of its log that becomes a job."""

    number: int = 0
    """0: there has been none."""
    start: LogPosition = LogPosition()
    skip: int = 0
    batches: int = 0
    """It has so many lines of the log, those after the first `skip` from `start` on."""
    next_start: LogPosition = LogPosition()
    next_skip: int = 0
    """Where the next one begins, likewise."""
    closed_at: datetime | None = None
    job: str = ""
    """Empty until the job is made."""
    jobs: tuple[str, ...] = ()
    """Of the windows before, newest first; the last `KEPT_JOBS` of them."""
