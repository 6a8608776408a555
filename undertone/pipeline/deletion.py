"""Deleting jobs: a tombstone at once, the blobs in the background.

A large job has over a hundred thousand blobs, more than a request may take the time to remove. So
DELETE writes the tombstone, from which moment the job is gone for every caller and every step, and
a message to the queue that ends jobs, whose handler removes what there is in batches. Work that was
under way may write once more; so `reconcile` has every tombstone swept again, ever more rarely,
until no message of the job can be alive. It also makes up for a message that is lost or poisoned.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import batched

import msgspec

from undertone.errors import Missing, NewerVersion, Transient
from undertone.pipeline import names
from undertone.pipeline.arrivals import send_finished
from undertone.pipeline.comment_cache import release
from undertone.pipeline.idempotency import release_key
from undertone.pipeline.job_records import Stop
from undertone.pipeline.messages import Message
from undertone.pipeline.post_records import Snapshot
from undertone.pipeline.services import Services
from undertone.ports import Blobs
from undertone.versions import decode_record

log = logging.getLogger(__name__)

TOMBSTONE_LIFE = timedelta(days=8)
"""No message lives longer than seven days, so nothing can write for a job deleted before that."""
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(days=1)
"""Bounds of the time until a tombstone is swept again, which doubles."""
SWEEP_TIME = timedelta(minutes=4)
"""A sweep that takes longer goes on in another message, well before a function's time limit."""
BATCH = 256
"""Blobs removed by one request."""
SNAPSHOT = "/snapshot.json"
"""How the names of snapshots end."""
BLOBS_AT_ONCE = 8 * BATCH
"""Blobs listed, and then removed in parallel, before the time is looked at."""


def delete_job(services: Services, job: str, index: str, idempotency: str) -> None:
    """Write the tombstone and have the job's blobs removed.

    `index`: name of the job's entry in its owner's list; `idempotency`: see `Request`.
    """
    stop = Stop(why="deleted", at=services.clock(), index=index, idempotency=idempotency)
    services.store.stops.write(stop, job)
    _remove_entries(services, job, stop)
    _send_sweep(services, job)


def _send_sweep(services: Services, job: str) -> None:
    send_finished(services, Message(job=job, posts=0, deadline=services.clock()))


def _remove_entries(services: Services, job: str, stop: Stop) -> None:
    if stop.idempotency:
        release_key(services.store, stop.idempotency, job)
    services.store.jobs.remove(stop.index or names.index(stop.owner, job))


def sweep(services: Services, job: str) -> None:
    """Remove all blobs of a deleted job; the tombstone too, once it has lived its time.

    Raises Transient if some could not be removed, after all others have been.
    """
    standing = services.store.stops.find_with_etag(job)
    if standing is None or standing.record.why != "deleted":
        return
    stop, began = standing.record, services.clock()
    _remove_entries(services, job, stop)
    stuck: list[str] = []
    containers: tuple[tuple[Blobs, Meanwhile], ...] = (
        (services.results, lambda _: None),
        (services.store.jobs, lambda found: _release_comments(services, found, job)),
    )
    for container, first in containers:
        for found in removing(services, container, names.job_prefix(job), first):
            stuck += found
            if services.clock() - began >= SWEEP_TIME:
                _send_sweep(services, job)
                return
    services.store.open_markers.remove(job)
    if stuck:
        raise Transient(
            f"{len(stuck)} blobs of deleted job {job} could not be removed, among them {stuck[0]}"
        )
    if services.clock() - stop.at >= TOMBSTONE_LIFE:
        services.store.stops.remove_if(standing.etag, job)


def _release_comments(services: Services, found: Sequence[str], job: str) -> None:
    """Let go of what the comment cache holds of the posts whose snapshots are among `found`."""

    def release_one(name: str) -> None:
        try:
            cache = decode_record(services.store.jobs.read(name), Snapshot).cache
        except (Missing, NewerVersion, msgspec.DecodeError) as error:
            log.info("job %s: what %s used of the cache is left to retention: %s", job, name, error)
            return
        if cache:
            release(services.store, cache, job)

    services.in_parallel(release_one, (name for name in found if name.endswith(SNAPSHOT)))


Meanwhile = Callable[[Sequence[str]], None]


def removing(
    services: Services, container: Blobs, prefix: str, first: Meanwhile = lambda _: None
) -> Iterator[list[str]]:
    """Remove all blobs of `prefix`; yields now and then, with the names that withstood.

    `first` is told each time which will be removed next.
    """
    after = ""
    while found := container.names(prefix, after=after, limit=BLOBS_AT_ONCE):
        first(found)
        withstood = services.in_parallel(container.remove_many, batched(found, BATCH, strict=False))
        yield [name for batch in withstood for name in batch]
        after = found[-1]


def sweep_tombstones(services: Services) -> list[Exception]:
    """Have every tombstone swept that is due, and remove stops that have outlived their jobs.

    What failed; it keeps no other tombstone from its turn.
    """

    def sweep_if_due(name: str) -> Exception | None:
        try:
            _sweep_if_due(services, name.removeprefix(names.STOPS))
        except Exception as error:
            log.exception("sweeping %s failed", name)
            return error
        return None

    stops = services.store.jobs.names(names.STOPS)
    return [error for error in services.in_parallel(sweep_if_due, stops) if error is not None]


def _sweep_if_due(services: Services, job: str) -> None:
    stops, now = services.store.stops, services.clock()
    standing = stops.find_with_etag(job)
    if standing is None:
        return
    stop = standing.record
    has_lived = now - stop.at >= TOMBSTONE_LIFE
    if stop.why != "deleted":
        if has_lived:  # unless the job has been deleted since
            stops.remove_if(standing.etag, job)
        return
    last = stop.swept or stop.at
    pause = min(max(last - stop.at, FIRST_PAUSE), LONGEST_PAUSE)
    if now - last >= pause or (has_lived and last - stop.at < TOMBSTONE_LIFE):
        _send_sweep(services, job)
        stops.replace(msgspec.structs.replace(stop, swept=now), standing.etag, job)
