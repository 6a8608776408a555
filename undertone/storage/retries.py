"""How long a call of storage is tried: shortly while somebody waits, longer under a queue message.

The SDK's own policy waits 15 seconds and more before each further try, and twenty for a connection.
These begin with tenths of a second. The bounds hold for one call of storage; what calls
several ends with the first that fails.
"""

from __future__ import annotations

import random
from time import monotonic
from typing import Any, NamedTuple, override

from azure.core.pipeline import PipelineRequest
from azure.storage.blob import ExponentialRetry

FIRST_WAIT = 0.2
"""Seconds before the second try; each further wait is twice as long, and off by up to a half."""


class Patience(NamedTuple):
    """How long one call of storage may take when storage is slow, out of order or out of reach."""

    tries: int
    seconds: float
    """No try begins later than this after the first one."""
    connect_seconds: float
    """For a connection to be made, or a body to be sent."""
    answer_seconds: float
    """For an answer to begin, or to go on."""


HTTP = Patience(tries=4, seconds=4, connect_seconds=5, answer_seconds=10)
"""While a caller waits: 503 with Retry-After in seconds tells more than an answer in minutes."""
WORK = Patience(tries=7, seconds=60, connect_seconds=15, answer_seconds=60)
"""Under a queue message or the timer. What still fails is delivered again half a minute later."""


class BackOff(ExponentialRetry):
    """The SDK's policy with other waits, and an end. Every client needs one of its own."""

    def __init__(self, patience: Patience) -> None:
        tries = patience.tries - 1
        super().__init__(
            retry_total=tries, retry_connect=tries, retry_read=tries, retry_status=tries
        )
        self._seconds = patience.seconds

    @override
    def configure_retries(self, request: PipelineRequest[Any]) -> dict[str, Any]:
        """The settings of one call, with the moment after which it is not tried again."""
        return super().configure_retries(request) | {"last": monotonic() + self._seconds}

    @override
    def increment(self, settings: dict[str, Any], *args: Any, **named: Any) -> bool:
        """Count a failed try; whether there is another one."""
        may_go_on = super().increment(settings, *args, **named) and monotonic() < settings["last"]
        if may_go_on and (close := getattr(named.get("response"), "close", None)):
            close()  # else the connection of a read is lost until its answer is collected
        return may_go_on

    @override
    def get_backoff_time(self, settings: dict[str, Any]) -> float:
        """Seconds until the next try, after `count` that failed."""
        wait: float = FIRST_WAIT * 2 ** (settings["count"] - 1)
        left: float = settings["last"] - monotonic()
        return max(0.0, min(wait * random.uniform(0.5, 1.5), left))
