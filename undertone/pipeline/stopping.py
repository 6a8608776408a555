"""Cancel and delete. The stop is written first; whatever runs sees it and ends quietly."""

from __future__ import annotations

from undertone.errors import Conflict
from undertone.pipeline import names
from undertone.pipeline.arrivals import send_finished
from undertone.pipeline.idempotency import release_key
from undertone.pipeline.job_records import Request, Stop
from undertone.pipeline.messages import Message
from undertone.pipeline.services import Services


def cancel(services: Services, request: Request) -> None:
    """Close the job with what exists. Cancelling twice is cancelling once.

    Raises Conflict if it has ended.
    """
    closed = services.store.closed.find(request.job)
    if closed is not None and closed.status != "cancelled":
        raise Conflict(f"job {request.job} has ended ({closed.status}); there is nothing to cancel")
    stop = Stop(why="cancelled", at=services.clock(), owner=request.owner)
    services.store.stops.create(stop, request.job)
    send_finished(
        services, Message(job=request.job, posts=request.posts, deadline=request.deadline)
    )


def delete(services: Services, request: Request) -> None:
    """Stop the job and remove all of it, results too. The comments cache is shared and stays."""
    delete_job(services, request.job, request.owner, request.idempotency)


def delete_job(services: Services, job: str, owner: str, idempotency: str) -> None:
    """Write the tombstone, then remove the job's blobs. `idempotency`: see `Request`."""
    stop = Stop(why="deleted", at=services.clock(), owner=owner, idempotency=idempotency)
    services.store.stops.write(stop, job)
    remove_blobs(services, job, stop)


def remove_blobs(services: Services, job: str, stop: Stop) -> None:
    """Remove all blobs of a deleted job but its tombstone.

    Work that was under way may write some of them once more; `reconcile` removes them again.
    """
    store = services.store
    if stop.idempotency:
        release_key(store, stop.idempotency, job)
    store.index.remove(stop.owner, job)
    for container in (services.results, store.jobs):
        for name in container.names(names.job_prefix(job)):
            container.remove(name)
    store.open_markers.remove(job)
