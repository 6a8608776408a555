"""Blobs and queues in this process's memory, which behave as Azure's do where we rely on it.

They ship with the app because they document what the pipeline assumes of storage, and because the
state machine that tests the pipeline needs a storage that it can interrupt at every call. The same
contract suite runs over these blobs and over the real ones.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from undertone.errors import Full, Missing, MissingBlocks
from undertone.ports import MAX_APPENDS, Clock, Versioned


@dataclass
class _Blob:
    data: bytes
    etag: str
    appends: int = 0


@dataclass
class MemoryBlobs:
    """The blobs of one container."""

    max_appends: int = MAX_APPENDS
    _blobs: dict[str, _Blob] = field(default_factory=dict)
    _staged: dict[str, dict[str, bytes]] = field(default_factory=dict)
    _committed: dict[str, dict[str, bytes]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _etags: count[int] = field(default_factory=count)

    def _put(self, name: str, data: bytes) -> None:
        self._blobs[name] = _Blob(data, f'"{next(self._etags)}"')
        self._staged.pop(name, None)  # a Put Blob discards uncommitted blocks
        self._committed.pop(name, None)

    def _get(self, name: str) -> _Blob:
        if name not in self._blobs:
            raise Missing(name)
        return self._blobs[name]

    def read(self, name: str) -> bytes:
        """The whole content. Raises Missing."""
        return self.read_versioned(name).data

    def read_versioned(self, name: str) -> Versioned:
        """The whole content and its ETag. Raises Missing."""
        with self._lock:
            blob = self._get(name)
            return Versioned(blob.data, blob.etag)

    def read_range(self, name: str, start: int, length: int | None = None) -> bytes:
        """At most `length` bytes from `start` on; none past the end. Raises Missing."""
        return self.read(name)[start : None if length is None else start + length]

    def write(self, name: str, data: bytes, content_type: str = "application/json") -> None:
        """Create or overwrite the blob."""
        with self._lock:
            self._put(name, data)

    def create(self, name: str, data: bytes) -> bool:
        """Create the blob unless it exists; whether it was created."""
        with self._lock:
            if name in self._blobs:
                return False
            self._put(name, data)
            return True

    def replace(self, name: str, data: bytes, etag: str) -> bool:
        """Overwrite the blob if its ETag is still `etag`; whether it was."""
        with self._lock:
            if name not in self._blobs or self._blobs[name].etag != etag:
                return False
            self._put(name, data)
            return True

    def create_append(self, name: str) -> bool:
        """Create an empty append blob unless the blob exists; whether it was created."""
        return self.create(name, b"")

    def append(self, name: str, data: bytes) -> int:
        """Append one block; returns how many blocks the blob has now. Raises Missing, Full."""
        with self._lock:
            blob = self._get(name)
            if blob.appends >= self.max_appends:
                raise Full(name)
            blob.data += data
            blob.appends += 1
            blob.etag = f'"{next(self._etags)}"'
            return blob.appends

    def stage(self, name: str, block_id: str, data: bytes) -> None:
        """Upload a block that no content shows before it is committed."""
        with self._lock:
            self._staged.setdefault(name, {})[block_id] = data

    def commit(self, name: str, block_ids: Sequence[str], content_type: str) -> None:
        """Make these blocks, in this order, the blob's content. Raises MissingBlocks."""
        with self._lock:
            known = self._committed.get(name, {}) | self._staged.get(name, {})
            if any(block_id not in known for block_id in block_ids):
                raise MissingBlocks(name)
            blocks = {block_id: known[block_id] for block_id in block_ids}
            self._put(name, b"".join(known[block_id] for block_id in block_ids))
            self._committed[name] = blocks

    def drop_staged(self, name: str) -> None:
        """Drop the blob's staged blocks, as Azure does after seven days."""
        with self._lock:
            self._staged.pop(name, None)

    def missing(self, name: str, block_ids: Sequence[str]) -> list[str]:
        """Those of `block_ids` that are neither staged nor committed, in the order given."""
        with self._lock:
            known = self._committed.get(name, {}) | self._staged.get(name, {})
            return [block_id for block_id in block_ids if block_id not in known]

    def names(self, prefix: str, *, after: str = "", limit: int | None = None) -> list[str]:
        """Sorted names that start with `prefix` and follow `after`, at most `limit`."""
        with self._lock:
            names = self._blobs.keys() | self._staged.keys()
        return sorted(name for name in names if name.startswith(prefix) and name > after)[:limit]

    def remove(self, name: str) -> None:
        """Delete the blob and its staged blocks, if there are any."""
        with self._lock:
            self._blobs.pop(name, None)
            self._staged.pop(name, None)
            self._committed.pop(name, None)

    def remove_many(self, names: Sequence[str]) -> list[str]:
        """Delete these blobs; in memory each can be."""
        with self._lock:
            for name in names:
                self.remove(name)
        return []

    def remove_if(self, name: str, etag: str) -> bool:
        """Delete the blob if its ETag is still `etag`; whether it was deleted."""
        with self._lock:
            if name not in self._blobs or self._blobs[name].etag != etag:
                return False
            self.remove(name)
            return True


@dataclass
class MemoryCounters:
    """Numbers that are counted in this process alone."""

    counts: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, name: str, count: int, most: int) -> int | None:
        """Count `count` more, unless that made more than `most`; what is counted now, or None."""
        with self._lock:
            total = self.counts.get(name, 0) + count
            if total > most:
                return None
            self.counts[name] = total
            return total


class Sent(tuple[bytes, float]):
    """A message as it was sent: body and delay in seconds."""

    at: datetime


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class MemoryQueues:
    """Queues whose messages a test reads from `sent` and delivers itself."""

    sent: dict[str, list[tuple[bytes, float]]] = field(default_factory=dict)
    """Body and delay in seconds of each message, by queue, in the order sent."""
    clock: Clock = _now

    def send(self, queue: str, body: bytes, *, delay: float = 0) -> None:
        """Keep the message in `sent`."""
        message = Sent((body, delay))
        message.at = self.clock()
        self.sent.setdefault(queue, []).append(message)

    def oldest(self, queue: str) -> datetime | None:
        """When the message that comes next was sent; None if none waits."""
        now = self.clock()
        for message in self.sent.get(queue, []):
            if isinstance(message, Sent) and message.at + timedelta(seconds=message[1]) <= now:
                return message.at
        return None
