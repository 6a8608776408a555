"""How much one upload, one job and one field may hold; docs/sources.md says why.

Readers look at these while they read, so that what is too much is never held.
"""

from __future__ import annotations

MAX_COUNT = 2**53
"""Likes, votes and comments that can be: up to here every reader of JSON knows the exact number."""


def known_count(number: int | None, *, least: int = -MAX_COUNT) -> int | None:
    """`number`, or None for one that cannot be a count: nobody has counted so far."""
    return number if number is not None and least <= number <= MAX_COUNT else None
