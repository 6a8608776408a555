"""What is cached of a container, how much of it, and what never is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import override

import pytest

from undertone.errors import Missing, Transient
from undertone.storage.caching import BlobCache, CachingBlobs
from undertone.storage.memory import MemoryBlobs


def caching(storage: MemoryBlobs, max_bytes: int = 1000) -> CachingBlobs:
    """A cache for the names below `fixed/`; what changes in `storage` it cannot see."""
    return CachingBlobs(
        storage,
        is_immutable=lambda name: name.startswith("fixed/"),
        cache=BlobCache(max_bytes),
    )


@pytest.fixture
def storage() -> MemoryBlobs:
    return MemoryBlobs()


def test_what_never_changes_is_read_once(storage: MemoryBlobs) -> None:
    blobs = caching(storage)
    storage.write("fixed/a", b"first")
    storage.write("other", b"first")
    assert (blobs.read("fixed/a"), blobs.read("other")) == (b"first", b"first")
    storage.write("fixed/a", b"second")
    storage.write("other", b"second")
    assert (blobs.read("fixed/a"), blobs.read("other")) == (b"first", b"second")


def test_an_etag_is_never_cached(storage: MemoryBlobs) -> None:
    blobs = caching(storage)
    blobs.create("fixed/a", b"first")
    storage.write("fixed/a", b"second")
    assert blobs.read_versioned("fixed/a") == storage.read_versioned("fixed/a")


def test_absence_is_not_cached(storage: MemoryBlobs) -> None:
    blobs = caching(storage)
    with pytest.raises(Missing):
        blobs.read("fixed/a")
    blobs.create("fixed/a", b"here")
    assert blobs.read("fixed/a") == b"here"


def test_what_is_removed_is_dropped(storage: MemoryBlobs) -> None:
    blobs = caching(storage)
    blobs.create("fixed/a", b"here")
    blobs.read("fixed/a")
    blobs.remove("fixed/a")
    with pytest.raises(Missing):
        blobs.read("fixed/a")


class Interrupted(MemoryBlobs):
    """Storage in which something happens while an answer is on its way."""

    meanwhile: Callable[[], None] | None = None

    @override
    def read(self, name: str) -> bytes:
        data = super().read(name)
        if self.meanwhile:
            self.meanwhile()
        return data

    @override
    def create(self, name: str, data: bytes) -> bool:
        created = super().create(name, data)
        if self.meanwhile:
            self.meanwhile()
        return created


def test_what_is_removed_while_it_is_read_is_not_cached() -> None:
    storage = Interrupted()
    blobs = caching(storage)
    storage.write("fixed/a", b"here")
    storage.meanwhile = lambda: blobs.remove("fixed/a")
    assert blobs.read("fixed/a") == b"here"
    with pytest.raises(Missing):
        blobs.read("fixed/a")


def test_what_is_removed_while_it_is_created_is_not_cached() -> None:
    storage = Interrupted()
    blobs = caching(storage)
    storage.meanwhile = lambda: blobs.remove("fixed/a")
    assert blobs.create("fixed/a", b"here")
    with pytest.raises(Missing):
        blobs.read("fixed/a")


def test_changes_of_other_blobs_do_not_keep_a_read_from_the_cache() -> None:
    storage = Interrupted()
    blobs = caching(storage)
    storage.write("fixed/a", b"here")
    storage.meanwhile = lambda: blobs.write("other", b"changed")
    blobs.read("fixed/a")
    storage.write("fixed/a", b"changed")
    assert blobs.read("fixed/a") == b"here"


def test_a_removal_whose_answer_is_lost_drops_too() -> None:
    class LosesAnswers(MemoryBlobs):
        @override
        def remove(self, name: str) -> None:
            super().remove(name)
            raise Transient("no answer")

    blobs = caching(LosesAnswers())
    blobs.create("fixed/a", b"here")
    with pytest.raises(Transient):
        blobs.remove("fixed/a")
    with pytest.raises(Missing):
        blobs.read("fixed/a")


def test_memory_is_bounded_and_the_least_recently_used_goes(storage: MemoryBlobs) -> None:
    blobs = caching(storage, max_bytes=80)
    names = [f"fixed/{letter}" for letter in "abcdefghi"]
    for name in names:
        storage.write(name, b"x" * 10)
        blobs.read(name)
        storage.write(name, b"changed")
    assert [blobs.read(name) for name in names[1:]] == [b"x" * 10] * 8
    assert blobs.read(names[0]) == b"changed"


def test_what_is_read_again_stays_longer(storage: MemoryBlobs) -> None:
    blobs = caching(storage, max_bytes=80)
    names = [f"fixed/{letter}" for letter in "abcdefghi"]
    for name in names[:8]:
        blobs.create(name, b"x" * 10)
    blobs.read_range(names[0], 0, 1)
    blobs.create(names[8], b"x" * 10)
    for name in names:
        storage.write(name, b"changed")
    assert blobs.read(names[0]) == b"x" * 10
    assert blobs.read(names[1]) == b"changed"


def test_what_was_created_here_is_not_read_at_all(storage: MemoryBlobs) -> None:
    blobs = caching(storage)
    assert blobs.create("fixed/a", b"0123456789")
    storage.write("fixed/a", b"changed")
    assert blobs.read("fixed/a") == b"0123456789"
    assert blobs.read_range("fixed/a", 2, 3) == b"234"
    assert blobs.read_range("fixed/a", 8) == b"89"


def test_what_another_created_first_is_read(storage: MemoryBlobs) -> None:
    blobs = caching(storage)
    storage.write("fixed/a", b"theirs")
    assert not blobs.create("fixed/a", b"ours")
    assert blobs.read("fixed/a") == b"theirs"


def test_what_changes_is_not_cached_when_created(storage: MemoryBlobs) -> None:
    blobs = caching(storage)
    blobs.create("other", b"first")
    storage.write("other", b"second")
    assert blobs.read_range("other", 0, 3) == b"sec"


def test_a_large_blob_does_not_push_out_all_others(storage: MemoryBlobs) -> None:
    blobs = caching(storage, max_bytes=80)
    blobs.create("fixed/small", b"small")
    blobs.create("fixed/large", b"x" * 11)
    storage.write("fixed/small", b"changed")
    storage.write("fixed/large", b"changed")
    assert blobs.read("fixed/small") == b"small"
    assert blobs.read("fixed/large") == b"changed"


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Threads give way to each other as often as they can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("eager_threads")
def test_many_threads_may_read_and_remove_at_once(storage: MemoryBlobs) -> None:
    blobs = caching(storage, max_bytes=80)
    names = [f"fixed/{number:02d}" for number in range(20)]

    def client(number: int) -> None:
        for turn in range(4000):
            name = names[(number * 7 + turn) % len(names)]
            if turn % 5 == number % 5:
                blobs.remove(name)
                blobs.create(name, name.encode())
            try:
                assert blobs.read(name) == name.encode()
            except Missing:
                continue

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(client, range(8)))
    assert [blobs.read(name) for name in names] == [storage.read(name) for name in names]
