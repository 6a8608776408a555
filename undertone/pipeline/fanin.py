"""Fan-in without a database or a scan: append blobs as barriers.

Each of N workers appends one line when it is done; the service answers with the number of blocks
the blob has now. Fewer than N: someone is still to come, and nothing more is done. N or more: the
arriver reads the lines and looks whether all N keys are there. Whoever appends the last missing
key sees a count of at least N and all keys, so the barrier fires at least once; a delivery more
only adds a line that does not count. docs/decisions/0001-fan-in.md argues it interleaving by
interleaving.

Which line of a key counts is a function of the bytes alone, and bytes are only ever added: so two
readers agree on every key that both see.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from undertone.pipeline.post_records import Arrival
from undertone.pipeline.record_log import RecordLog


def winners[A: Arrival](lines: Iterable[A]) -> dict[int, A]:
    """The line that counts for each key: the first of its highest round."""
    counting: dict[int, A] = {}
    for arrival in lines:
        standing = counting.get(arrival.key)
        if standing is None or arrival.round > standing.round:
            counting[arrival.key] = arrival
    return counting


def arrived[**Key, A: Arrival](
    barriers: RecordLog[Key, A], *key: Key.args, **named: Key.kwargs
) -> dict[int, A]:
    """Who has arrived so far. Raises Missing if the barrier is gone."""
    return winners(barriers.read(*key, **named).records)


class Complete[A: Arrival](NamedTuple):
    """A barrier at which everybody has arrived."""

    arrivals: dict[int, A]
    has_repeats: bool
    """Some have arrived more than once: so another may have been told the same before."""


def arrive[**Key, A: Arrival](
    barriers: RecordLog[Key, A], arrival: A, expected: int, *key: Key.args, **named: Key.kwargs
) -> Complete[A] | None:
    """Append `arrival`; all that counts if the barrier is complete, else None.

    Raises Missing if the barrier is gone, and with it the job.
    """
    count = barriers.append(arrival, *key, **named)
    if count < expected:
        return None
    counting = arrived(barriers, *key, **named)
    return Complete(counting, count > expected) if len(counting) >= expected else None
