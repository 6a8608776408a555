"""Which step handles the messages of which queue, and what surrounds every step.

That is: messages of a newer version, jobs that are gone, and why a try failed.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import msgspec

from undertone.errors import Missing, NewerVersion, UndertoneError
from undertone.pipeline import names
from undertone.pipeline.aggregate import aggregate
from undertone.pipeline.expand import expand
from undertone.pipeline.facts import fail_facts, make_facts
from undertone.pipeline.fetch import fetch
from undertone.pipeline.measures import measure_wait
from undertone.pipeline.messages import Delivery, Message, decode, defer
from undertone.pipeline.poison import fail_chunk, fail_post, note_failure
from undertone.pipeline.score import score
from undertone.pipeline.services import Services
from undertone.pipeline.streams import close_window, retry_window
from undertone.scrubbing import scrub_exception

log = logging.getLogger(__name__)


class Handler(Protocol):
    """A step."""

    __name__: str

    def __call__(self, services: Services, delivery: Delivery, /) -> None:
        """Do the step for one message."""


HANDLERS: Mapping[str, Handler] = {
    names.QUEUE_JOBS: expand,
    names.QUEUE_POSTS: fetch,
    names.QUEUE_COMMENTS: score,
    names.QUEUE_FINISHED: aggregate,
    names.QUEUE_FACTS: make_facts,
    names.QUEUE_WINDOWS: close_window,
    names.poison_queue(names.QUEUE_POSTS): fail_post,
    names.poison_queue(names.QUEUE_COMMENTS): fail_chunk,
    names.poison_queue(names.QUEUE_FACTS): fail_facts,
    names.poison_queue(names.QUEUE_WINDOWS): retry_window,
}
"""Queue → step. The poison queues without one are left to `reconcile`."""


def handle_message(
    services: Services,
    queue: str,
    body: bytes,
    *,
    dequeue_count: int = 1,
    sent_at: datetime | None = None,
    invocation: str = "",
) -> None:
    """Do the step of `queue` for one message, in a span of its job's trace.

    What a newer version of the app has written is sent again with a delay. For a job that is gone
    there is nothing to do. Any other failure is raised, so that the host delivers the message
    again; that of a fetch or of a chunk is noted first, for the post's row.

    `sent_at` (when the message was sent) and `invocation` (the host's id for this delivery, by
    which its own logs are found) are for telemetry alone.
    """
    message = decode(body)
    if message is None:
        defer(services.queues, queue, body)
        return
    delivery = Delivery(message, dequeue_count)
    measure_wait(services, queue, delivery, sent_at)
    step = HANDLERS[queue].__name__
    attributes = _attributes(queue, delivery, invocation)
    name = f"process {queue}"
    with services.telemetry.span(name, message.traceparent, attributes, step=step) as traceparent:
        caused = msgspec.structs.replace(message, traceparent=traceparent)
        _handle(services, queue, body, Delivery(caused, dequeue_count))


def _attributes(queue: str, delivery: Delivery, invocation: str) -> dict[str, str | int]:
    """What a span says of its message; names by OpenTelemetry's conventions where it has one."""
    message = delivery.message
    return {
        "messaging.destination.name": queue,
        "faas.invocation_id": invocation,
        "undertone.job": message.job,
        "undertone.post": message.post,
        "undertone.chunk": message.chunk,
        "undertone.attempt": message.attempt,
        "undertone.try": delivery.dequeue_count,
    }


def _handle(services: Services, queue: str, body: bytes, delivery: Delivery) -> None:
    message = delivery.message
    try:
        HANDLERS[queue](services, delivery)
    except Missing as error:
        if not _is_gone(services, message.job):
            raise
        log.info("job %s is gone (%s); its message is dropped", message.job, error)
    except NewerVersion as error:
        log.info("job %s: %s; its message is deferred", message.job, error)
        defer(services.queues, queue, body)
    except Exception as error:
        log.warning(
            "job %s: try %d at %s, post %d, chunk %d failed: %s",
            message.job, delivery.dequeue_count, queue, message.post, message.chunk,
            type(error).__name__,
        )  # fmt: skip
        _note(services, queue, message, error)
        scrub_exception(error)  # the host logs it
        raise


def _is_gone(services: Services, job: str) -> bool:
    try:
        services.store.request(job)
    except Missing:
        return True
    return services.store.is_deleted(job)


def _note(services: Services, queue: str, message: Message, error: Exception) -> None:
    try:
        note_failure(services, queue, message, error)
    except UndertoneError as unkept:
        log.warning("the reason could not be kept: %s", unkept)  # `error` itself is raised next
