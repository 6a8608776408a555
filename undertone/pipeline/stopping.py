"""Cancel and delete. The stop is written first; whatever runs sees it and ends quietly."""

from __future__ import annotations

import msgspec

from undertone.errors import Conflict
from undertone.pipeline import names
from undertone.pipeline.claims import release
from undertone.pipeline.job import Request, Stop, read_closed
from undertone.pipeline.messages import Message
from undertone.pipeline.services import Services
from undertone.pipeline.settle import fire


def cancel(services: Services, request: Request) -> None:
    """Close the job with what exists. Cancelling twice is cancelling once.

    Raises Conflict if it has ended.
    """
    closed = read_closed(services.jobs, request.job)
    if closed is not None and closed.status != "cancelled":
        raise Conflict(f"job {request.job} has ended ({closed.status}); there is nothing to cancel")
    stop = Stop(why="cancelled", at=services.clock(), owner=request.owner)
    services.jobs.create(names.stop(request.job), msgspec.json.encode(stop))
    fire(services, Message(job=request.job, posts=request.posts, deadline=request.deadline))


def delete(services: Services, request: Request) -> None:
    """Stop the job and remove all of it, results too. The comments cache is shared and stays."""
    bury(services, request.job, request.owner, request.idempotency)


def bury(services: Services, job: str, owner: str, idempotency: str) -> None:
    """Write the tombstone, then sweep."""
    stop = Stop(why="deleted", at=services.clock(), owner=owner, idempotency=idempotency)
    services.jobs.write(names.stop(job), msgspec.json.encode(stop))
    sweep(services, job, stop)


def sweep(services: Services, job: str, stop: Stop) -> None:
    """Remove all blobs of a deleted job but its tombstone.

    Work that was under way may write some of them once more; upkeep sweeps again.
    """
    if stop.idempotency:
        release(services.jobs, stop.idempotency, job)
    services.jobs.remove(names.index(stop.owner, job))
    for container in (services.results, services.jobs):
        for name in container.names(names.job_prefix(job)):
            container.remove(name)
    services.jobs.remove(names.open_marker(job))
