"""A message that failed every try: record the failure where its success would have arrived.

So that the job ends. A success that comes later loses, as any second line of a key does; a failure
that comes after a success loses likewise. Poisoned `jobs` and `finished` messages are left to
reconcile, which sends what is missing.
"""

from __future__ import annotations

import msgspec

from undertone.pipeline.arrivals import resume_if_arrived
from undertone.pipeline.fetch import announce_post
from undertone.pipeline.messages import Delivery, Message
from undertone.pipeline.post_records import FailureNote
from undertone.pipeline.score import fail, is_stopped
from undertone.pipeline.services import Services
from undertone.pipeline.snapshot import snapshot_failure
from undertone.records import State, utc_text

UNKNOWN = "it failed every try, without saying why; the logs of the app know more"


def note_failure(services: Services, message: Message, error: Exception) -> None:
    """Keep why a try failed, for the row of the post if all of them do."""
    note = FailureNote(reason=str(error) or type(error).__name__)
    services.store.failures.write(note, message.job, message.post)


def fail_post(services: Services, delivery: Delivery) -> None:
    """Arrive for a post whose fetch failed every try. Raises Missing if the job is gone.

    A snapshot stays as it is: if the fetch failed only after taking it, its chunks are announced.
    """
    message = delivery.message
    if services.store.stops.find(message.job):
        return
    at = utc_text(services.clock())
    reason = f"this post could not be fetched: {_reason(services, message)}"
    snapshot = snapshot_failure(
        services.store, message.job, message.post, state=State.FAILED, reason=reason, at=at
    )
    announce_post(services, msgspec.structs.replace(message, again=True), snapshot)


def fail_chunk(services: Services, delivery: Delivery) -> None:
    """Arrive for a chunk whose scoring failed every try. Raises Missing if the job is gone."""
    message = delivery.message
    if is_stopped(services, message):
        return
    snapshot = services.store.snapshots.read(message.job, message.post)
    if resume_if_arrived(services, message, snapshot):
        return
    fail(services, message, _reason(services, message))


def _reason(services: Services, message: Message) -> str:
    note = services.store.failures.find(message.job, message.post)
    return UNKNOWN if note is None else note.reason
