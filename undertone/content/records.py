"""What is kept of a request for content, and the message that points at it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from undertone import wire
from undertone.errors import NewerVersion, Transient
from undertone.records import VERSION, Record, StoredRecord

MAX_PROMPT = 2_000
"""Characters of a prompt."""

Tag = Literal["text", "image", "instagram"]
Part = Literal["text", "image"]
PARTS: dict[Tag, tuple[Part, ...]] = {
    "text": ("text",),
    "image": ("image",),
    "instagram": ("text", "image"),
}
"""What a request is made of; it is done when all of them are."""


class ContentRequest(StoredRecord, frozen=True):
    """What somebody asked for."""

    prompt: str
    tag: Tag
    created_at: datetime
    job: str = ""
    post: str = ""
    """At most one of the two: what the content is made from."""


class Start(StoredRecord, frozen=True):
    """A worker has begun."""

    at: datetime


class Figure(Record, frozen=True):
    """A number in a text, and what it counts."""

    name: str
    """`comments`, `matching.positive`, `posts.3.mean_score`, …"""
    value: float


class Quote(Record, frozen=True):
    """What one person said, word for word, perhaps cut at its end."""

    post: int
    """The row of posts.csv."""
    comment: str
    """The comment's id."""
    text: str


class PartRecord(StoredRecord, frozen=True):
    """What became of a part."""

    error: str = ""
    """Why it failed; empty if it did not."""
    text: str = ""
    figures: tuple[Figure, ...] = ()
    quotes: tuple[Quote, ...] = ()
    written_by: str = ""
    """`templates`, or the model that wrote the text."""
    note: str = ""
    """Why it is not what was asked for, such as a model's answer that was refused."""
    sizes: tuple[str, ...] = ()
    """Of the pictures."""


class ContentMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A pointer to one part of a request."""

    owner: str
    id: str
    v: int = VERSION


def read_message(body: bytes) -> ContentMessage:
    """Raises Transient for what is no such message, NewerVersion."""
    try:
        message = wire.decode(body, ContentMessage)
    except msgspec.DecodeError as error:
        raise Transient(f"not a message about content: {error}") from None
    if message.v > VERSION:
        raise NewerVersion("a newer version of the app sent this message")
    return message
