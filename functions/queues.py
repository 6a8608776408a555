"""Queue messages in."""

from __future__ import annotations

import azure.functions as func

from undertone import wiring
from undertone.pipeline.deliver import Verb, deliver


def work(verb: Verb, queue: str, received: func.QueueMessage) -> None:
    """Do `verb` for a message of `queue`; a failure is raised, so that the host tries again."""
    deliver(
        wiring.services(),
        verb,
        queue,
        received.get_body(),
        dequeue_count=received.dequeue_count or 1,
    )
