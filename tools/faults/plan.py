"""Which requests to storage go wrong, and how: the seed and a request's number decide, alone."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Self

MOST = 0.05
"""Highest share of the requests that one kind of fault spoils."""
LEAST = 0.2
"""Lowest share, as a part of the highest: no kind is left out."""
LONGEST_DELAY = 5.0
"""Seconds."""


class Kind(StrEnum):
    """What may happen to a request."""

    UNAVAILABLE = "503"
    """Answered 503 ServerBusy; nothing was done."""
    RESET = "reset"
    """The connection is reset; nothing was done."""
    DROPPED = "dropped"
    """Done, but the connection is reset before the answer."""
    DELAYED = "delayed"
    """Done, but late: half of them are sent on late, half are answered late."""


class Fault(NamedTuple):
    """What happens to one request."""

    kind: Kind
    seconds: float = 0.0
    """How long a delayed request waits; 0 for the other kinds."""
    done_first: bool = False
    """Whether a delayed request waits for its answer, not for being sent on."""


@dataclass(frozen=True)
class FaultPlan:
    """Decides for each request, by its number; the same seed and rates always decide the same."""

    seed: int
    rates: Mapping[Kind, float]
    """The share of requests for each kind; together at most 1."""

    @classmethod
    def seeded(cls, seed: int, most: float = MOST) -> Self:
        """A plan whose rates are drawn by `seed` too, none of them above `most`."""
        choose = random.Random(f"rates {seed}")
        return cls(seed, {kind: choose.uniform(LEAST * most, most) for kind in Kind})

    def fault_of(self, number: int) -> Fault | None:
        """What happens to the request of that number; None: nothing."""
        choose = random.Random(f"request {self.seed} {number}")
        place = choose.random()
        for kind, rate in self.rates.items():
            if place < rate:
                return _fault(kind, choose)
            place -= rate
        return None


def _fault(kind: Kind, choose: random.Random) -> Fault:
    if kind is not Kind.DELAYED:
        return Fault(kind)
    # Squared: many short delays, some near the longest, so that a run still ends.
    return Fault(kind, LONGEST_DELAY * choose.random() ** 2, choose.random() < 0.5)
