"""What a user follows: other users, single posts, and jobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from undertone.errors import Conflict, NotFound, Transient
from undertone.ports import Blobs
from undertone.record_blobs import RecordBlobs, WithETag
from undertone.records import Record, StoredRecord
from undertone.text import digest

Kind = Literal["users", "posts", "jobs"]
MOST = 100
"""Sources of one feed: each costs a list of names at every read."""


class Source(Record, frozen=True, order=True):
    """Something that is followed."""

    kind: Kind
    id: str
    user: str = ""
    """Whose post it is, where a post is followed; empty: the follower's own."""


class Following(StoredRecord, frozen=True):
    """All that one user follows."""

    sources: tuple[Source, ...] = ()


Act = Callable[[set[Source]], None]


def _name(owner: str) -> str:
    return f"following/{digest(owner)}.json"


class FollowStore:
    """Who follows what."""

    def __init__(self, blobs: Blobs) -> None:
        self._records = RecordBlobs(blobs, _name, Following)

    def sources(self, owner: str) -> tuple[Source, ...]:
        """What `owner` follows, sorted."""
        found = self._records.find(owner)
        return () if found is None else found.sources

    def follow(self, owner: str, source: Source) -> bool:
        """Whether it is new. Raises Conflict at the limit, Transient."""

        def add(sources: set[Source]) -> None:
            if source not in sources and len(sources) >= MOST:
                raise Conflict(f"you follow {MOST} sources, which is the most; leave one first")
            sources.add(source)

        return self._change(owner, add)

    def leave(self, owner: str, source: Source) -> None:
        """Raises NotFound, Transient."""

        def drop(sources: set[Source]) -> None:
            if source not in sources:
                raise NotFound("you do not follow that")
            sources.remove(source)

        self._change(owner, drop)

    def _change(self, owner: str, act: Act) -> bool:
        """Change the set of sources; whether it is another now."""
        for _ in range(10):
            standing = self._records.find_with_etag(owner)
            before = set() if standing is None else set(standing.record.sources)
            after = set(before)
            act(after)
            if after == before:
                return False
            if self._write(owner, Following(sources=tuple(sorted(after))), standing):
                return True
        raise Transient("what you follow is being changed by another call of yours")

    def _write(self, owner: str, record: Following, standing: WithETag[Following] | None) -> bool:
        if standing is None:
            return self._records.create(record, owner)
        return self._records.replace(record, standing.etag, owner)
