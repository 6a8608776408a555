"""Posts sent in bulk: kept in pages, taken by queue, with a row for each that says what became
of it.

Nothing is done twice to a post: a page that is delivered again finds its posts as they are.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import Literal

import msgspec

from undertone import wire
from undertone.errors import Conflict, NotFound, Rejected, Transient
from undertone.own_posts import names
from undertone.own_posts.records import OwnPost
from undertone.own_posts.store import OwnPosts
from undertone.ports import Queues
from undertone.record_blobs import RecordBlobs
from undertone.records import VERSION, Record, StoredRecord

QUEUE = "own-posts"
PAGE = 100
"""Posts a message."""
MOST = 10_000
"""Posts of one call."""
_BATCH_ID = re.compile(r"[0-9a-f]{32}")


class Sent(Record, frozen=True):
    """A post as it was sent, or what was wrong with it."""

    post: OwnPost | None = None
    id: str = ""
    problem: str = ""


class Row(Record, frozen=True):
    """What became of a post of a batch."""

    id: str
    outcome: Literal["created", "unchanged", "conflict", "rejected", "failed"]
    detail: str = ""


class Batch(StoredRecord, frozen=True):
    """What was sent in one call."""

    posts: int

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return -(-self.posts // PAGE)


class SentPage(StoredRecord, frozen=True):
    """One page of what was sent."""

    sent: tuple[Sent, ...]


class RowPage(StoredRecord, frozen=True):
    """What became of one page."""

    rows: tuple[Row, ...]


class BulkMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A pointer to one page."""

    owner: str
    batch: str
    page: int
    v: int = VERSION


class Bulk:
    """Batches of posts."""

    def __init__(self, posts: OwnPosts, queues: Queues) -> None:
        self._posts = posts
        self._queues = queues
        self._batches = RecordBlobs(posts.blobs, names.batch, Batch)
        self._sent = RecordBlobs(posts.blobs, names.batch_page, SentPage)
        self._rows = RecordBlobs(posts.blobs, names.batch_rows, RowPage)

    def accept(self, owner: str, sent: Sequence[Sent]) -> str:
        """Keep what was sent and announce it; the batch's id."""
        batch_id = secrets.token_hex(16)
        batch = Batch(posts=len(sent))
        for page in range(batch.pages):
            part = tuple(sent[page * PAGE : (page + 1) * PAGE])
            self._sent.write(SentPage(sent=part), owner, batch_id, page)
        self._batches.write(batch, owner, batch_id)
        for page in range(batch.pages):
            message = BulkMessage(owner=owner, batch=batch_id, page=page)
            self._queues.send(QUEUE, msgspec.json.encode(message))
        return batch_id

    def handle(self, body: bytes) -> None:
        """Take the posts of one page. Raises Transient."""
        message = _message(body)
        key = (message.owner, message.batch, message.page)
        if self._rows.find(*key) is not None:
            return
        page = self._sent.find(*key)
        if page is None:
            return  # its owner has removed everything meanwhile
        rows = tuple(self._take(message.owner, sent) for sent in page.sent)
        self._rows.create(RowPage(rows=rows), *key)

    def fail(self, body: bytes) -> None:
        """Say of a page whose message failed every try that its posts may be missing."""
        message = _message(body)
        key = (message.owner, message.batch, message.page)
        page = self._sent.find(*key)
        if page is None:
            return
        detail = "storage or we failed again and again; send this post once more"
        rows = tuple(Row(id=sent.id, outcome="failed", detail=detail) for sent in page.sent)
        self._rows.create(RowPage(rows=rows), *key)

    def _take(self, owner: str, sent: Sent) -> Row:
        if sent.post is None:
            return Row(id=sent.id, outcome="rejected", detail=sent.problem)
        try:
            _, outcome = self._posts.create(owner, sent.post)
        except Conflict as error:
            return Row(id=sent.id, outcome="conflict", detail=error.detail)
        except Rejected as error:
            return Row(id=sent.id, outcome="rejected", detail=error.detail)
        return Row(id=sent.id, outcome="created" if outcome.value == "created" else "unchanged")

    def batch(self, owner: str, batch_id: str) -> Batch:
        """Raises NotFound."""
        found = self._batches.find(owner, batch_id) if _BATCH_ID.fullmatch(batch_id) else None
        if found is None:
            raise NotFound("there is no such batch of yours")
        return found

    def rows(self, owner: str, batch_id: str, page: int) -> tuple[Row, ...] | None:
        """What became of the posts of one page; None while they are waiting."""
        found = self._rows.find(owner, batch_id, page)
        return None if found is None else found.rows


def _message(body: bytes) -> BulkMessage:
    try:
        message = wire.decode(body, BulkMessage)
    except msgspec.DecodeError as error:
        raise Transient(f"not a message of Undertone: {error}") from error
    if message.v > VERSION:
        raise Transient("a newer version of the app wrote this message")
    return message
