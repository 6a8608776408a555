"""Expand a page of rows into messages, one for each post."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from undertone.pipeline import names
from undertone.pipeline.attempts import is_postponed
from undertone.pipeline.fanin import arrived
from undertone.pipeline.job_records import ROWS_PER_PAGE, Row
from undertone.pipeline.messages import Delivery, Message
from undertone.pipeline.services import Services


def expand(services: Services, delivery: Delivery) -> None:
    """Send the posts of the message's page; on a repeat only those that are missing.

    Raises Missing if the job is gone.
    """
    message = delivery.message
    if services.store.stops.find_cached(message.job):
        return
    if delivery.may_be_done and services.store.closed.find(message.job) is not None:
        return
    rows = services.store.rows(message.job, message.page)
    posts = _posts(message, rows)
    if delivery.may_be_done:
        here = arrived(services.store.barriers, message.job)
        posts = _not_on_their_way(services, message.job, [p for p in posts if p not in here])
        message = msgspec.structs.replace(message, again=True)
    _send(services, message, posts)


def send_posts(services: Services, message: Message, rows: Sequence[Row]) -> None:
    """Send a message for each post among `rows`, the page `message.page`."""
    _send(services, message, _posts(message, rows))


def _posts(message: Message, rows: Sequence[Row]) -> list[int]:
    numbered = enumerate(rows, start=message.page * ROWS_PER_PAGE)
    return [index for index, row in numbered if row.is_post]


def _not_on_their_way(services: Services, job: str, posts: list[int]) -> list[int]:
    """Those for which no delayed message waits; any other would be dropped by `fetch`."""
    postponed = services.in_parallel(lambda post: is_postponed(services, job, post), posts)
    return [post for post, waits in zip(posts, postponed, strict=True) if not waits]


def _send(services: Services, message: Message, posts: Sequence[int]) -> None:
    def send(post: int) -> None:
        body = msgspec.structs.replace(message, page=0, post=post).encode()
        services.queues.send(names.QUEUE_POSTS, body)

    services.in_parallel(send, posts)
