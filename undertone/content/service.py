"""Requests for content: taken at once, made by queue, shown when asked for."""

from __future__ import annotations

import re
import secrets
from typing import Literal, NamedTuple

import msgspec

from undertone.content import names
from undertone.content.material import Grounds, Place
from undertone.content.records import (
    PARTS,
    ContentMessage,
    ContentRequest,
    Part,
    PartRecord,
    Start,
    Tag,
)
from undertone.errors import NotFound
from undertone.ports import Blobs, Clock, Queues
from undertone.record_blobs import RecordBlobs

QUEUES: dict[Part, str] = {"text": "content-text", "image": "content-image"}
_ID = re.compile(r"[0-9a-f]{32}")

Status = Literal["queued", "running", "done", "failed"]


class View(NamedTuple):
    """How far a request is, and what there is of it."""

    request: ContentRequest
    status: Status
    parts: dict[Part, PartRecord]


class ContentStore:
    """What is kept of all requests."""

    def __init__(self, blobs: Blobs, clock: Clock) -> None:
        """`blobs`: the container `content`."""
        self.blobs = blobs
        self.clock = clock
        self.requests = RecordBlobs(blobs, names.request, ContentRequest)
        self.starts = RecordBlobs(blobs, names.start, Start)
        self.parts = RecordBlobs(blobs, names.part, PartRecord)


class Content:
    """Takes requests, and shows what became of them."""

    def __init__(self, store: ContentStore, queues: Queues, grounds: Grounds) -> None:
        self._store = store
        self._queues = queues
        self._grounds = grounds

    def accept(self, owner: str, prompt: str, tag: Tag, place: Place) -> str:
        """Keep the request and announce it; its id. Raises NotFound, Conflict, Transient.

        Where a message cannot be sent, what was kept before is passed over: nobody knows its id.
        """
        self._grounds.check(owner, place)
        id_ = secrets.token_hex(16)
        request = ContentRequest(
            prompt=prompt,
            tag=tag,
            created_at=self._store.clock(),
            job=place.job,
            post=place.post,
        )
        self._store.requests.write(request, owner, id_)
        for part in PARTS[tag]:
            message = ContentMessage(owner=owner, id=id_)
            self._queues.send(QUEUES[part], msgspec.json.encode(message))
        return id_

    def view(self, owner: str, id_: str) -> View:
        """Raises NotFound for what is not there, or another's."""
        request = self._store.requests.find(owner, id_) if _ID.fullmatch(id_) else None
        if request is None:
            raise NotFound("there is no such request of yours")
        wanted = PARTS[request.tag]
        found = {part: self._store.parts.find(owner, id_, part) for part in wanted}
        parts = {part: record for part, record in found.items() if record is not None}
        return View(request, self._status(owner, id_, wanted, parts), parts)

    def _status(
        self, owner: str, id_: str, wanted: tuple[Part, ...], parts: dict[Part, PartRecord]
    ) -> Status:
        if len(parts) == len(wanted):
            return "failed" if any(record.error for record in parts.values()) else "done"
        if parts or any(self._store.starts.find(owner, id_, part) for part in wanted):
            return "running"
        return "queued"
