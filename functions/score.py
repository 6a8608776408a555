"""Score one chunk of comments."""

from __future__ import annotations

import azure.functions as func

from functions.queues import work
from undertone.pipeline import score as verb
from undertone.pipeline.names import QUEUE_COMMENTS
from undertone.settings import STORAGE

blueprint = func.Blueprint()


@blueprint.function_name("score")
@blueprint.queue_trigger("message", QUEUE_COMMENTS, STORAGE)
def score(message: func.QueueMessage) -> None:
    """Score one chunk of comments."""
    work(verb.score, QUEUE_COMMENTS, message)
