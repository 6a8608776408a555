"""Storage in this process, with the semantics of Azure's blobs and queues that we rely on.

It ships because it documents what the pipeline assumes, and because the pipeline's state machine
needs a storage whose every step it can interrupt. Held to the contract suite of the real one.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from undertone.errors import Full, Missing, MissingBlocks
from undertone.ports import Versioned

MAX_APPENDS = 50_000


@dataclass
class _Blob:
    data: bytes
    etag: str
    appends: int = 0


@dataclass
class MemoryBlobs:
    """One container."""

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
        """All of it. Raises Missing."""
        return self.read_versioned(name).data

    def read_versioned(self, name: str) -> Versioned:
        """All of it with its ETag. Raises Missing."""
        with self._lock:
            blob = self._get(name)
            return Versioned(blob.data, blob.etag)

    def read_range(self, name: str, start: int, length: int | None = None) -> bytes:
        """Bytes from `start`, at most `length` of them. Raises Missing."""
        return self.read(name)[start : None if length is None else start + length]

    def write(self, name: str, data: bytes, content_type: str = "application/json") -> None:
        """Create or overwrite."""
        with self._lock:
            self._put(name, data)

    def create(self, name: str, data: bytes) -> bool:
        """Create if it is not there."""
        with self._lock:
            if name in self._blobs:
                return False
            self._put(name, data)
            return True

    def replace(self, name: str, data: bytes, etag: str) -> bool:
        """Overwrite if it is still the one with `etag`."""
        with self._lock:
            if name not in self._blobs or self._blobs[name].etag != etag:
                return False
            self._put(name, data)
            return True

    def create_append(self, name: str) -> bool:
        """Create an empty append blob if there is none."""
        return self.create(name, b"")

    def append(self, name: str, data: bytes) -> int:
        """Append one block; how many blocks it has now. Raises Missing, Full."""
        with self._lock:
            blob = self._get(name)
            if blob.appends >= MAX_APPENDS:
                raise Full(name)
            blob.data += data
            blob.appends += 1
            blob.etag = f'"{next(self._etags)}"'
            return blob.appends

    def stage(self, name: str, block_id: str, data: bytes) -> None:
        """Stage a block."""
        with self._lock:
            self._staged.setdefault(name, {})[block_id] = data

    def commit(self, name: str, block_ids: Sequence[str], content_type: str) -> None:
        """Make the blob consist of these blocks. Raises MissingBlocks."""
        with self._lock:
            known = self._committed.get(name, {}) | self._staged.get(name, {})
            if any(block_id not in known for block_id in block_ids):
                raise MissingBlocks(name)
            blocks = {block_id: known[block_id] for block_id in block_ids}
            self._put(name, b"".join(known[block_id] for block_id in block_ids))
            self._committed[name] = blocks

    def drop_staged(self, name: str) -> None:
        """What the service does with staged blocks after seven days."""
        with self._lock:
            self._staged.pop(name, None)

    def missing(self, name: str, block_ids: Sequence[str]) -> list[str]:
        """Those of `block_ids` that are neither staged nor committed."""
        with self._lock:
            known = self._committed.get(name, {}) | self._staged.get(name, {})
            return [block_id for block_id in block_ids if block_id not in known]

    def names(self, prefix: str, *, after: str = "", limit: int | None = None) -> list[str]:
        """Names that start with `prefix`, sorted, past `after`."""
        with self._lock:
            every = self._blobs.keys() | self._staged.keys()
        return sorted(n for n in every if n.startswith(prefix) and n > after)[:limit]

    def remove(self, name: str) -> None:
        """Delete it with all staged blocks."""
        with self._lock:
            self._blobs.pop(name, None)
            self._staged.pop(name, None)
            self._committed.pop(name, None)

    def remove_if(self, name: str, etag: str) -> bool:
        """Delete it if it is still the one with `etag`."""
        with self._lock:
            if name not in self._blobs or self._blobs[name].etag != etag:
                return False
            self.remove(name)
            return True


@dataclass
class MemoryQueues:
    """Queues as lists of (body, delay) in the order sent; a test decides what is delivered when."""

    sent: dict[str, list[tuple[bytes, float]]] = field(default_factory=dict)

    def send(self, queue: str, body: bytes, *, delay: float = 0) -> None:
        """Send exactly `body`."""
        self.sent.setdefault(queue, []).append((body, delay))
