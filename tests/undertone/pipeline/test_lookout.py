"""An absence is believed for a moment; a presence never."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from undertone.pipeline.lookout import REMEMBERED, Lookout
from undertone.storage.memory import MemoryBlobs

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_an_absence_is_believed_until_the_rest_is_over() -> None:
    lookout, blobs = Lookout(SECOND), MemoryBlobs()
    assert lookout.look(blobs, "stop", NOW) is None
    blobs.write("stop", b"now")
    assert lookout.look(blobs, "stop", NOW + SECOND * 0.99) is None
    assert lookout.look(blobs, "stop", NOW + SECOND) == b"now"


def test_a_presence_is_read_each_time() -> None:
    lookout, blobs = Lookout(SECOND), MemoryBlobs()
    blobs.write("stop", b"first")
    assert lookout.look(blobs, "stop", NOW) == b"first"
    blobs.write("stop", b"second")
    assert lookout.look(blobs, "stop", NOW) == b"second"


def test_what_this_process_wrote_is_seen_at_once() -> None:
    lookout, blobs = Lookout(SECOND), MemoryBlobs()
    assert lookout.look(blobs, "stop", NOW) is None
    blobs.write("stop", b"now")
    lookout.forget("stop")
    assert lookout.look(blobs, "stop", NOW) == b"now"


def test_without_a_rest_nothing_is_believed() -> None:
    lookout, blobs = Lookout(), MemoryBlobs()
    assert lookout.look(blobs, "stop", NOW) is None
    blobs.write("stop", b"now")
    assert lookout.look(blobs, "stop", NOW) == b"now"


def test_memory_is_bounded_and_the_oldest_goes() -> None:
    lookout, blobs = Lookout(SECOND), MemoryBlobs()
    for number in range(REMEMBERED + 1):
        lookout.look(blobs, f"stop {number}", NOW)
        blobs.write(f"stop {number}", b"now")
    assert lookout.look(blobs, "stop 1", NOW) is None
    assert lookout.look(blobs, "stop 0", NOW) == b"now"
