"""How a job ends, decided once.

A job may be ended by its last post, by a cancel or by its deadline, while posts still arrive. What
counts is therefore frozen before anything is written: closing.json says how many bytes of the
barrier count, and what is known of the posts that had not arrived by then. Bytes of an append blob
never change, so every aggregator that reads closing.json sees the same arrivals.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

from undertone import wire
from undertone.errors import Missing
from undertone.pipeline import names
from undertone.pipeline.fanin import ChunkArrival, PostArrival, arrived, winners
from undertone.pipeline.freeze import read_frozen
from undertone.pipeline.job import Request, all_rows
from undertone.pipeline.messages import Message
from undertone.pipeline.services import Services
from undertone.pipeline.settle import post_arrival
from undertone.ports import Blobs
from undertone.records import VERSION, Record, State

REASONS = {
    "cancelled": "the job was cancelled before this post was done",
    "overdue": "this post was not done when the job's time was over; send it again",
}


class Closing(Record, frozen=True, kw_only=True):
    """closing.json."""

    why: Literal["complete", "cancelled", "overdue", "reopened"]
    """`reopened`: an earlier decision could not be carried out; the next aggregator decides."""
    bytes: int = 0
    """How much of the barrier counts."""
    absent: tuple[PostArrival, ...] = ()
    """Instead of an arrival, for each post that has none in those bytes."""
    v: int = VERSION


class Decision(NamedTuple):
    """A closing that stands, and the ETag that tells it from any other."""

    closing: Closing
    etag: str


def decide(services: Services, request: Request, *, cancelled: bool) -> Decision | None:
    """How this job ends: as an earlier aggregator decided, or as now; None if it goes on.

    Raises Missing if the job is gone.
    """
    standing = _standing(services.jobs, request.job)
    if standing is not None and standing.closing.why != "reopened":
        return standing
    lines = services.jobs.read(names.barrier(request.job))
    here = winners(lines, PostArrival)
    why = _why(services, request, here, cancelled=cancelled)
    if why is None:
        return None
    closing = Closing(why=why, bytes=len(lines), absent=_absent(services, request, here, why))
    data = msgspec.json.encode(closing)
    if standing is None:
        services.jobs.create(names.closing(request.job), data)
    else:
        services.jobs.replace(names.closing(request.job), data, standing.etag)
    return _standing(services.jobs, request.job)  # ours, or that of whoever was first


def reopen(services: Services, job: str, decision: Decision) -> None:
    """Take back `decision`, unless it has been replaced by another already."""
    data = msgspec.json.encode(Closing(why="reopened"))
    services.jobs.replace(names.closing(job), data, decision.etag)


def standing_closing(jobs: Blobs, job: str) -> Closing | None:
    """The decision that stands, if there is one."""
    decision = _standing(jobs, job)
    return None if decision is None or decision.closing.why == "reopened" else decision.closing


def _standing(jobs: Blobs, job: str) -> Decision | None:
    try:
        data, etag = jobs.read_versioned(names.closing(job))
    except Missing:
        return None
    return Decision(wire.decode(data, Closing), etag)


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
    rows = enumerate(all_rows(services.jobs, request))
    missing = [index for index, row in rows if row.is_post and index not in here]
    return tuple(
        services.in_parallel(lambda post: _as_far_as_done(services, request, post, why), missing)
    )


def _as_far_as_done(services: Services, request: Request, post: int, why: str) -> PostArrival:
    """The arrival of a post with the chunks that were scored, if any."""
    frozen = read_frozen(services.jobs, request.job, post)
    if frozen is None:
        return PostArrival(key=post, state=State.FAILED, reason=REASONS[why])
    chunks: dict[int, ChunkArrival] = {}
    if len(frozen.chunks) > 1:
        try:
            barrier = names.post_barrier(request.job, post, 0)
            chunks = arrived(services.jobs, barrier, ChunkArrival)
        except Missing:
            chunks = {}  # frozen, but its chunks were not announced yet
    message = Message(job=request.job, posts=request.posts, deadline=request.deadline, post=post)
    return post_arrival(message, frozen, [chunks[key] for key in sorted(chunks)])


def counting(blobs: Blobs, request: Request, closing: Closing) -> dict[int, PostArrival]:
    """The arrival that counts for each post of the job. Raises Missing."""
    lines = blobs.read_range(names.barrier(request.job), 0, closing.bytes)
    return winners(lines, PostArrival) | {arrival.key: arrival for arrival in closing.absent}
