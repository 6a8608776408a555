"""What a reader says of a record that it does not understand."""

from __future__ import annotations

import msgspec
import pytest

from tests.undertone.pipeline.conftest import store_over
from undertone.errors import Missing, NewerVersion
from undertone.pipeline import names
from undertone.storage.memory import MemoryBlobs

SAME = b'{"v":1,"why":"of today, but wrong"}'
NEWER = b'{"v":2,"why":["of","tomorrow"]}'


def test_a_newer_version_is_told_from_a_broken_record() -> None:
    blobs = MemoryBlobs()
    store = store_over(blobs)
    blobs.write(names.closing("job"), NEWER)
    with pytest.raises(NewerVersion, match="version 2"):
        store.closings.find("job")
    for broken in (SAME, b"{", b"[]"):
        blobs.write(names.closing("job"), broken)
        with pytest.raises(msgspec.DecodeError):
            store.closings.find("job")


def test_the_same_in_a_log() -> None:
    blobs = MemoryBlobs()
    store = store_over(blobs)
    line = b'{"v":1,"key":0,"state":"ok"}\n'
    blobs.create_append(names.barrier("job"))
    blobs.append(names.barrier("job"), line)
    assert [arrival.key for arrival in store.barriers.read("job").records] == [0]
    blobs.append(names.barrier("job"), SAME + b"\n")
    with pytest.raises(msgspec.DecodeError):
        store.barriers.read("job")
    blobs.append(names.barrier("job"), NEWER + b"\n")
    with pytest.raises(NewerVersion):
        store.barriers.read("job")
    assert store.barriers.read_to(len(line), "job").size == len(line)


def test_what_is_not_there_is_missing_or_none() -> None:
    store = store_over(MemoryBlobs())
    assert store.closings.find("job") is None
    assert store.closings.find_with_etag("job") is None
    with pytest.raises(Missing):
        store.closings.read("job")
    with pytest.raises(Missing):
        store.barriers.read("job")
