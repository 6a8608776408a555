"""Reading a blob that others write meanwhile, over the real client: see `AzureBlobs`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.fakes.storage_server import Asked, Told, serving
from undertone.errors import Transient
from undertone.ports import Blobs
from undertone.storage.account import Account
from undertone.storage.azure_blobs import MOST_READS, PIECE

LINE = b"x" * 63 + b"\n"


class Log:
    """An append blob that has one more line each time it is asked for; it keeps conditions."""

    def __init__(self, lines: int, *, modified: int = 0) -> None:
        self.data = LINE * lines
        self.modified = modified
        """How many reads are answered with BlobModifiedWhileReading."""
        self.reads = 0

    def __call__(self, asked: Asked) -> Told:
        if asked.method != "GET":
            return Told(201)
        self.reads += 1
        if self.modified >= self.reads:
            return Told(409, code="BlobModifiedWhileReading")
        etag = f'"{len(self.data)}"'
        if asked.headers.get("if-match", etag) != etag:
            return Told(412, code="ConditionNotMet")
        size, told = len(self.data), self._range(asked, etag)
        self.data += LINE
        assert size < len(self.data)
        return told

    def _range(self, asked: Asked, etag: str) -> Told:
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", asked.headers["x-ms-range"])
        assert found is not None
        start, end = int(found[1]), int(found[2] or len(self.data) - 1)
        part = self.data[start : end + 1]
        if not part:
            return Told(416, code="InvalidRange")
        of = f"bytes {start}-{start + len(part) - 1}/{len(self.data)}"
        return Told(206, part, headers={"Content-Range": of, "ETag": etag})


@contextmanager
def blobs_of(log: Log) -> Iterator[Blobs]:
    with serving(log) as storage:
        account = Account.connect(storage)
        yield account.blobs("jobs")
        account.close()


def test_a_log_longer_than_one_answer_is_read_while_it_grows() -> None:
    log = Log(PIECE // len(LINE) + 1000)
    before = len(log.data)
    with blobs_of(log) as blobs:
        data = blobs.read_range("barrier", 0)
    assert len(data) >= before
    assert data == LINE * (len(data) // len(LINE))


def test_a_blob_as_long_as_one_answer_ends_there() -> None:
    log = Log(PIECE // len(LINE))
    with blobs_of(log) as blobs:
        assert len(blobs.read_range("barrier", 0, PIECE)) == PIECE


def test_what_was_modified_while_it_was_read_is_read_again_at_once() -> None:
    reads: list[Callable[[Blobs], bytes]] = [
        lambda blobs: blobs.read("barrier"),
        lambda blobs: blobs.read_versioned("barrier").data,
        lambda blobs: blobs.read_range("barrier", 0),
    ]
    for read in reads:
        log = Log(3, modified=MOST_READS - 1)
        with blobs_of(log) as blobs:
            assert read(blobs).startswith(LINE * 3)
        assert log.reads == MOST_READS


def test_what_never_stands_still_is_left_for_later() -> None:
    log = Log(3, modified=1000)
    with blobs_of(log) as blobs, pytest.raises(Transient, match="409 BlobModifiedWhileReading"):
        blobs.read("barrier")
    assert log.reads == MOST_READS


def test_a_whole_read_of_a_long_blob_that_changes_is_of_one_version_or_none() -> None:
    log = Log(PIECE // len(LINE) + 1000)
    with blobs_of(log) as blobs, pytest.raises(Transient, match="412 ConditionNotMet"):
        blobs.read_versioned("barrier")
