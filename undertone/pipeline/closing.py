"""How a job ends, decided once.

A job may be ended by its last post, by a cancel or by its deadline, while posts still arrive. What
counts is therefore fixed before anything is written: closing.json says how many bytes of the
barrier count, and what is known of the posts that had not arrived by then. Bytes of an append blob
never change, so every aggregator that reads closing.json sees the same arrivals.
"""

from __future__ import annotations

from typing import Literal

from undertone.errors import Missing
from undertone.pipeline.arrivals import post_arrival
from undertone.pipeline.fanin import arrived, winners
from undertone.pipeline.job_records import Closing, Request
from undertone.pipeline.messages import Message
from undertone.pipeline.post_records import ChunkArrival, PostArrival
from undertone.pipeline.services import Services
from undertone.pipeline.store import JobStore
from undertone.record_blobs import WithETag
from undertone.records import State

REASONS = {
    "cancelled": "the job was cancelled before this post was done",
    "overdue": "this post was not done when the job's time was over; send it again",
}


Decision = WithETag[Closing]
"""A closing that stands, and the ETag that tells it from any other."""


def decide(services: Services, request: Request, *, cancelled: bool) -> Decision | None:
    """How this job ends: as an earlier aggregator decided, or as now; None if it goes on.

    Raises Missing if the job is gone.
    """
    closings = services.store.closings
    standing = closings.find_with_etag(request.job)
    if standing is not None and standing.record.why != "reopened":
        return standing
    lines, size = services.store.barriers.read(request.job)
    here = winners(lines)
    why = _why(services, request, here, cancelled=cancelled)
    if why is None:
        return None
    closing = Closing(why=why, bytes=size, absent=_absent(services, request, here, why))
    if standing is None:
        closings.create(closing, request.job)
    else:
        closings.replace(closing, standing.etag, request.job)
    found = closings.find_with_etag(request.job)  # ours, or that of whoever was first
    if found is not None and found.record.why == "reopened":
        return None  # who was first has taken it back already: blocks are missing, chunks are sent
    return found


def reopen(store: JobStore, job: str, decision: Decision) -> None:
    """Take back `decision`, unless it has been replaced by another already."""
    store.closings.replace(Closing(why="reopened"), decision.etag, job)


def standing_closing(store: JobStore, job: str) -> Closing | None:
    """The decision that stands, if there is one."""
    closing = store.closings.find(job)
    return None if closing is None or closing.why == "reopened" else closing


def _why(
    services: Services, request: Request, here: dict[int, PostArrival], *, cancelled: bool
) -> Literal["complete", "cancelled", "overdue"] | None:
    if len(here) >= request.posts:
        return "complete"
    if cancelled:
        return "cancelled"
    return "overdue" if services.clock() >= request.deadline else None


def _absent(
    services: Services, request: Request, here: dict[int, PostArrival], why: str
) -> tuple[PostArrival, ...]:
    if why == "complete":
        return ()
    rows = enumerate(services.store.all_rows(request))
    missing = [index for index, row in rows if row.is_post and index not in here]
    return tuple(
        services.in_parallel(lambda post: _as_far_as_done(services, request, post, why), missing)
    )


def _as_far_as_done(services: Services, request: Request, post: int, why: str) -> PostArrival:
    """The arrival of a post with the chunks that were scored, if any."""
    snapshot = services.store.snapshots.find(request.job, post)
    if snapshot is None:
        return PostArrival(key=post, state=State.FAILED, reason=REASONS[why])
    chunks: dict[int, ChunkArrival] = {}
    if len(snapshot.chunks) > 1:
        try:
            chunks = arrived(services.store.post_barriers, request.job, post, 0)
        except Missing:
            chunks = {}  # there is a snapshot, but its chunks were not announced yet
    message = Message(job=request.job, posts=request.posts, deadline=request.deadline, post=post)
    return post_arrival(message, snapshot, [chunks[key] for key in sorted(chunks)])


def counting(store: JobStore, request: Request, closing: Closing) -> dict[int, PostArrival]:
    """The arrival that counts for each post of the job. Raises Missing."""
    lines = store.barriers.read_to(closing.bytes, request.job).records
    return winners(lines) | {arrival.key: arrival for arrival in closing.absent}
