"""A container whose unchanging blobs are read once in a process.

Every fetch of a job reads the same request and the same page of rows, every chunk the same frozen
post; they are written once and never changed, so the copy in memory is the blob, and what this
process wrote it need not read at all. That a blob is not there is never remembered.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import override

from azure.storage.blob import ContainerClient

from undertone.storage.azure_blobs import AzureBlobs

MOST_BYTES = 32 * 1024 * 1024
"""Memory for what is remembered; the least recently used goes first."""
LARGEST_PART = 8
"""A blob that would take more than one in so many parts of it is not kept."""


class RememberingBlobs(AzureBlobs):
    """One container; `never_changes` tells by its name whether a blob is written once for ever."""

    def __init__(
        self,
        container: ContainerClient,
        *,
        never_changes: Callable[[str], bool],
        recount: Callable[[str], bool] = lambda _: False,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        super().__init__(container, recount=recount)
        self._never_changes = never_changes
        self._most_bytes = most_bytes
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @override
    def read(self, name: str) -> bytes:
        """All of it. Raises Missing."""
        kept = self._recall(name)
        if kept is not None:
            return kept
        data = super().read(name)
        self._keep(name, data)
        return data

    @override
    def read_range(self, name: str, start: int, length: int | None = None) -> bytes:
        """Bytes from `start`, at most `length` of them. Raises Missing."""
        kept = self._recall(name)
        if kept is not None:
            return kept[start : None if length is None else start + length]
        return super().read_range(name, start, length)

    @override
    def create(self, name: str, data: bytes) -> bool:
        """Create if it is not there (If-None-Match: *)."""
        created = super().create(name, data)
        if created:
            self._keep(name, data)
        return created

    @override
    def remove(self, name: str) -> None:
        """Delete it with all staged blocks."""
        super().remove(name)
        with self._lock:
            self._bytes -= len(self._kept.pop(name, b""))

    def _recall(self, name: str) -> bytes | None:
        with self._lock:
            kept = self._kept.get(name)
            if kept is not None:
                self._kept.move_to_end(name)
            return kept

    def _keep(self, name: str, data: bytes) -> None:
        if not self._never_changes(name) or len(data) * LARGEST_PART > self._most_bytes:
            return
        with self._lock:
            self._bytes += len(data) - len(self._kept.pop(name, b""))
            self._kept[name] = data
            while self._bytes > self._most_bytes:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= len(dropped)
