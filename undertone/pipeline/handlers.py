"""Which step handles the messages of which queue, and what surrounds every step.

That is: messages of a newer version, jobs that are gone, and why a try failed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from undertone.errors import Missing, NewerVersion, UndertoneError
from undertone.pipeline import names
from undertone.pipeline.aggregate import aggregate
from undertone.pipeline.expand import expand
from undertone.pipeline.facts import fail_facts, make_facts
from undertone.pipeline.fetch import fetch
from undertone.pipeline.messages import Delivery, Message, decode, defer
from undertone.pipeline.poison import fail_chunk, fail_post, note_failure
from undertone.pipeline.score import score
from undertone.pipeline.services import Services
from undertone.pipeline.streams import close_window, retry_window

log = logging.getLogger(__name__)

Handler = Callable[[Services, Delivery], None]

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


def handle_message(services: Services, queue: str, body: bytes, *, dequeue_count: int = 1) -> None:
    """Do the step of `queue` for one message.

    What a newer version of the app has written is sent again with a delay. For a job that is gone
    there is nothing to do. Any other failure is raised, so that the host delivers the message
    again; that of a fetch or of a chunk is noted first, for the post's row.
    """
    message = decode(body)
    if message is None:
        defer(services.queues, queue, body)
        return
    delivery = Delivery(message, dequeue_count)
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
        _note(services, queue, delivery.message, error)
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
