"""Looking out for a stop or a throttle without asking storage before every piece of work.

That there is none is believed for a moment; that there is one is always read anew. A step that
begins in that moment does no more than one that began just before the stop was written.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from undertone.errors import Missing
from undertone.ports import Blobs

REMEMBERED = 1_000
"""Names kept; the oldest goes first."""


class Lookout:
    """What was not there when this process last looked."""

    def __init__(self, rest: timedelta = timedelta()) -> None:
        """`rest`: how long an absence is believed; by default not at all."""
        self._rest = rest
        self._absent: OrderedDict[str, datetime] = OrderedDict()
        self._lock = threading.Lock()

    def look(self, blobs: Blobs, name: str, now: datetime) -> bytes | None:
        """The blob's content, or None if it is not there, or was not a moment ago."""
        with self._lock:
            seen = self._absent.get(name)
        if seen is not None and now - seen < self._rest:
            return None
        try:
            return blobs.read(name)
        except Missing:
            self._remember(name, now)
            return None

    def forget(self, name: str) -> None:
        """This process has written it: look at once."""
        with self._lock:
            self._absent.pop(name, None)

    def _remember(self, name: str, now: datetime) -> None:
        with self._lock:
            self._absent[name] = now
            self._absent.move_to_end(name)
            while len(self._absent) > REMEMBERED:
                self._absent.popitem(last=False)
