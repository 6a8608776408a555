"""Following: kept once each, up to a limit, while others change it too."""

from __future__ import annotations

import pytest

from undertone.errors import Conflict, NotFound, Transient
from undertone.feed.following import MOST, FollowStore, Source
from undertone.storage.memory import MemoryBlobs

BOB, JOB = Source(kind="users", id="bob"), Source(kind="jobs", id="0" * 25)
POST = Source(kind="posts", id="1", user="bob")


def test_what_is_followed_is_kept_once_and_sorted() -> None:
    store = FollowStore(MemoryBlobs())
    assert store.sources("ann") == ()
    assert store.follow("ann", BOB) is True
    assert store.follow("ann", JOB) is True
    assert store.follow("ann", BOB) is False
    assert store.follow("ann", POST) is True
    assert store.sources("ann") == (JOB, POST, BOB)
    assert store.sources("bob") == ()


def test_what_is_left_is_followed_no_longer() -> None:
    store = FollowStore(MemoryBlobs())
    store.follow("ann", BOB)
    store.leave("ann", BOB)
    assert store.sources("ann") == ()
    with pytest.raises(NotFound):
        store.leave("ann", BOB)


def test_a_feed_has_so_many_sources() -> None:
    store = FollowStore(MemoryBlobs())
    for number in range(MOST):
        store.follow("ann", Source(kind="users", id=f"{number}"))
    with pytest.raises(Conflict, match=str(MOST)):
        store.follow("ann", BOB)
    assert store.follow("ann", Source(kind="users", id="7")) is False


class Racing(MemoryBlobs):
    """Somebody else changes the blob before each write of ours, so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def replace(self, name: str, data: bytes, etag: str) -> bool:
        if self.times:
            self.times -= 1
            self.write(name, self.read(name))
        return super().replace(name, data, etag)


def test_changes_that_cross_are_both_kept() -> None:
    store = FollowStore(Racing(3))
    store.follow("ann", BOB)
    store.follow("ann", JOB)
    assert store.sources("ann") == (JOB, BOB)


def test_who_is_overtaken_again_and_again_is_told() -> None:
    store = FollowStore(Racing(1_000))
    store.follow("ann", BOB)
    with pytest.raises(Transient):
        store.follow("ann", JOB)
