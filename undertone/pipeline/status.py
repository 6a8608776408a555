"""What a job is doing, from its barrier and its progress blob, read only as far as they grew.

Each instance keeps what it has parsed of the jobs it was asked about last; asking again costs two
small range reads, however large the job.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import msgspec
from cachetools import LRUCache

from undertone.pipeline.fanin import winners
from undertone.pipeline.job_records import Closed, Request
from undertone.pipeline.post_records import PostArrival, ProgressLine
from undertone.pipeline.record_log import LogPosition
from undertone.pipeline.services import Services
from undertone.pipeline.store import JobStore
from undertone.records import State

MAX_WATCHED = 128
"""Jobs whose parsed part an instance keeps."""


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How far something is. `failed` are among the done."""

    total: int
    done: int
    failed: int


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """Posts that a platform has asked to try again later."""

    reason: str
    until: str
    """When the last of them tries again."""
    posts: int


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to "how far is it"."""

    job_id: str
    name: str
    status: str
    """`queued`, `running`, `completed`, `completed_with_errors` or `cancelled`."""
    created_at: datetime
    deadline: datetime
    completed_at: datetime | None
    posts: Counts
    comments: Counts
    """`total` is what has been found so far; it grows while posts are fetched."""
    eta_seconds: int | None
    """Until the end at the pace so far; null while there is no pace to go by."""
    waiting: list[Wait]
    models: list[str]
    notes: list[str]


class Watch:
    """The parsed part of one job's barrier and progress."""

    def __init__(self, job: str) -> None:
        self._job = job
        self._lock = threading.Lock()
        self._barrier_read = LogPosition()
        self._progress_read = LogPosition()
        self.arrivals: dict[int, PostArrival] = {}
        self._found: dict[int, int] = {}
        self._scored: dict[int, dict[int, int]] = {}
        self._waiting: dict[int, ProgressLine] = {}

    def catch_up(self, store: JobStore) -> None:
        """Read on where the last call ended. Raises Missing if the job is gone."""
        with self._lock:
            arrivals, self._barrier_read = store.barriers.read_from(self._barrier_read, self._job)
            for key, arrival in winners(arrivals).items():
                standing = self.arrivals.get(key)
                if standing is None or arrival.round > standing.round:
                    self.arrivals[key] = arrival
            lines, self._progress_read = store.progress.read_from(self._progress_read, self._job)
            for line in lines:
                self._take(line)

    def _take(self, line: ProgressLine) -> None:
        if line.waiting:
            self._waiting[line.post] = line
        elif line.chunk >= 0:
            self._scored.setdefault(line.post, {})[line.chunk] = line.done
        else:
            self._found[line.post] = line.found
            self._waiting.pop(line.post, None)

    @property
    def begun(self) -> bool:
        """Whether anything has happened yet."""
        return any(self._barrier_read) or any(self._progress_read)

    def posts(self, total: int) -> Counts:
        """Posts, of `total`."""
        failed = sum(arrival.state == State.FAILED for arrival in self.arrivals.values())
        return Counts(total=total, done=len(self.arrivals), failed=failed)

    def comments(self) -> Counts:
        """Comments, of those found so far."""
        found = self._found | {key: arrival.fetched for key, arrival in self.arrivals.items()}
        under_way = sum(
            sum(chunks.values())
            for post, chunks in self._scored.items()
            if post not in self.arrivals
        )
        arrived = sum(arrival.fetched for arrival in self.arrivals.values())
        unscored = sum(arrival.unscored - arrival.unread for arrival in self.arrivals.values())
        return Counts(total=sum(found.values()), done=arrived + under_way, failed=unscored)

    def waits(self, now: datetime) -> list[Wait]:
        """Who waits for a platform at `now`, those with the same reason together, longest last."""
        groups: dict[str, list[str]] = {}
        for post, line in self._waiting.items():
            if post not in self.arrivals and datetime.fromisoformat(line.until) > now:
                groups.setdefault(line.waiting, []).append(line.until)
        waits = [
            Wait(reason=reason, until=max(untils), posts=len(untils))
            for reason, untils in groups.items()
        ]
        return sorted(waits, key=lambda wait: (wait.until, wait.reason))

    def unfetched(self, total: int) -> int:
        """Posts whose number of comments is not known yet."""
        return total - len(self._found.keys() | self.arrivals.keys())


class Watches:
    """The watches of the jobs that this instance was asked about last."""

    def __init__(self) -> None:
        self._watches: LRUCache[str, Watch] = LRUCache(MAX_WATCHED)
        self._lock = threading.Lock()  # cachetools leaves locking to its users

    def of(self, job: str) -> Watch:
        """The watch of `job`."""
        with self._lock:
            watch = self._watches.get(job)
            if watch is None:
                watch = self._watches[job] = Watch(job)
            return watch


def read_status(services: Services, watches: Watches, request: Request) -> Status:
    """The present status of a job. Raises Missing if it is gone."""
    closed = services.store.closed.find(request.job)
    if closed is not None:
        return _ended(request, closed)
    watch = watches.of(request.job)
    watch.catch_up(services.store)
    now = services.clock()
    waits = watch.waits(now)
    return Status(
        job_id=request.job,
        name=request.name,
        status="running" if watch.begun else "queued",
        created_at=request.created_at,
        deadline=request.deadline,
        completed_at=None,
        posts=watch.posts(request.posts),
        comments=watch.comments(),
        eta_seconds=_eta(request, watch, waits, now),
        waiting=waits,
        models=_models(watch),
        notes=_notes(_models(watch)),
    )


def _ended(request: Request, closed: Closed) -> Status:
    failed = closed.states.get(State.FAILED, 0)
    return Status(
        job_id=request.job,
        name=request.name,
        status=closed.status,
        created_at=request.created_at,
        deadline=request.deadline,
        completed_at=closed.at,
        posts=Counts(total=request.posts, done=request.posts, failed=failed),
        comments=Counts(total=closed.comments, done=closed.comments, failed=closed.unscored),
        eta_seconds=0,
        waiting=[],
        models=list(closed.models),
        notes=_notes(list(closed.models)),
    )


def _models(watch: Watch) -> list[str]:
    return sorted({model for arrival in watch.arrivals.values() for model in arrival.models})


def _notes(models: list[str]) -> list[str]:
    if len(models) < 2:
        return []
    return [
        f"scored by {len(models)} model revisions ({', '.join(models)}), because the app was "
        "deployed meanwhile; submit the job again to have one"
    ]


def _eta(request: Request, watch: Watch, waits: list[Wait], now: datetime) -> int | None:
    comments = watch.comments()
    if not comments.done:
        return None
    known = request.posts - watch.unfetched(request.posts)
    expected = comments.total * request.posts / known if known else comments.total
    pace = comments.done / max((now - request.created_at).total_seconds(), 0.001)
    seconds = max(0.0, expected - comments.done) / pace
    if waits:
        longest = datetime.fromisoformat(waits[-1].until) - now
        seconds = max(seconds, longest / timedelta(seconds=1))
    return round(seconds)
