"""How long to wait between polls of an empty queue."""

from __future__ import annotations

from collections.abc import Callable

FIRST_DELAY = 0.1
"""Seconds."""


class BackOff:
    """The delays of the WebJobs SDK's RandomizedExponentialBackoffStrategy, in seconds.

    0.1 after the first empty poll, then 0.1 + 0.1 · 2ⁿ · `jitter()` with n = 0, 1, 2 …, at most
    `max_delay`.
    """

    def __init__(self, max_delay: float, jitter: Callable[[], float]) -> None:
        self._max_delay = max_delay
        self._jitter = jitter
        self._empty_polls = 0

    def reset(self) -> None:
        """Start over, because the last poll received messages."""
        self._empty_polls = 0

    def next(self) -> float:
        """Seconds until the next poll, after one more that received nothing."""
        growth = 0.0 if self._empty_polls == 0 else self._jitter() * 2 ** (self._empty_polls - 1)
        delay = FIRST_DELAY * (1 + growth)
        if delay >= self._max_delay:
            return self._max_delay
        self._empty_polls += 1
        return delay
