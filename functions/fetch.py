"""Fetch the comments of one post."""

from __future__ import annotations

import azure.functions as func

from functions.queues import work
from undertone.pipeline import fetch as verb
from undertone.pipeline.names import QUEUE_POSTS
from undertone.settings import STORAGE

blueprint = func.Blueprint()


@blueprint.function_name("fetch")
@blueprint.queue_trigger("message", QUEUE_POSTS, STORAGE)
def fetch(message: func.QueueMessage) -> None:
    """Fetch the comments of one post."""
    work(verb.fetch, QUEUE_POSTS, message)
