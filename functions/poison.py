"""Messages that failed every try: record the failure, so that their jobs end."""

from __future__ import annotations

import logging

import azure.functions as func

from functions.queues import work
from undertone.errors import Transient
from undertone.pipeline.deliver import Verb
from undertone.pipeline.messages import decode
from undertone.pipeline.names import QUEUE_COMMENTS, QUEUE_POSTS
from undertone.pipeline.poison import fail_chunk, fail_post
from undertone.settings import STORAGE

log = logging.getLogger(__name__)

blueprint = func.Blueprint()

POSTS = f"{QUEUE_POSTS}-poison"
COMMENTS = f"{QUEUE_COMMENTS}-poison"


@blueprint.function_name("poison_posts")
@blueprint.queue_trigger("message", POSTS, STORAGE)
def poison_posts(message: func.QueueMessage) -> None:
    """Record that a post could not be fetched."""
    _record(message, POSTS, fail_post)


@blueprint.function_name("poison_comments")
@blueprint.queue_trigger("message", COMMENTS, STORAGE)
def poison_comments(message: func.QueueMessage) -> None:
    """Record that a chunk could not be scored."""
    _record(message, COMMENTS, fail_chunk)


def _record(message: func.QueueMessage, queue: str, verb: Verb) -> None:
    try:
        decode(message.get_body())
    except Transient as error:  # nobody's message: there is no job to record it for
        log.error("dropped from %s: %s", queue, error)
        return
    work(verb, queue, message)
