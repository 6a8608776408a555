"""Expand a page of rows into messages, one for each post."""

from __future__ import annotations

from collections.abc import Container, Sequence

import msgspec

from undertone.pipeline import names
from undertone.pipeline.fanin import PostArrival, arrived
from undertone.pipeline.job import ROWS_A_PAGE, Row, glimpse_stop, read_rows
from undertone.pipeline.messages import Delivery, Message
from undertone.pipeline.services import Services


def expand(services: Services, delivery: Delivery) -> None:
    """Send the posts of the message's page; on a repeat only those that have not arrived.

    Raises Missing if the job is gone.
    """
    message = delivery.message
    if glimpse_stop(services, message.job):
        return
    rows = read_rows(services.jobs, message.job, message.page)
    done: Container[int] = ()
    if delivery.repeated:
        done = arrived(services.jobs, names.barrier(message.job), PostArrival)
        message = msgspec.structs.replace(message, again=True)
    send_posts(services, message, rows, done)


def send_posts(
    services: Services, message: Message, rows: Sequence[Row], done: Container[int] = ()
) -> None:
    """Send a message for each post among `rows`, the page `message.page`, that is not in `done`."""
    numbered = enumerate(rows, start=message.page * ROWS_A_PAGE)
    posts = [index for index, row in numbered if row.is_post and index not in done]

    def send(post: int) -> None:
        body = msgspec.structs.replace(message, page=0, post=post).encode()
        services.queues.send(names.QUEUE_POSTS, body)

    services.in_parallel(send, posts)
