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

import msgspec

from undertone import wire
from undertone.errors import Full
from undertone.ports import Blobs
from undertone.records import PostRef, Record
from undertone.results.statistics import Tally


class Arrival(Record, frozen=True, kw_only=True):
    """A line in a barrier."""

    key: int
    round: int = 0
    """Of a key's lines the first of the highest round counts. Rounds above 0 replace work whose
    staged blocks were lost."""


class ChunkArrival(Arrival, frozen=True, kw_only=True):
    """A chunk of a post is scored; its rows are staged as block `block`. Key: the chunk."""

    block: str
    tally: Tally
    model: str = ""
    unscored: int = 0
    reason: str = ""


class PostArrival(Arrival, frozen=True, kw_only=True):
    """A post is done, one way or the other. Key: the post."""

    state: str
    reason: str = ""
    post: PostRef | None = None
    """The post that a short link led to."""
    title: str = ""
    reported: int | None = None
    fetched: int = 0
    unscored: int = 0
    fetched_at: str = ""
    tally: Tally = Tally()
    models: tuple[str, ...] = ()
    repeats: int | None = None
    """The post that this one turned out to be; never in a barrier, see `repeats`."""
    blocks: tuple[str, ...] = ()
    """Ids of the blocks that hold its comments' rows, in order."""


def winners[A: Arrival](lines: bytes, kind: type[A]) -> dict[int, A]:
    """The line that counts for each key: the first of its highest round."""
    counting: dict[int, A] = {}
    for line in lines.split(b"\n"):
        if not line:
            continue
        arrival = wire.decode(line, kind)
        standing = counting.get(arrival.key)
        if standing is None or arrival.round > standing.round:
            counting[arrival.key] = arrival
    return counting


def arrived[A: Arrival](blobs: Blobs, barrier: str, kind: type[A]) -> dict[int, A]:
    """Who has arrived so far. Raises Missing if the barrier is gone."""
    return winners(blobs.read(barrier), kind)


def arrive[A: Arrival](
    blobs: Blobs, barrier: str, arrival: A, expected: int
) -> dict[int, A] | None:
    """Append `arrival`; all that counts if the barrier is complete, else None.

    Raises Missing if the barrier is gone, and with it the job.
    """
    try:
        count = blobs.append(barrier, msgspec.json.encode(arrival) + b"\n")
    except Full:
        count = expected  # 50,000 lines: nearly all are repeats, so look whether it is complete
    if count < expected:
        return None
    counting = arrived(blobs, barrier, type(arrival))
    return counting if len(counting) >= expected else None
