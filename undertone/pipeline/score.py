"""Score one chunk: stage its rows as a block of the result files, then arrive."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from time import perf_counter
from typing import NamedTuple

from model.analyzer import Calibration, Prediction, Reader, Unavailable, Unread, calibration_of
from undertone.errors import Transient
from undertone.insights.part import NO_PART, Part, Predict
from undertone.pipeline import names
from undertone.pipeline.arrivals import arrive_chunk, note_progress, resume_if_arrived
from undertone.pipeline.attempts import current_attempt, postpone_chunk
from undertone.pipeline.insight_parts import (
    insights_asked,
    keep_part,
    no_scores,
    read_part,
)
from undertone.pipeline.isolate import LATER, Unscorable, isolate, reason_of
from undertone.pipeline.measures import measure_scoring, measure_unscored
from undertone.pipeline.messages import Delivery, Message
from undertone.pipeline.post_records import MODELS_JOINED, ChunkArrival, ProgressLine, Snapshot
from undertone.pipeline.services import Services
from undertone.records import Comment
from undertone.results.comments_table import ScoredComment, comments_csv_bytes, jsonl_bytes
from undertone.results.languages import OTHER, count_languages
from undertone.results.suspect import suspects
from undertone.results.tally import Probabilities, Tally, round_probabilities, tally
from undertone.text import excerpt

log = logging.getLogger(__name__)


class Score(NamedTuple):
    """What the analyzer says of a text."""

    probabilities: Probabilities | None
    """None: the text is in a language that the analyzer does not read."""
    windows: int = 1
    language: str = ""
    model: str = ""
    """Where the analyzer is made of several: the one that read this text."""


class Staged(NamedTuple):
    """A block of both result files."""

    block: str
    size: int
    """Its bytes in comments.jsonl."""


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
    began = perf_counter()
    probe = f"{message.job} {message.post} {message.chunk}"
    try:
        outcomes = _scores(analyzer, [comment.text for comment in comments], probe)
    except Unavailable as error:
        if refusal := postpone_chunk(services, current, error):
            fail(services, message, refusal)
        return
    seconds = perf_counter() - began
    why = suspects(comments, snapshot.copies)
    rows = list(map(_row, comments, outcomes, why))
    models = [_model(analyzer, outcome) for outcome in outcomes]
    part = _part(services, message, snapshot, rows, analyzer=analyzer, models=models)
    block, size = stage(services, message, snapshot, rows, part)
    if len(snapshot.chunks) > 1:
        line = ProgressLine(post=message.post, chunk=message.chunk, done=len(comments))
        note_progress(services, message.job, line)
    arrival = _arrival(message.chunk, Staged(block, size), analyzer, rows, outcomes)
    measure_scoring(services, analyzer.model, arrival, arrival.languages, seconds)
    arrive_chunk(services, message, snapshot, arrival)


def _part(
    services: Services,
    message: Message,
    snapshot: Snapshot,
    scored: Sequence[ScoredComment],
    *,
    analyzer: Reader | None = None,
    models: Sequence[str] = (),
) -> Part:
    """What the chunk adds to the facts, if the job has any.

    `analyzer`: None if it refused the chunk; `models`: who read each comment.
    """
    asked = insights_asked(services, message.job)
    if asked is None:
        return NO_PART
    predict: Predict = partial(label_texts, analyzer) if analyzer else no_scores
    models = models or [""] * len(scored)
    return read_part(
        services, message, snapshot, scored, asked=asked, models=models, predict=predict
    )


def _model(analyzer: Reader, outcome: Score | Unscorable) -> str:
    """Who read the comment; empty if nobody did."""
    if isinstance(outcome, Unscorable) or outcome.probabilities is None:
        return ""
    return outcome.model or analyzer.model


def _arrival(
    chunk: int,
    staged: Staged,
    analyzer: Reader,
    rows: Sequence[ScoredComment],
    outcomes: Sequence[Score | Unscorable],
) -> ChunkArrival:
    answers = [outcome for outcome in outcomes if isinstance(outcome, Score)]
    scored = [(row.probabilities, row.comment.stars) for row in rows if row.probabilities]
    models = {one.model or analyzer.model for one in answers if one.probabilities is not None}
    return ChunkArrival(
        key=chunk,
        block=staged.block,
        tally=tally([shares for shares, _ in scored], [stars for _, stars in scored]),
        model=MODELS_JOINED.join(sorted(models)),
        unscored=len(rows) - len(answers),
        reason=_why_unscored(analyzer, [row.comment for row in rows], outcomes),
        size=staged.size,
        calibration=_calibration(analyzer, models),
        suspect=_suspect_sums(rows),
        languages=count_languages(one.language for one in answers),
        unread=count_languages(one.language for one in answers if one.probabilities is None),
    )


def _calibration(analyzer: Reader, models: set[str]) -> Calibration | None:
    """Of several that read the one that errs most; None if one of them has none."""
    found = [calibration_of(analyzer, model) for model in models]
    known = [calibration for calibration in found if calibration is not None]
    if not known or len(known) < len(found):
        return None
    return max(known, key=lambda calibration: calibration.mean.spread)


def _row(comment: Comment, outcome: Score | Unscorable, suspect: str) -> ScoredComment:
    if isinstance(outcome, Unscorable):
        return ScoredComment(comment, None, suspect=suspect)
    return ScoredComment(
        comment,
        outcome.probabilities,
        outcome.windows,
        suspect,
        outcome.language,
        outcome.probabilities is not None,
    )


def _suspect_sums(rows: Sequence[ScoredComment]) -> Tally | None:
    found = [row.probabilities for row in rows if row.suspect and row.probabilities]
    return tally(found) if found else None


def _scores(analyzer: Reader, texts: Sequence[str], probe: str) -> list[Score | Unscorable]:
    """One outcome a text. Raises Transient if the analyzer fails, unless only some texts are to
    blame; failures in LATER are raised as they are."""
    together = partial(_score_together, analyzer)
    try:
        return together(texts)
    except LATER:
        raise
    except Exception as error:  # noqa: BLE001 - raised again unless single texts are to blame
        reason, trace = reason_of(error), error.__traceback__
    log.warning("%s fails at some of %d texts: %s", probe, len(texts), reason)
    # The host logs what is raised, and all that it was raised from: not the analyzer's own error,
    # which may quote a comment.
    failure = Transient(f"{analyzer.model} fails: {reason}").with_traceback(trace)
    return isolate(together, texts, failure, probe)


def _score_together(analyzer: Reader, texts: Sequence[str]) -> list[Score | Unscorable]:
    """Raises if no text has a score, or not every text an answer."""
    predictions = analyzer.predict(texts)
    if len(predictions) != len(texts):
        raise ValueError(f"{len(predictions)} predictions for {len(texts)} texts")
    outcomes = [_rounded(prediction) for prediction in predictions]
    refused = [outcome for outcome in outcomes if isinstance(outcome, Unscorable)]
    if refused and len(refused) == len(outcomes):
        raise refused[0].error
    return outcomes


def _rounded(prediction: Prediction | Unread) -> Score | Unscorable:
    if isinstance(prediction, Unread):
        return Score(None, language=prediction.language or OTHER)
    try:
        shares = round_probabilities(prediction.negative, prediction.neutral, prediction.positive)
        return Score(shares, prediction.windows, prediction.language, prediction.model)
    except Exception as error:  # noqa: BLE001 - an analyzer of somebody else's may answer anything
        return Unscorable(error)


def label_texts(analyzer: Reader, texts: Sequence[str]) -> list[Probabilities | None]:
    """The scores of any texts, None where the analyzer refuses one of them.

    Raises what the analyzer raises, unless only some texts are to blame.
    """
    outcomes = _scores(analyzer, texts, "other texts")
    return [one.probabilities if isinstance(one, Score) else None for one in outcomes]


def _why_unscored(
    analyzer: Reader, comments: Sequence[Comment], outcomes: Sequence[Score | Unscorable]
) -> str:
    """Names the first comment without a score, and why it has none; empty if all have one."""
    for comment, outcome in zip(comments, outcomes, strict=True):
        if isinstance(outcome, Unscorable):
            where = f"{analyzer.model} fails at comment {excerpt(comment.id, 60)}"
            return f"{where}: {reason_of(outcome.error)}"
    return ""


def fail(services: Services, message: Message, reason: str) -> None:
    """Arrive for a chunk that cannot be scored: its comments are in the result, without scores.

    Raises Transient and Missing, as `score`.
    """
    snapshot = services.store.snapshots.read(message.job, message.post)
    comments = services.store.comments(snapshot, message.chunk)
    why = suspects(comments, snapshot.copies)
    rows = [ScoredComment(c, None, suspect=s) for c, s in zip(comments, why, strict=True)]
    part = _part(services, message, snapshot, rows)
    block, size = stage(services, message, snapshot, rows, part)
    arrival = ChunkArrival(
        key=message.chunk,
        block=block,
        tally=tally([]),
        unscored=len(comments),
        reason=reason,
        size=size,
    )
    measure_unscored(services, arrival.unscored)
    arrive_chunk(services, message, snapshot, arrival)


def is_stopped(services: Services, message: Message) -> bool:
    """Whether this chunk need not be scored any more.

    A cancelled job closes with what exists, and what existed is scored again if it was lost.
    """
    stop = services.store.stops.find_cached(message.job)
    return stop is not None and (stop.why == "deleted" or message.round == 0)


def stage(
    services: Services,
    message: Message,
    snapshot: Snapshot,
    scored: Sequence[ScoredComment],
    part: Part = NO_PART,
) -> Staged:
    """Stage the rows in both result files under one id.

    The id holds a digest of the rows of both, and of the part of the facts, which has it as its
    name: of two deliveries that score differently each stages a block of its own, and the barrier
    decides for all files at once which of them counts.
    """
    table = comments_csv_bytes(snapshot.row, scored)
    lines = jsonl_bytes(snapshot.row, scored)
    block = block_id(message.post, message.chunk, table + lines + part.lines + part.vectors)
    keep_part(services.store, message.job, block, part)
    services.results.stage(names.comments_csv(message.job), block, table)
    services.results.stage(names.comments_jsonl(message.job), block, lines)
    return Staged(block, len(lines))


def block_id(post: int, chunk: int, content: bytes) -> str:
    """28 characters, always: the service wants all ids of a blob equally long."""
    return f"{post:05d}.{chunk:05d}.{sha256(content).hexdigest()[:16]}"


def header_block_id(content: bytes) -> str:
    """The id of a file's header block, as long as the others."""
    return f"-----.-----.{sha256(content).hexdigest()[:16]}"
