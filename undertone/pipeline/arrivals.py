"""What follows when work is done: arrivals at the barriers, up to the message that ends the job."""

from __future__ import annotations

import logging
from typing import NamedTuple

from model.analyzer import Calibration
from undertone.errors import UndertoneError
from undertone.pipeline import names
from undertone.pipeline.fanin import arrive, arrived
from undertone.pipeline.messages import Message
from undertone.pipeline.post_records import (
    MODELS_JOINED,
    ChunkArrival,
    PostArrival,
    ProgressLine,
    Snapshot,
)
from undertone.pipeline.services import Services
from undertone.records import State
from undertone.results.languages import merge_languages, unread_reason
from undertone.results.tally import Tally

log = logging.getLogger(__name__)

MOST_UNREAD = 0.2
"""A post is `partial` if a larger share of its comments is in languages that the model does not
read: its figures are then those of another crowd than the one that commented."""


def note_progress(services: Services, job: str, line: ProgressLine) -> None:
    """Tell the status. It decides nothing, so whatever fails here fails no work.

    That a job is gone is noticed where it matters: by whoever arrives at its barrier.
    """
    try:
        services.store.progress.append(line, job)
    except UndertoneError as error:
        log.warning("job %s: the status misses a line: %s", job, error)


def arrive_post(services: Services, message: Message, arrival: PostArrival) -> None:
    """Arrive at the job's barrier; if that completes it, send the message that ends the job.

    A post that was scored again was all that its job's end waited for, also where other posts will
    never arrive because the job is cancelled.
    """
    complete = arrive(services.store.barriers, arrival, message.posts, message.job)
    if complete is not None or message.round:
        send_finished(services, message)


def arrive_chunk(
    services: Services, message: Message, snapshot: Snapshot, arrival: ChunkArrival
) -> None:
    """Arrive at the post's barrier, or for a post of one chunk at the job's."""
    chunks = len(snapshot.chunks)
    if chunks == 1:
        arrive_post(services, message, post_arrival(message, snapshot, [arrival]))
        return
    barriers = services.store.post_barriers
    complete = arrive(barriers, arrival, chunks, message.job, message.post, message.round)
    if complete is None:
        return
    if complete.has_repeats:
        arrive_scored_post(services, message, snapshot, complete.arrivals)
    else:
        arrive_post(services, message, _merged(message, snapshot, complete.arrivals))


def arrive_scored_post(
    services: Services, message: Message, snapshot: Snapshot, chunks: dict[int, ChunkArrival]
) -> None:
    """Arrive for a post of which all chunks have arrived, unless it has itself."""
    if not resume_if_post_arrived(services, message):
        arrive_post(services, message, _merged(message, snapshot, chunks))


def resume_if_post_arrived(services: Services, message: Message) -> bool:
    """Whether this post has arrived already; what its arrival may have left undone is done now."""
    posts = arrived(services.store.barriers, message.job)
    standing = posts.get(message.post)
    if standing is None or standing.round < message.round:
        return False
    if len(posts) >= message.posts or message.round:
        send_finished(services, message)
    return True


def resume_if_arrived(services: Services, message: Message, snapshot: Snapshot) -> bool:
    """Whether this chunk has arrived already; what its arrival may have left undone is done now."""
    store = services.store
    if store.closed.find(message.job) is not None:
        return True
    if len(snapshot.chunks) == 1:
        return resume_if_post_arrived(services, message)
    chunks = arrived(store.post_barriers, message.job, message.post, message.round)
    if len(chunks) == len(snapshot.chunks):
        arrive_scored_post(services, message, snapshot, chunks)
    return message.chunk in chunks


def send_facts(services: Services, message: Message) -> None:
    """Send the message that makes the facts of a job that has ended. Twice does no harm."""
    services.queues.send(names.QUEUE_FACTS, _of_job(message).encode())


def send_finished(services: Services, message: Message) -> None:
    """Send the message that ends the job. Twice does no harm."""
    services.queues.send(names.QUEUE_FINISHED, _of_job(message).encode())


def _of_job(message: Message) -> Message:
    return Message(
        job=message.job,
        posts=message.posts,
        deadline=message.deadline,
        traceparent=message.traceparent,
    )


def _merged(message: Message, snapshot: Snapshot, chunks: dict[int, ChunkArrival]) -> PostArrival:
    return post_arrival(message, snapshot, [chunks[key] for key in sorted(chunks)])


def post_arrival(message: Message, snapshot: Snapshot, chunks: list[ChunkArrival]) -> PostArrival:
    """A post's arrival from those of its chunks, in order.

    Chunks that are not among them were not scored (the job was cancelled), and the post says so.
    """
    total = suspect = Tally()
    for chunk in chunks:
        total = total.merge(chunk.tally)
        suspect = suspect.merge(chunk.suspect or Tally())
    unscored = sum(chunk.unscored for chunk in chunks)
    unread = merge_languages(chunk.unread for chunk in chunks)
    left_out = snapshot.fetched - total.count - unscored - sum(unread.values())
    why = next((c.reason for c in chunks if c.reason), "")
    state, reason = _state(snapshot, _Without(unscored, why, unread, left_out))
    return PostArrival(
        key=message.post,
        round=message.round,
        state=state,
        reason=reason,
        post=snapshot.post,
        title=snapshot.title,
        reported=snapshot.reported,
        fetched=snapshot.fetched,
        unscored=unscored + sum(unread.values()) + left_out,
        fetched_at=snapshot.fetched_at,
        tally=total,
        suspect=suspect if suspect.count else None,
        calibration=_calibration(chunks),
        sizes=tuple(chunk.size for chunk in chunks if chunk.block and chunk.size),
        rows=tuple(_comments(chunk) for chunk in chunks if chunk.block),
        models=tuple(sorted({m for c in chunks if c.model for m in c.model.split(MODELS_JOINED)})),
        blocks=tuple(chunk.block for chunk in chunks if chunk.block),
        languages=merge_languages(chunk.languages for chunk in chunks),
        unread=sum(unread.values()),
    )


def _comments(chunk: ChunkArrival) -> int:
    return chunk.tally.count + chunk.unscored + sum(chunk.unread.values())


def _calibration(chunks: list[ChunkArrival]) -> Calibration | None:
    """None if one of the models has none: what it counted may be off by anything."""
    found = [chunk.calibration for chunk in chunks if chunk.model]
    known = [calibration for calibration in found if calibration is not None]
    if not known or len(known) < len(found):
        return None
    return max(known, key=lambda calibration: calibration.mean.spread)


class _Without(NamedTuple):
    """Why comments have no score, and how many."""

    unscored: int
    why: str
    unread: dict[str, int]
    left_out: int

    @property
    def comments(self) -> int:
        return self.unscored + sum(self.unread.values()) + self.left_out


def _state(snapshot: Snapshot, without: _Without) -> tuple[State, str]:
    fetched = snapshot.fetched
    reasons = [snapshot.reason] if snapshot.reason else []
    if without.unscored:
        reasons.append(
            f"{without.unscored} of {fetched} comments could not be scored: {without.why}"
        )
    if without.unread:
        reasons.append(unread_reason(without.unread, fetched))
    if without.left_out:
        reasons.append(
            f"{without.left_out} of {fetched} comments were not scored before the job ended"
        )
    missing = without.unscored or without.left_out
    if missing or sum(without.unread.values()) > MOST_UNREAD * fetched:
        return (State.PARTIAL if without.comments < fetched else State.FAILED), "; ".join(reasons)
    return snapshot.state, "; ".join(reasons)
