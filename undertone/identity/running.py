"""How many jobs of one owner are under way at once: each holds one of so many places.

A place is a blob that is created on condition that it is not there, or taken over from a job that
has ended, on condition that it has not changed. So there are never more jobs than places, whichever
instances make them, and nothing has to be given back: that a job has ended shows by itself.
"""

from __future__ import annotations

from collections.abc import Callable

from undertone.errors import Missing, TooMany
from undertone.ports import Blobs

RETRY_AFTER = 30
"""Seconds; a job of some posts takes about as long."""
CEILING = 1_000


class RunningJobs:
    """The places of all owners, in `blobs`. `is_open(job)`: whether the job is under way."""

    def __init__(self, blobs: Blobs, most: int, is_open: Callable[[str], bool]) -> None:
        self._blobs = blobs
        self._most = min(most, CEILING)
        self._is_open = is_open

    def take(self, prefix: str, job: str) -> None:
        """Hold a place under `prefix`, which is the owner's, for `job`. Raises TooMany."""
        taken = set(self._blobs.names(prefix))
        places = [f"{prefix}{place:04d}" for place in range(self._most)]
        for name in places:
            if name not in taken and self._blobs.create(name, job.encode()):
                return
        for name in places:
            if self._take_over(name, job):
                return
        raise TooMany(
            f"you have {self._most} jobs under way, which is as many as there may be at once; wait "
            "for one to end, or cancel one",
            retry_after=RETRY_AFTER,
        )

    def _take_over(self, name: str, job: str) -> bool:
        try:
            holder = self._blobs.read_versioned(name)
        except Missing:
            return self._blobs.create(name, job.encode())
        if self._is_open(holder.data.decode("ascii", "replace")):
            return False
        return self._blobs.replace(name, job.encode(), holder.etag)
