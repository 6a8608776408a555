"""Access tokens by client credentials, kept in memory until shortly before they expire."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from undertone.ports import Clock

MARGIN = timedelta(minutes=1)


class Token(NamedTuple):
    """A token and how many seconds it is good for."""

    value: str
    lasts: float


class Tokens:
    """Asks `fetch` for a token when there is none that is still good; safe between threads."""

    def __init__(self, fetch: Callable[[], Token], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._value = ""
        self._until: datetime | None = None

    def get(self) -> str:
        """A token that is good for a while yet. Raises what `fetch` raises."""
        with self._lock:
            now = self._clock()
            if self._until is None or now >= self._until:
                token = self._fetch()
                lasts = timedelta(seconds=min(max(token.lasts, 0), 86400))
                self._value, self._until = token.value, now + lasts - MARGIN
            return self._value

    def forget(self) -> None:
        """The platform no longer takes it."""
        with self._lock:
            self._until = None
