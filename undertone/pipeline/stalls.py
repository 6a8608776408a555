"""When a job has stalled: for a while nothing has happened in it, and no queue explains that.

A job in which nothing happens may have lost a message; or its messages wait behind others. Both
look alike in its blobs, so the queues are asked: where the message that comes next was sent after
the job's last activity, what the job had sent before is gone from that queue. Each time that its
messages were sent again without any effect, it gets twice as long as before.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import msgspec

from undertone.errors import Missing, UndertoneError
from undertone.pipeline import names
from undertone.pipeline.job_records import OpenMarker
from undertone.pipeline.services import Services
from undertone.pipeline.store import JobStore
from undertone.ports import Queues
from undertone.record_blobs import WithETag

log = logging.getLogger(__name__)

STALLED = timedelta(minutes=15)
"""A job in which nothing has happened for so long gets sent again what is missing. Longer than
the ten minutes after which a killed instance's messages come back by themselves."""
LONGEST_PATIENCE = timedelta(hours=8)
"""What that may grow to; and how long a backlog excuses a job, should the queues be misread."""
SETTLING = timedelta(minutes=5)
"""A step may send messages for so long after the activity that was seen of it."""
WORK_QUEUES = (
    names.QUEUE_JOBS,
    names.QUEUE_POSTS,
    names.QUEUE_COMMENTS,
    names.QUEUE_FINISHED,
    names.poison_queue(names.QUEUE_POSTS),
    names.poison_queue(names.QUEUE_COMMENTS),
)


class Backlog:
    """How old the work in the queues is; they are asked once, and not before it matters."""

    def __init__(self, queues: Queues) -> None:
        self._queues = queues
        self._oldest: list[datetime] | None = None

    def has_from_before(self, moment: datetime) -> bool:
        """Whether messages that were sent before `moment` may still wait. Raises Transient."""
        if self._oldest is None:
            fronts = [self._queues.oldest(queue) for queue in WORK_QUEUES]
            self._oldest = [front for front in fronts if front is not None]
        return any(front <= moment for front in self._oldest)


def has_stalled(services: Services, job: str, barrier: int, backlog: Backlog) -> bool:
    """Whether the job's missing messages are to be sent again; what was seen is noted.

    `barrier`: how many bytes the job's barrier has.
    """
    now = services.clock()
    activity = barrier + services.store.progress.size(job)
    marker, etag = open_marker(services.store, job)
    if marker.unsent:
        return _note(services, etag, job, marker, announced=now, unsent=False)
    if marker.activity != activity or marker.since is None:
        _note(services, etag, job, marker, activity=activity, since=now, stalls=0)
        return False
    quiet = now - marker.since
    if quiet < min(STALLED * (1 << min(marker.stalls, 10)), LONGEST_PATIENCE):
        return False
    if quiet < LONGEST_PATIENCE and backlog.has_from_before(marker.since + SETTLING):
        return False
    return _note(services, etag, job, marker, since=now, stalls=marker.stalls + 1)


def may_announce_again(services: Services, job: str) -> bool:
    """Whether a submit that is repeated may send the job's messages, as the first one should have.

    At once if an earlier call is known to have failed while it sent them. Else not if anything has
    happened in the job: then they were sent, and what of them is lost is left to reconcile.
    Otherwise once in a while, however often the call is repeated.
    """
    store, now = services.store, services.clock()
    standing = store.open_markers.find_with_etag(job)
    if standing is None:  # it has just ended
        return False
    marker, etag = standing
    if marker.unsent:
        return _note(services, etag, job, marker, announced=now, unsent=False)
    if store.progress.has_records(job) or store.barriers.has_records(job):
        return False
    if marker.announced is not None and now - marker.announced < STALLED:
        return False
    return _note(services, etag, job, marker, announced=now)


def note_unsent(services: Services, job: str) -> None:
    """Note that some of the job's messages were never sent, for a repeated call and reconcile.

    As far as storage lets us: else a stall shows it, a quarter of an hour later.
    """
    try:
        marker, etag = open_marker(services.store, job)
        _note(services, etag, job, marker, unsent=True)
    except UndertoneError as error:
        log.warning("job %s: that messages were not sent could not be noted: %s", job, error)


def open_marker(store: JobStore, job: str) -> WithETag[OpenMarker]:
    """Reconcile's notes about the job. Raises Missing if it is not under way."""
    marker = store.open_markers.find_with_etag(job)
    if marker is None:
        raise Missing(names.open_marker(job))
    return marker


def _note(services: Services, etag: str, job: str, marker: OpenMarker, **seen: object) -> bool:
    noted = msgspec.structs.replace(marker, **seen)
    return services.store.open_markers.replace(noted, etag, job)
