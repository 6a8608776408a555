"""What follows when work is done: arrivals at the barriers, up to the message that ends the job."""

from __future__ import annotations

import msgspec

from undertone.errors import Full
from undertone.pipeline import names
from undertone.pipeline.fanin import ChunkArrival, PostArrival, arrive, arrived
from undertone.pipeline.freeze import Frozen
from undertone.pipeline.messages import Message
from undertone.pipeline.services import Services
from undertone.records import Record, State
from undertone.results.statistics import Tally


class ProgressLine(Record, frozen=True, kw_only=True):
    """A line of the progress blob. The status shows it; nothing is decided by it."""

    post: int
    found: int = 0
    """Comments that were frozen."""
    chunk: int = -1
    done: int = 0
    """Comments scored in `chunk`."""
    waiting: str = ""
    """Why the post waits …"""
    until: str = ""
    """… and until when."""


def note_progress(services: Services, job: str, line: ProgressLine) -> None:
    """Raises Missing if the job is gone."""
    try:
        services.jobs.append(names.progress(job), msgspec.json.encode(line) + b"\n")
    except Full:
        return  # 50,000 lines: the status of a giant job stops moving, its result does not


def settle_post(services: Services, message: Message, arrival: PostArrival) -> None:
    """Arrive at the job's barrier; if that completes it, send the message that ends the job.

    A post that was scored again was all that its job's end waited for, also where other posts will
    never arrive because the job is cancelled.
    """
    done = arrive(services.jobs, names.barrier(message.job), arrival, message.posts)
    if done is not None or message.round:
        fire(services, message)


def settle_chunk(
    services: Services, message: Message, frozen: Frozen, arrival: ChunkArrival
) -> None:
    """Arrive at the post's barrier, or for a post of one chunk at the job's."""
    if len(frozen.chunks) == 1:
        settle_post(services, message, post_arrival(message, frozen, [arrival]))
        return
    barrier = names.post_barrier(message.job, message.post, message.round)
    done = arrive(services.jobs, barrier, arrival, len(frozen.chunks))
    if done is not None:
        settle_post(services, message, _merged(message, frozen, done))


def settled(services: Services, message: Message, frozen: Frozen) -> bool:
    """Whether this chunk has arrived already; then what may have been left undone is done now."""
    if len(frozen.chunks) > 1:
        barrier = names.post_barrier(message.job, message.post, message.round)
        chunks = arrived(services.jobs, barrier, ChunkArrival)
        if len(chunks) == len(frozen.chunks):
            settle_post(services, message, _merged(message, frozen, chunks))
        return message.chunk in chunks
    posts = arrived(services.jobs, names.barrier(message.job), PostArrival)
    standing = posts.get(message.post)
    if standing is None or standing.round < message.round:
        return False
    if len(posts) >= message.posts:
        fire(services, message)
    return True


def fire(services: Services, message: Message) -> None:
    """Send the message that ends the job. Twice does no harm."""
    ending = Message(
        job=message.job,
        posts=message.posts,
        deadline=message.deadline,
        traceparent=message.traceparent,
    )
    services.queues.send(names.QUEUE_FINISHED, ending.encode())


def unfetched(message: Message, frozen: Frozen) -> PostArrival:
    """The arrival of a post that has nothing to score."""
    return post_arrival(message, frozen, [])


def _merged(message: Message, frozen: Frozen, chunks: dict[int, ChunkArrival]) -> PostArrival:
    return post_arrival(message, frozen, [chunks[key] for key in sorted(chunks)])


def post_arrival(message: Message, frozen: Frozen, chunks: list[ChunkArrival]) -> PostArrival:
    """A post's arrival from those of its chunks, in order; chunks that are not there were not
    scored (a job that was cancelled), and the post says so."""
    total = Tally()
    for chunk in chunks:
        total = total.merge(chunk.tally)
    unscored = sum(chunk.unscored for chunk in chunks)
    left_out = frozen.fetched - total.count - unscored
    state, reason = _state(
        frozen, unscored, left_out, next((c.reason for c in chunks if c.reason), "")
    )
    return PostArrival(
        key=message.post,
        round=message.round,
        state=state,
        reason=reason,
        post=frozen.post,
        title=frozen.title,
        reported=frozen.reported,
        fetched=frozen.fetched,
        unscored=unscored + left_out,
        fetched_at=frozen.fetched_at,
        tally=total,
        models=tuple(sorted({chunk.model for chunk in chunks if chunk.model})),
        blocks=tuple(chunk.block for chunk in chunks if chunk.block),
    )


def _state(frozen: Frozen, unscored: int, left_out: int, why: str) -> tuple[State, str]:
    if not unscored and not left_out:
        return frozen.state, frozen.reason
    reasons = [frozen.reason] if frozen.reason else []
    if unscored:
        reasons.append(f"{unscored} of {frozen.fetched} comments could not be scored: {why}")
    if left_out:
        reasons.append(
            f"{left_out} of {frozen.fetched} comments were not scored before the job ended"
        )
    scored = frozen.fetched - unscored - left_out
    return (State.PARTIAL if scored else State.FAILED), "; ".join(reasons)
