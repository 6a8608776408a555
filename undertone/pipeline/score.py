"""Score one chunk: stage its rows as a block of the result files, then arrive."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from model.analyzer import Unavailable
from undertone.pipeline import names
from undertone.pipeline.arrivals import arrive_chunk, note_progress, resume_if_arrived
from undertone.pipeline.attempts import current_attempt, postpone_chunk
from undertone.pipeline.messages import Delivery, Message
from undertone.pipeline.post_records import ChunkArrival, ProgressLine, Snapshot
from undertone.pipeline.services import Services
from undertone.results.comments_table import ScoredComment, comments_csv_bytes, jsonl_bytes
from undertone.results.tally import round_probabilities, tally


def score(services: Services, delivery: Delivery) -> None:
    """Score the chunk, unless that has been done; later, if the analyzer cannot answer now.

    Raises Transient (the host tries again) and Missing (the job is gone).
    """
    message = delivery.message
    if is_stopped(services, message):
        return
    snapshot = services.store.snapshots.read(message.job, message.post)
    if delivery.may_be_done and resume_if_arrived(services, message, snapshot):
        return
    current = current_attempt(services, delivery, names.QUEUE_COMMENTS)
    if current is None:
        return
    comments = services.store.comments(snapshot, message.chunk)
    analyzer = services.analyzer()
    try:
        predictions = analyzer.predict([comment.text for comment in comments])
    except Unavailable as error:
        if refusal := postpone_chunk(services, current, error):
            fail(services, message, refusal)
        return
    probabilities = [round_probabilities(p.negative, p.neutral, p.positive) for p in predictions]
    scored = [
        ScoredComment(comment, shares, prediction.windows)
        for comment, shares, prediction in zip(comments, probabilities, predictions, strict=True)
    ]
    block = stage(services, message, snapshot, scored)
    if len(snapshot.chunks) > 1:
        line = ProgressLine(post=message.post, chunk=message.chunk, done=len(comments))
        note_progress(services, message.job, line)
    arrival = ChunkArrival(
        key=message.chunk, block=block, tally=tally(probabilities), model=analyzer.model
    )
    arrive_chunk(services, message, snapshot, arrival)


def fail(services: Services, message: Message, reason: str) -> None:
    """Arrive for a chunk that cannot be scored: its comments are in the result, without scores.

    Raises Transient and Missing, as `score`.
    """
    snapshot = services.store.snapshots.read(message.job, message.post)
    comments = services.store.comments(snapshot, message.chunk)
    block = stage(services, message, snapshot, [ScoredComment(c, None) for c in comments])
    arrival = ChunkArrival(
        key=message.chunk, block=block, tally=tally([]), unscored=len(comments), reason=reason
    )
    arrive_chunk(services, message, snapshot, arrival)


def is_stopped(services: Services, message: Message) -> bool:
    """Whether this chunk need not be scored any more.

    A cancelled job closes with what exists, and what existed is scored again if it was lost.
    """
    stop = services.store.stops.find_cached(message.job)
    return stop is not None and (stop.why == "deleted" or message.round == 0)


def stage(
    services: Services, message: Message, snapshot: Snapshot, scored: Sequence[ScoredComment]
) -> str:
    """Stage the rows in both result files under one id, which is returned.

    The id holds a digest of the rows of both: of two deliveries that score differently each stages
    a block of its own, and the barrier decides for both files at once which of them counts.
    """
    table = comments_csv_bytes(snapshot.row, scored)
    lines = jsonl_bytes(snapshot.row, scored)
    block = block_id(message.post, message.chunk, table + lines)
    services.results.stage(names.comments_csv(message.job), block, table)
    services.results.stage(names.comments_jsonl(message.job), block, lines)
    return block


def block_id(post: int, chunk: int, content: bytes) -> str:
    """28 characters, always: the service wants all ids of a blob equally long."""
    return f"{post:05d}.{chunk:05d}.{sha256(content).hexdigest()[:16]}"


def header_block_id(content: bytes) -> str:
    """The id of a file's header block, as long as the others."""
    return f"-----.-----.{sha256(content).hexdigest()[:16]}"
