"""Queue messages in: one trigger a queue, each handled by the pipeline's step of that queue.

A failure is raised, so that the host delivers the message again and in the end poisons it.
"""

from __future__ import annotations

import logging
from typing import Literal

import azure.functions as func

from undertone import wiring
from undertone.content.records import read_message
from undertone.errors import Transient
from undertone.pipeline import names
from undertone.pipeline.handlers import handle_message
from undertone.pipeline.messages import decode
from undertone.settings import STORAGE

log = logging.getLogger(__name__)

blueprint = func.Blueprint()

POSTS_IN_BULK = "own-posts"
"""The queue of `undertone.own_posts.bulk`."""
CONTENT_TEXT, CONTENT_IMAGE = "content-text", "content-image"
"""The queues of `undertone.content.service`."""
POISONED_POSTS = names.poison_queue(names.QUEUE_POSTS)
POISONED_COMMENTS = names.poison_queue(names.QUEUE_COMMENTS)
POISONED_FACTS = names.poison_queue(names.QUEUE_FACTS)
POISONED_WINDOWS = names.poison_queue(names.QUEUE_WINDOWS)


@blueprint.function_name("expand")
@blueprint.queue_trigger("message", names.QUEUE_JOBS, STORAGE)
def expand(message: func.QueueMessage, context: func.Context) -> None:
    """Expand a page of a large job into messages, one for each post."""
    _handle(names.QUEUE_JOBS, message, context)


@blueprint.function_name("fetch")
@blueprint.queue_trigger("message", names.QUEUE_POSTS, STORAGE)
def fetch(message: func.QueueMessage, context: func.Context) -> None:
    """Fetch the comments of one post."""
    _handle(names.QUEUE_POSTS, message, context)


@blueprint.function_name("score")
@blueprint.queue_trigger("message", names.QUEUE_COMMENTS, STORAGE)
def score(message: func.QueueMessage, context: func.Context) -> None:
    """Score one chunk of comments."""
    _handle(names.QUEUE_COMMENTS, message, context)


@blueprint.function_name("aggregate")
@blueprint.queue_trigger("message", names.QUEUE_FINISHED, STORAGE)
def aggregate(message: func.QueueMessage, context: func.Context) -> None:
    """End a job whose posts have all arrived."""
    _handle(names.QUEUE_FINISHED, message, context)


@blueprint.function_name("facts")
@blueprint.queue_trigger("message", names.QUEUE_FACTS, STORAGE)
def facts(message: func.QueueMessage, context: func.Context) -> None:
    """Make the facts of a job that has ended and asked for insights."""
    _handle(names.QUEUE_FACTS, message, context)


@blueprint.function_name("windows")
@blueprint.queue_trigger("message", names.QUEUE_WINDOWS, STORAGE)
def windows(message: func.QueueMessage, context: func.Context) -> None:
    """Make a job of the texts that a collection has received since its last one."""
    _handle(names.QUEUE_WINDOWS, message, context)


@blueprint.function_name("poison_posts")
@blueprint.queue_trigger("message", POISONED_POSTS, STORAGE)
def poison_posts(message: func.QueueMessage, context: func.Context) -> None:
    """Record that a post could not be fetched, so that its job ends."""
    _handle_poisoned(POISONED_POSTS, message, context)


@blueprint.function_name("poison_comments")
@blueprint.queue_trigger("message", POISONED_COMMENTS, STORAGE)
def poison_comments(message: func.QueueMessage, context: func.Context) -> None:
    """Record that a chunk could not be scored, so that its job ends."""
    _handle_poisoned(POISONED_COMMENTS, message, context)


@blueprint.function_name("poison_facts")
@blueprint.queue_trigger("message", POISONED_FACTS, STORAGE)
def poison_facts(message: func.QueueMessage, context: func.Context) -> None:
    """Record that the facts of a job could not be made."""
    _handle_poisoned(POISONED_FACTS, message, context)


@blueprint.function_name("poison_windows")
@blueprint.queue_trigger("message", POISONED_WINDOWS, STORAGE)
def poison_windows(message: func.QueueMessage, context: func.Context) -> None:
    """Try a window again later."""
    _handle_poisoned(POISONED_WINDOWS, message, context)


@blueprint.function_name("keep_posts")
@blueprint.queue_trigger("message", POSTS_IN_BULK, STORAGE)
def keep_posts(message: func.QueueMessage) -> None:
    """Keep a page of posts that were sent in bulk."""
    wiring.work_bulk().handle(message.get_body())


@blueprint.function_name("poison_keep_posts")
@blueprint.queue_trigger("message", names.poison_queue(POSTS_IN_BULK), STORAGE)
def poison_keep_posts(message: func.QueueMessage) -> None:
    """Record that a page of posts could not be kept."""
    try:
        wiring.work_bulk().fail(message.get_body())
    except Transient as error:
        log.error("dropped a message of posts in bulk: %s", error)


@blueprint.function_name("write_content")
@blueprint.queue_trigger("message", CONTENT_TEXT, STORAGE)
def write_content(message: func.QueueMessage) -> None:
    """Write the text of a request for content."""
    wiring.content_workers().text(message.get_body())


@blueprint.function_name("draw_content")
@blueprint.queue_trigger("message", CONTENT_IMAGE, STORAGE)
def draw_content(message: func.QueueMessage) -> None:
    """Draw the pictures of a request for content."""
    wiring.content_workers().image(message.get_body())


@blueprint.function_name("poison_write_content")
@blueprint.queue_trigger("message", names.poison_queue(CONTENT_TEXT), STORAGE)
def poison_write_content(message: func.QueueMessage) -> None:
    """Record that a text could not be written."""
    _fail_content("text", message)


@blueprint.function_name("poison_draw_content")
@blueprint.queue_trigger("message", names.poison_queue(CONTENT_IMAGE), STORAGE)
def poison_draw_content(message: func.QueueMessage) -> None:
    """Record that pictures could not be drawn."""
    _fail_content("image", message)


def _fail_content(part: Literal["text", "image"], message: func.QueueMessage) -> None:
    try:
        read_message(message.get_body())
    except Transient as error:  # nobody's message: there is no request to record it for
        log.error("dropped a message about content: %s", error)
        return
    wiring.content_workers().fail(part, message.get_body())


def _handle(queue: str, message: func.QueueMessage, context: func.Context) -> None:
    handle_message(
        wiring.work_services(),
        queue,
        message.get_body(),
        dequeue_count=message.dequeue_count or 1,
        sent_at=message.insertion_time,
        invocation=context.invocation_id,
    )


def _handle_poisoned(queue: str, message: func.QueueMessage, context: func.Context) -> None:
    try:
        decode(message.get_body())
    except Transient as error:  # nobody's message: there is no job to record it for
        log.error("dropped from %s: %s", queue, error)
        return
    _handle(queue, message, context)
