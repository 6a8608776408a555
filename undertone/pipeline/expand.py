"""Expand a page of rows into messages, one for each post."""

from __future__ import annotations

from collections.abc import Container, Sequence

import msgspec

from undertone.pipeline import names
from undertone.pipeline.fanin import arrived
from undertone.pipeline.job_records import ROWS_PER_PAGE, Row
from undertone.pipeline.messages import Delivery, Message
from undertone.pipeline.services import Services


def expand(services: Services, delivery: Delivery) -> None:
    """Send the posts of the message's page; on a repeat only those that have not arrived.

    Raises Missing if the job is gone.
    """
    message = delivery.message
    if services.store.stops.find_cached(message.job):
        return
    if delivery.may_be_done and services.store.closed.find(message.job) is not None:
        return
    rows = services.store.rows(message.job, message.page)
    done: Container[int] = ()
    if delivery.may_be_done:
        done = arrived(services.store.barriers, message.job)
        message = msgspec.structs.replace(message, again=True)
    send_posts(services, message, rows, done)


def send_posts(
    services: Services, message: Message, rows: Sequence[Row], done: Container[int] = ()
) -> None:
    """Send a message for each post among `rows`, the page `message.page`, that is not in `done`."""
    numbered = enumerate(rows, start=message.page * ROWS_PER_PAGE)
    posts = [index for index, row in numbered if row.is_post and index not in done]

    def send(post: int) -> None:
        body = msgspec.structs.replace(message, page=0, post=post).encode()
        services.queues.send(names.QUEUE_POSTS, body)

    services.in_parallel(send, posts)
