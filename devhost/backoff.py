"""How long to wait between polls of an empty queue."""

from __future__ import annotations

from collections.abc import Callable

FIRST_DELAY = 0.1
"""Seconds."""


class BackOff:
    """100 ms after the first empty poll, then 100 ms more than about 1, 2, 4, 8 … times 100 ms.

    The WebJobs SDK's RandomizedExponentialBackoffStrategy, in seconds.
    """

    def __init__(self, longest: float, jitter: Callable[[], float]) -> None:
        self._longest = longest
        self._jitter = jitter
        self._empty = 0

    def found(self) -> None:
        """Start over: there were messages."""
        self._empty = 0

    def next(self) -> float:
        """Seconds until the next poll, after one more that found nothing."""
        growth = 0.0 if self._empty == 0 else self._jitter() * 2 ** (self._empty - 1)
        delay = FIRST_DELAY * (1 + growth)
        if delay >= self._longest:
            return self._longest
        self._empty += 1
        return delay
