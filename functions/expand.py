"""Expand a page of a large job into messages, one for each post."""

from __future__ import annotations

import azure.functions as func

from functions.queues import work
from undertone.pipeline import expand as verb
from undertone.pipeline.names import QUEUE_JOBS
from undertone.settings import STORAGE

blueprint = func.Blueprint()


@blueprint.function_name("expand")
@blueprint.queue_trigger("message", QUEUE_JOBS, STORAGE)
def expand(message: func.QueueMessage) -> None:
    """Expand a page of a large job into messages, one for each post."""
    work(verb.expand, QUEUE_JOBS, message)
