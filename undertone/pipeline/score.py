"""Score one chunk: stage its rows as a block of the result files, then arrive."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from model.analyzer import Unavailable
from undertone.errors import Missing
from undertone.pipeline import names
from undertone.pipeline.attempts import send_chunk_later
from undertone.pipeline.fanin import ChunkArrival
from undertone.pipeline.freeze import Frozen, read_chunk, read_frozen
from undertone.pipeline.job import glimpse_stop
from undertone.pipeline.messages import Delivery, Message
from undertone.pipeline.services import Services
from undertone.pipeline.settle import ProgressLine, note_progress, settle_chunk, settled
from undertone.results.comments_table import ScoredComment, comments_csv_bytes, jsonl_bytes
from undertone.results.statistics import reading, tally


def score(services: Services, delivery: Delivery) -> None:
    """Score the chunk, unless that has been done; later, if the analyzer cannot answer now.

    Raises Transient (the host tries again) and Missing (the job is gone).
    """
    message = delivery.message
    if is_stopped(services, message):
        return
    frozen = _frozen(services, message)
    if delivery.repeated and settled(services, message, frozen):
        return
    comments = read_chunk(services.jobs, frozen, message.chunk)
    analyzer = services.analyzer()
    try:
        predictions = analyzer.predict([comment.text for comment in comments])
    except Unavailable as told:
        if refusal := send_chunk_later(services, message, told):
            fail(services, message, refusal)
        return
    readings = [reading(p.negative, p.neutral, p.positive) for p in predictions]
    scored = [
        ScoredComment(comment, figures, prediction.windows)
        for comment, figures, prediction in zip(comments, readings, predictions, strict=True)
    ]
    block = stage(services, message, frozen, scored)
    if len(frozen.chunks) > 1:
        line = ProgressLine(post=message.post, chunk=message.chunk, done=len(comments))
        note_progress(services, message.job, line)
    arrival = ChunkArrival(
        key=message.chunk, block=block, tally=tally(readings), model=analyzer.model
    )
    settle_chunk(services, message, frozen, arrival)


def fail(services: Services, message: Message, reason: str) -> None:
    """Arrive for a chunk that cannot be scored: its comments are in the result, without scores.

    Raises Transient and Missing, as `score`.
    """
    frozen = _frozen(services, message)
    comments = read_chunk(services.jobs, frozen, message.chunk)
    block = stage(services, message, frozen, [ScoredComment(c, None) for c in comments])
    arrival = ChunkArrival(
        key=message.chunk, block=block, tally=tally([]), unscored=len(comments), reason=reason
    )
    settle_chunk(services, message, frozen, arrival)


def is_stopped(services: Services, message: Message) -> bool:
    """Whether this chunk need not be scored any more.

    A cancelled job closes with what exists, and what existed is scored again if it was lost.
    """
    stop = glimpse_stop(services, message.job)
    return stop is not None and (stop.why == "deleted" or message.round == 0)


def _frozen(services: Services, message: Message) -> Frozen:
    frozen = read_frozen(services.jobs, message.job, message.post)
    if frozen is None:
        raise Missing(names.frozen(message.job, message.post))
    return frozen


def stage(
    services: Services, message: Message, frozen: Frozen, scored: Sequence[ScoredComment]
) -> str:
    """Stage the rows in both result files under one id, which is returned.

    The id holds a digest of the rows of both: of two deliveries that score differently each stages
    a block of its own, and the barrier decides for both files at once which of them counts.
    """
    table = comments_csv_bytes(frozen.row, scored)
    lines = jsonl_bytes(frozen.row, scored)
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
