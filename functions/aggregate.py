"""End a job whose posts have all arrived."""

from __future__ import annotations

import azure.functions as func

from functions.queues import work
from undertone.pipeline import aggregate as verb
from undertone.pipeline.names import QUEUE_FINISHED
from undertone.settings import STORAGE

blueprint = func.Blueprint()


@blueprint.function_name("aggregate")
@blueprint.queue_trigger("message", QUEUE_FINISHED, STORAGE)
def aggregate(message: func.QueueMessage) -> None:
    """End a job whose posts have all arrived."""
    work(verb.aggregate, QUEUE_FINISHED, message)
