"""A message that failed every try: record the failure where its success would have arrived.

So that the job ends. A success that comes later loses, as any second line of a key does; a failure
that comes after a success loses likewise. Poisoned `jobs` and `finished` messages are left to
upkeep, which sends what is missing.
"""

from __future__ import annotations

import msgspec

from undertone import wire
from undertone.pipeline import names
from undertone.pipeline.fetch import announce_post
from undertone.pipeline.freeze import freeze_failure
from undertone.pipeline.job import read_or_none, read_stop
from undertone.pipeline.messages import Delivery, Message
from undertone.pipeline.score import fail, is_stopped
from undertone.pipeline.services import Services
from undertone.records import VERSION, Record, State, utc_text

UNKNOWN = "it failed every try, without saying why; the logs of the app know more"


class Trouble(Record, frozen=True, kw_only=True):
    """trouble.json: the last failure of a post's message."""

    reason: str
    v: int = VERSION


def note_trouble(services: Services, message: Message, error: Exception) -> None:
    """Keep why a try failed, for the row of the post if all of them do."""
    trouble = Trouble(reason=str(error) or type(error).__name__)
    name = names.trouble(message.job, message.post)
    services.jobs.write(name, msgspec.json.encode(trouble))


def fail_post(services: Services, delivery: Delivery) -> None:
    """Arrive for a post whose fetch failed every try. Raises Missing if the job is gone.

    What is frozen stays frozen: if the fetch failed only after freezing, its chunks are announced.
    """
    message = delivery.message
    if read_stop(services.jobs, message.job):
        return
    at = utc_text(services.clock())
    reason = f"this post could not be fetched: {_reason(services, message)}"
    frozen = freeze_failure(
        services.jobs, message.job, message.post, state=State.FAILED, reason=reason, at=at
    )
    announce_post(services, msgspec.structs.replace(message, again=True), frozen)


def fail_chunk(services: Services, delivery: Delivery) -> None:
    """Arrive for a chunk whose scoring failed every try. Raises Missing if the job is gone."""
    message = delivery.message
    if is_stopped(services, message):
        return
    fail(services, message, _reason(services, message))


def _reason(services: Services, message: Message) -> str:
    data = read_or_none(services.jobs, names.trouble(message.job, message.post))
    return UNKNOWN if data is None else wire.decode(data, Trouble).reason
