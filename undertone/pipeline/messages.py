"""What goes through the queues: pointers of a few hundred bytes, never data.

One shape serves all queues; in that of windows `job` is a collection's key. A top-level field of
a queue message overwrites the trigger's metadata of the same name in the Functions worker, so no
field may be called `id`, `dequeueCount`, `popReceipt` and the like.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from undertone import wire
from undertone.errors import Transient
from undertone.ports import Queues
from undertone.records import VERSION

NEWER_VERSION_DELAY = timedelta(minutes=2)
"""How long a message of a newer version waits before an old instance may see it again."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A pointer to work. Fields that a queue does not use keep their defaults."""

    job: str
    posts: int
    """How many posts the job has: what its barrier waits for."""
    deadline: datetime
    """When the job is closed with what there is; no delay reaches past it."""
    page: int = 0
    """Queue jobs: which page of rows to expand."""
    post: int = 0
    chunk: int = 0
    attempt: int = 0
    """How often a platform has put this post off, or the analyzer this chunk."""
    throttles: int = 0
    """How many of the last attempts in a row met a throttle of the whole platform."""
    round: int = 0
    """More than 0: the post is scored again because staged blocks were lost."""
    again: bool = False
    """Not the first message for this work: look whether it is done before doing it."""
    traceparent: str = ""
    """The span that sent this (W3C Trace Context), or empty; it decides nothing."""
    v: int = VERSION

    def encode(self) -> bytes:
        """The wire form."""
        return msgspec.json.encode(self)


class Delivery(NamedTuple):
    """A message as the host hands it over."""

    message: Message
    dequeue_count: int = 1

    @property
    def may_be_done(self) -> bool:
        """Whether this work may have been done before, wholly or in part."""
        return self.message.again or self.dequeue_count > 1


class _Versioned(msgspec.Struct):
    v: int = 0


def decode(body: bytes) -> Message | None:
    """The message, or None if a newer version of the app wrote it.

    Raises Transient on anything else that is not ours: the host delivers it again and then puts
    it into the poison queue, where it can be looked at.
    """
    try:
        if wire.decode(body, _Versioned).v > VERSION:
            return None
        return wire.decode(body, Message)
    except msgspec.DecodeError as error:
        raise Transient(f"not a message of Undertone: {error}") from error


def defer(queues: Queues, queue: str, body: bytes) -> None:
    """Send a newer version's message again, so that a roll-back loses nothing."""
    queues.send(queue, body, delay=NEWER_VERSION_DELAY.total_seconds())
