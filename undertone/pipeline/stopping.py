"""Cancel and delete. The stop is written first; whatever runs sees it and ends quietly."""

from __future__ import annotations

from undertone.errors import Conflict
from undertone.pipeline import names
from undertone.pipeline.arrivals import send_finished
from undertone.pipeline.deletion import delete_job
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
    """Stop the job; all of it goes, results too, and what it brought into the comment cache unless
    another job of its owner uses that."""
    index = names.index(request.owner, request.job)
    delete_job(services, request.job, index, request.idempotency)
