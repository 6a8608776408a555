"""Access tokens by client credentials, kept in memory until shortly before they expire."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from undertone.ports import Clock
from undertone.scrubbing import remember

MARGIN = timedelta(minutes=1)
"""How long before it expires a token is replaced."""


class Token(NamedTuple):
    """A token and how many seconds it is valid."""

    value: str
    expires_in: float


class TokenCache:
    """Keeps the token that `fetch` gave for as long as it is valid; safe between threads."""

    def __init__(self, fetch: Callable[[], Token], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._value = ""
        self._until: datetime | None = None

    def get(self) -> str:
        """A token that is valid for some time yet. Raises what `fetch` raises."""
        with self._lock:
            now = self._clock()
            if self._until is None or now >= self._until:
                token = self._fetch()
                remember(token.value)  # platforms echo it in their refusals
                lifetime = timedelta(seconds=min(max(token.expires_in, 0), 86400))
                self._value, self._until = token.value, now + lifetime - MARGIN
            return self._value

    def forget(self) -> None:
        """Drop the token: the platform refuses it."""
        with self._lock:
            self._until = None
