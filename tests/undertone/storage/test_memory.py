"""What the storage in memory does beyond the contract suite, as Azure does and Azurite does not."""

from __future__ import annotations

import pytest

from undertone.errors import Full
from undertone.pipeline.score import block_id
from undertone.storage.memory import MemoryBlobs, MemoryQueues

BODIES = [
    b'{"job":"j","post":1}',
    b'["looks","like","many"]',
    '{"text":"ü 😀"}'.encode(),
    b"\x00\xff no text",
]


def test_after_50_000_appends_it_is_full() -> None:
    blobs = MemoryBlobs()
    blobs.create_append("log")
    assert [blobs.append("log", b"") for _ in range(50_000)][-1] == 50_000
    with pytest.raises(Full, match="log"):
        blobs.append("log", b"")


def test_writing_over_discards_staged_blocks_in_memory() -> None:
    """As Put Blob does in Azure; Azurite keeps them, so nothing may depend on either."""
    blobs = MemoryBlobs()
    blobs.stage("file", "01", b"one")
    blobs.write("file", b"whole")
    assert blobs.missing("file", ["01"]) == ["01"]


def test_dropping_staged_blocks_leaves_the_committed_ones() -> None:
    blobs = MemoryBlobs()
    blobs.stage("file", "01", b"one")
    blobs.commit("file", ["01"], "text/csv")
    blobs.stage("file", "02", b"two")
    blobs.drop_staged("file")
    assert blobs.missing("file", ["01", "02"]) == ["02"]
    assert blobs.read("file") == b"one"


def test_49_999_blocks_of_their_own_commit_in_memory() -> None:
    blobs = MemoryBlobs()
    ids = [block_id(number // 5, number % 5, b"") for number in range(49_999)]
    for number, each in enumerate(ids):
        blobs.stage("file", each, b"%05d\n" % number)
    blobs.commit("file", ids[::-1], "text/csv")
    assert blobs.read("file").startswith(b"49998\n49997\n")
    assert len(blobs.read("file")) == 49_999 * 6


def test_memory_keeps_bodies_and_delays() -> None:
    queues = MemoryQueues()
    for body in BODIES:
        queues.send("q", body, delay=2)
    assert queues.sent == {"q": [(body, 2) for body in BODIES]}
