"""How often: requests in a window of time, counted over all instances.

A policy's window is a stretch of the clock, and each key has one counter in it, so that the limit
holds whoever counts. An instance takes several at once from the counter, the more the more a key
asks, and hands them out from memory; once the counter is used up, it says no from memory until the
window ends. docs/decisions/0018-limits.md argues with that.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import NamedTuple

from cachetools import LRUCache

from undertone.errors import TooMany
from undertone.ports import Blobs, Clock, Counters

MOST_KEYS = 20_000
"""Keys of which an instance remembers how they stand."""
MOST_TAKEN = 16
"""Requests that an instance takes at once from a counter."""
MOST_SWEPT = 10_000
"""Counters of the past that are removed in one round."""


class Policy(NamedTuple):
    """So many requests in each window."""

    name: str
    """A word; part of counters' names and of headers."""
    quota: int
    seconds: int
    """The window's length."""


class Standing(NamedTuple):
    """How a key stands with a policy, after a request."""

    policy: Policy
    is_within: bool
    remaining: int
    """At most so many more, as far as this instance knows."""
    reset: int
    """Seconds until the window ends."""


@dataclass
class _Local:
    """What an instance knows of a key's window."""

    window: int
    in_hand: int = 0
    """Taken from the counter and not handed out."""
    used: int = 0
    """On the counter, when it was last asked."""
    step: int = 1
    is_used_up: bool = False


class RateLimiter:
    """Counts requests; safe between threads."""

    def __init__(self, counters: Counters, clock: Clock) -> None:
        self._counters = counters
        self._clock = clock
        self._lock = threading.Lock()
        self._locals: LRUCache[tuple[str, str], _Local] = LRUCache(MOST_KEYS)

    def take(self, policy: Policy, key: str) -> Standing:
        """Count one request of `key`. Raises Transient."""
        now = self._clock().timestamp()
        window = int(now // policy.seconds)
        reset = max(1, ceil((window + 1) * policy.seconds - now))
        local = self._local(policy, key, window)
        is_within = self._hand_out(local) or self._refill(policy, key, local)
        left = max(0, policy.quota - local.used) + local.in_hand
        return Standing(policy, is_within, 0 if local.is_used_up else left, reset)

    def _local(self, policy: Policy, key: str, window: int) -> _Local:
        with self._lock:
            local = self._locals.get((policy.name, key))
            if local is None or local.window != window:
                local = self._locals[policy.name, key] = _Local(window)
            return local

    def _hand_out(self, local: _Local) -> bool:
        with self._lock:
            if local.in_hand:
                local.in_hand -= 1
                return True
        return False

    def _refill(self, policy: Policy, key: str, local: _Local) -> bool:
        """Take some from the counter, one of them for this request."""
        name = counter_name((local.window + 1) * policy.seconds, policy.name, key)
        step = min(local.step, policy.quota)
        while step and not local.is_used_up:
            used = self._counters.take(name, step, policy.quota)
            with self._lock:
                if used is not None:
                    local.used = max(local.used, used)
                    local.in_hand += step - 1
                    local.step = min(MOST_TAKEN, step * 2)
                    return True
                local.step = step = step // 2
                local.is_used_up = not step
        return self._hand_out(local)


def counter_name(ends: int, policy: str, key: str) -> str:
    """A key's counter in the window that ends at `ends` (seconds since 1970).

    Names of windows that end sooner come first. The key is a digest: it may be an address.
    """
    digest = hashlib.sha256(f"{policy}\n{key}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"{ends:011d}/{policy}/{digest[:40]}"


def sweep_counters(blobs: Blobs, now: datetime) -> int:
    """Remove counters whose window has ended, most of them; how many."""
    present = f"{int(now.timestamp()):011d}"
    past = [name for name in blobs.names("", limit=MOST_SWEPT) if name < present]
    return len(past) - len(blobs.remove_many(past))


def day_end(now: datetime) -> datetime:
    """The next midnight, UTC, after `now`."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1)


def headers_of(standings: Sequence[Standing]) -> dict[str, str]:
    """RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers) for an answer."""
    if not standings:
        return {}
    policies = (f'"{s.policy.name}";q={s.policy.quota};w={s.policy.seconds}' for s in standings)
    states = (f'"{s.policy.name}";r={s.remaining};t={s.reset}' for s in standings)
    return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(states)}


def too_many(standing: Standing, standings: Sequence[Standing]) -> TooMany:
    """The answer to a request that is beyond `standing`'s policy."""
    policy = standing.policy
    return TooMany(
        f"more than {policy.quota:,} requests in {policy.seconds} s ({policy.name}); "
        f"try again in {standing.reset} s",
        retry_after=standing.reset,
        headers=headers_of(standings),
    )
