"""A short memory for blobs that do not exist, so that hot paths do not ask storage each time.

Every step looks for a stop of its job and a throttle of its platform, and nearly always there is
none. An absence is believed for a moment; a blob that exists is always read anew. A step that
begins within that moment does no more than one that began just before the stop was written.
"""

from __future__ import annotations

import threading
from datetime import timedelta

from cachetools import TTLCache

from undertone.ports import Clock

MAX_NAMES = 1_000
"""Names kept; those that expire first go first."""


class AbsenceCache:
    """Names of blobs that were missing when this process last looked. Safe for threads."""

    def __init__(self, clock: Clock, ttl: timedelta = timedelta()) -> None:
        """`ttl`: how long an absence is believed; by default not at all."""
        self._lock = threading.Lock()  # cachetools leaves locking to its users
        self._names: TTLCache[str, None] = TTLCache(
            MAX_NAMES, ttl.total_seconds(), timer=lambda: clock().timestamp()
        )

    def __contains__(self, name: str) -> bool:
        with self._lock:
            return name in self._names

    def add(self, name: str) -> None:
        """The blob was not there just now."""
        with self._lock:
            self._names[name] = None

    def discard(self, name: str) -> None:
        """This process has written the blob: look at once."""
        with self._lock:
            self._names.pop(name, None)
