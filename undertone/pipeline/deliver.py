"""What surrounds every verb: versions, jobs that are gone, and why a try failed."""

from __future__ import annotations

import logging
from collections.abc import Callable

from undertone.errors import Missing, UndertoneError
from undertone.pipeline.job import is_deleted, read_request
from undertone.pipeline.messages import Delivery, decode, defer
from undertone.pipeline.poison import note_trouble
from undertone.pipeline.services import Services

log = logging.getLogger(__name__)

Verb = Callable[[Services, Delivery], None]


def deliver(
    services: Services, verb: Verb, queue: str, body: bytes, *, dequeue_count: int = 1
) -> None:
    """Do `verb` for one message of `queue`.

    A message of a newer version is sent again with a delay. For a job that is gone there is
    nothing to do. Any other failure is noted for the post's row and raised, so that the host
    delivers the message again.
    """
    message = decode(body)
    if message is None:
        defer(services.queues, queue, body)
        return
    delivery = Delivery(message, dequeue_count)
    try:
        verb(services, delivery)
    except Missing as error:
        if not _is_gone(services, message.job):
            raise
        log.info("job %s is gone (%s); its message is dropped", message.job, error)
    except Exception as error:
        _note(services, delivery, error)
        raise


def _is_gone(services: Services, job: str) -> bool:
    try:
        read_request(services.jobs, job)
    except Missing:
        return True
    return is_deleted(services.jobs, job)


def _note(services: Services, delivery: Delivery, error: Exception) -> None:
    try:
        note_trouble(services, delivery.message, error)
    except UndertoneError:
        log.warning("the reason could not be kept: %s", error)  # the error itself is raised next
