"""Where a job is kept: one place that knows each blob's name, type, encoding and version.

A `RecordBlobs` (`undertone/record_blobs.py`) is all blobs of one kind, a `RecordLog`
(`record_log.py`) all append blobs of one kind; both write and read the same wire form.
"""

from __future__ import annotations

from dataclasses import dataclass

from undertone import wire
from undertone.errors import Missing
from undertone.pipeline import names
from undertone.pipeline.absence_cache import AbsenceCache
from undertone.pipeline.collection_records import Collection, TextBatch, Window
from undertone.pipeline.feedback_records import FeedbackLine, Shown
from undertone.pipeline.job_records import (
    Closed,
    Closing,
    Erasure,
    FactsMade,
    IndexEntry,
    InsightsAsked,
    KeyBinding,
    OpenMarker,
    Request,
    Row,
    RowPage,
    Stop,
)
from undertone.pipeline.label_records import LabelBatch
from undertone.pipeline.post_records import (
    Attempt,
    CacheUse,
    ChunkArrival,
    FailureNote,
    Fetched,
    PostArrival,
    ProgressLine,
    Snapshot,
    Throttle,
)
from undertone.pipeline.record_log import RecordLog
from undertone.ports import MAX_APPENDS, Blobs
from undertone.record_blobs import RecordBlobs
from undertone.records import Comment, Page, StoredRecord


@dataclass(frozen=True)
class CachedAbsences[**Key, R: StoredRecord](RecordBlobs[Key, R]):
    """Blobs of a kind that is nearly always missing and asked for before every piece of work."""

    absences: AbsenceCache

    def find_cached(self, *key: Key.args, **named: Key.kwargs) -> R | None:
        """The record, if there is one. An absence is cached for up to a second (`absences`), so
        work may begin that long after the record was written elsewhere."""
        name = self.name(*key, **named)
        if name in self.absences:
            return None
        record = self.find(*key, **named)
        if record is None:
            self.absences.add(name)
        return record

    def write(self, record: R, *key: Key.args, **named: Key.kwargs) -> None:
        """Create or overwrite; this process sees it at once."""
        super().write(record, *key, **named)
        self.absences.discard(self.name(*key, **named))


class JobStore:
    """Everything that is kept of jobs, by kind of blob; results are elsewhere."""

    def __init__(
        self, jobs: Blobs, cache: Blobs, absences: AbsenceCache, *, max_appends: int = MAX_APPENDS
    ) -> None:
        """`jobs` and `cache`: the containers for jobs and for the comment cache.

        `max_appends`: how many blocks an append blob of `jobs` takes; other than the service's
        only in tests.
        """
        self.jobs = jobs
        self.requests = RecordBlobs(jobs, names.request, Request)
        self.row_pages = RecordBlobs(jobs, names.rows, RowPage)
        self.stops = CachedAbsences(jobs, names.stop, Stop, absences)
        self.closings = RecordBlobs(jobs, names.closing, Closing)
        self.closed = RecordBlobs(jobs, names.closed, Closed)
        self.insights = RecordBlobs(jobs, names.insights, InsightsAsked)
        self.facts = RecordBlobs(jobs, names.facts, FactsMade)
        self.open_markers = RecordBlobs(jobs, names.open_marker, OpenMarker)
        self.index = RecordBlobs(jobs, names.index, IndexEntry)
        self.erasures = RecordBlobs(jobs, names.erasure, Erasure)
        self.key_bindings = RecordBlobs(jobs, _itself, KeyBinding)
        self.barriers = RecordLog(jobs, names.barrier, PostArrival, max_appends)
        self.progress = RecordLog(jobs, names.progress, ProgressLine, max_appends)
        self.labels = RecordLog(jobs, names.labels, LabelBatch, max_appends)
        self.snapshots = RecordBlobs(jobs, names.snapshot, Snapshot)
        self.pages = RecordBlobs(jobs, names.page, Page)
        self.post_barriers = RecordLog(jobs, names.post_barrier, ChunkArrival, max_appends)
        self.attempts = RecordBlobs(jobs, _itself, Attempt)
        self.failures = RecordBlobs(jobs, names.failure, FailureNote)
        self.chunk_failures = RecordBlobs(jobs, names.chunk_failure, FailureNote)
        self.collections = RecordBlobs(jobs, names.collection, Collection)
        self.windows = RecordBlobs(jobs, names.collection_window, Window)
        self.texts = RecordLog(jobs, names.collection_texts, TextBatch, max_appends)
        self.cache = cache
        self.feedback = RecordLog(jobs, names.feedback, FeedbackLine, max_appends)
        self.feedback_logs = RecordLog(jobs, _itself, FeedbackLine, max_appends)
        self.shown = RecordBlobs(jobs, names.shown, Shown)
        self.fetched = RecordBlobs(cache, _itself, Fetched)
        self.cache_uses = RecordBlobs(cache, names.cache_use, CacheUse)
        self.throttles = CachedAbsences(cache, names.throttle, Throttle, absences)

    def request(self, job: str) -> Request:
        """What was asked for. Raises Missing if there is no such job (any more)."""
        request = self.requests.read(job)
        if request.abandoned:
            raise Missing(names.request(job))
        return request

    def rows(self, job: str, page: int) -> tuple[Row, ...]:
        """One page of rows. Raises Missing."""
        return self.row_pages.read(job, page).rows

    def all_rows(self, request: Request) -> list[Row]:
        """Every row of a job, in the order sent. Raises Missing."""
        return [row for page in range(request.pages) for row in self.rows(request.job, page)]

    def is_deleted(self, job: str) -> bool:
        """Whether the job has a tombstone."""
        stop = self.stops.find(job)
        return stop is not None and stop.why == "deleted"

    def snapshot(self, job: str, post: int) -> Snapshot:
        """Raises Missing while nothing is fetched."""
        return self.snapshots.read(job, post)

    def write_comments(self, name: str, lines: bytes) -> None:
        """Keep a post's comments, a JSON line each, under a name made of their content."""
        self.jobs.create(name, lines)

    def comments(self, snapshot: Snapshot, chunk: int) -> list[Comment]:
        """The comments of one chunk. Raises Missing."""
        _, start, size = snapshot.chunks[chunk]
        return wire.decode_lines(self.jobs.read_range(snapshot.comments, start, size), Comment)


def _itself(name: str) -> str:
    return name
