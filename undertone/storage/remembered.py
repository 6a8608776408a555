"""A container whose unchanging blobs are read once in a process.

Every fetch of a job reads the same request and the same page of rows; they are written once and
never changed, so the copy in memory is the blob. That a blob is not there is never remembered.
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


class RememberingBlobs(AzureBlobs):
    """One container; `never_changes` tells by its name whether a blob is written once for ever."""

    def __init__(
        self,
        container: ContainerClient,
        *,
        recount: bool = False,
        never_changes: Callable[[str], bool],
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
        if not self._never_changes(name):
            return super().read(name)
        with self._lock:
            kept = self._kept.get(name)
            if kept is not None:
                self._kept.move_to_end(name)
                return kept
        data = super().read(name)
        self._keep(name, data)
        return data

    @override
    def remove(self, name: str) -> None:
        """Delete it with all staged blocks."""
        super().remove(name)
        with self._lock:
            self._bytes -= len(self._kept.pop(name, b""))

    def _keep(self, name: str, data: bytes) -> None:
        with self._lock:
            self._bytes += len(data) - len(self._kept.pop(name, b""))
            self._kept[name] = data
            while self._bytes > self._most_bytes:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= len(dropped)
