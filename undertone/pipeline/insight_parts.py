"""Of jobs that ask for insights: what a scored chunk adds to the facts, as one more of its parts.

A part is a blob named as the chunk's block of rows: by content. So the id that travels with the
chunk's arrival, and that the barrier decides on, says which parts count; parts of lost or repeated
scorings lie beside them and are never read.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from model.encoder import Encoder
from undertone.errors import UndertoneError
from undertone.insights.asked import Insights
from undertone.insights.part import Chunk, Part, Predict, Reader
from undertone.pipeline import names
from undertone.pipeline.isolate import LATER
from undertone.pipeline.messages import Message
from undertone.pipeline.post_records import Snapshot
from undertone.pipeline.services import Services
from undertone.pipeline.store import JobStore
from undertone.results.comments_table import ScoredComment

log = logging.getLogger(__name__)

KEPT_READERS = 4
"""Jobs whose names, topics and classifiers a process keeps ready."""
_readers: dict[tuple[str, Callable[[], Encoder]], Reader] = {}
_building = threading.Lock()


def insights_asked(services: Services, job: str) -> Insights | None:
    """What the job asks to know, if it does. Raises Missing (the job is gone)."""
    if not services.store.request(job).options.insights:
        return None
    return services.store.insights.read(job).insights


def read_part(
    services: Services,
    message: Message,
    snapshot: Snapshot,
    scored: Sequence[ScoredComment],
    *,
    asked: Insights,
    models: Sequence[str],
    predict: Predict,
) -> Part:
    """The part of a chunk whose comments are `scored`, each by one of `models`.

    What fails in it costs the comments their topics and mentions, never their scores. Raises
    Transient and what the analyzer raises to say "later".
    """
    chunk = Chunk(
        job=message.job,
        post=message.post,
        start=sum(each.comments for each in snapshot.chunks[: message.chunk]),
        comments=[one.comment for one in scored],
        scores=[one.probabilities for one in scored],
        models=models,
    )
    try:
        return _reader(services, message.job, asked).read(chunk, predict)
    except (UndertoneError, *LATER):
        raise
    except Exception:
        log.exception(
            "job %s: chunk %d of post %d is in the facts without topics and mentions",
            message.job,
            message.chunk,
            message.post,
        )
        return Reader(Insights(), services.encoder).read(chunk, predict)


def no_scores(texts: Sequence[str]) -> list[None]:
    """What is said of clauses where the model refuses the chunk."""
    return [None] * len(texts)


def _reader(services: Services, job: str, asked: Insights) -> Reader:
    """The job's reader, built once a process while it is among the last ones."""
    key = (job, services.encoder)
    with _building:
        reader = _readers.pop(key, None) or Reader(asked, services.encoder)
        _readers[key] = reader
        while len(_readers) > KEPT_READERS:
            del _readers[next(iter(_readers))]
    return reader


def keep_part(store: JobStore, job: str, block: str, part: Part) -> None:
    """Keep a chunk's part, before anything says that the chunk has arrived."""
    if part.lines:
        store.jobs.create(names.facts_part(job, block), part.lines)
    if part.vectors:
        store.jobs.create(names.vectors_part(job, block), part.vectors)
