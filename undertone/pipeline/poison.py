"""A message that failed every try: record the failure where its success would have arrived.

So that the job ends. A success that comes later loses, as any second line of a key does; a failure
that comes after a success loses likewise. Poisoned `jobs` and `finished` messages are left to
reconcile, which sends what is missing.
"""

from __future__ import annotations

import msgspec

from model.analyzer import AnalyzerError
from undertone.errors import UndertoneError
from undertone.pipeline import names
from undertone.pipeline.arrivals import resume_if_arrived
from undertone.pipeline.fetch import announce_post, snapshot_of_kept
from undertone.pipeline.messages import Delivery, Message
from undertone.pipeline.post_records import FailureNote
from undertone.pipeline.score import fail, is_stopped
from undertone.pipeline.services import Services
from undertone.scrubbing import scrub

IN_LOGS = "the logs of the app know more"
UNKNOWN = f"it failed every try, without saying why; {IN_LOGS}"


def note_failure(services: Services, queue: str, message: Message, error: Exception) -> None:
    """Keep why a try failed, for the row of the post if all of them do.

    Only of the steps that such a row is about: a row never shows why another step failed. Of an
    error that is not ours only the kind is kept: its message may quote a comment.
    """
    told = str(error) if isinstance(error, UndertoneError | AnalyzerError) else ""
    note = FailureNote(reason=scrub(told) or f"{type(error).__name__}; {IN_LOGS}")
    if queue == names.QUEUE_POSTS:
        services.store.failures.write(note, message.job, message.post)
    elif queue == names.QUEUE_COMMENTS:
        services.store.chunk_failures.write(note, message.job, message.post, message.chunk)


def fail_post(services: Services, delivery: Delivery) -> None:
    """Arrive for a post whose fetch failed every try. Raises Missing if the job is gone.

    A snapshot stays as it is: if the fetch failed only after taking it, its chunks are announced.
    Pages that were kept count, and the post is `partial`.
    """
    store, message = services.store, delivery.message
    if store.stops.find(message.job):
        return
    store.request(message.job)  # a snapshot of a job that is gone would be there for ever
    note = store.failures.find(message.job, message.post)
    reason = f"this post could not be fetched: {_reason(note)}"
    snapshot = store.snapshots.find(message.job, message.post)
    if snapshot is None:
        snapshot = snapshot_of_kept(services, message, reason)
    announce_post(services, msgspec.structs.replace(message, again=True), snapshot)


def fail_chunk(services: Services, delivery: Delivery) -> None:
    """Arrive for a chunk whose scoring failed every try. Raises Missing if the job is gone."""
    message = delivery.message
    if is_stopped(services, message):
        return
    snapshot = services.store.snapshots.read(message.job, message.post)
    if resume_if_arrived(services, message, snapshot):
        return
    note = services.store.chunk_failures.find(message.job, message.post, message.chunk)
    fail(services, message, _reason(note))


def _reason(note: FailureNote | None) -> str:
    return UNKNOWN if note is None else note.reason
