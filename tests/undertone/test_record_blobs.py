"""Records of one kind: what is missing, what is replaced, what is removed."""

from __future__ import annotations

import pytest

from undertone.errors import Missing
from undertone.record_blobs import RecordBlobs
from undertone.records import StoredRecord
from undertone.storage.memory import MemoryBlobs

JOB = "job"


class FailureNote(StoredRecord, frozen=True):
    """Any record."""

    reason: str


@pytest.fixture
def notes() -> RecordBlobs[[str, int], FailureNote]:
    return RecordBlobs(MemoryBlobs(), lambda job, post: f"{job}/{post}", FailureNote)


KEY = (JOB, 7)
ONE, TWO = FailureNote(reason="one"), FailureNote(reason="two")
Notes = RecordBlobs[[str, int], FailureNote]


def test_what_is_not_there_is_missing_or_none(notes: Notes) -> None:
    with pytest.raises(Missing, match="job/7"):
        notes.read(*KEY)
    assert notes.find(*KEY) is None
    assert notes.find_with_etag(*KEY) is None


def test_only_the_first_creates(notes: Notes) -> None:
    assert notes.create(ONE, *KEY) is True
    assert notes.create(TWO, *KEY) is False
    assert notes.read(*KEY) == ONE
    assert notes.create_or_read(TWO, *KEY) == ONE
    assert notes.create_or_read(TWO, JOB, 8) == TWO
    assert notes.read(JOB, 8) == TWO


def test_a_write_overwrites(notes: Notes) -> None:
    notes.write(ONE, *KEY)
    notes.write(TWO, *KEY)
    assert notes.read(*KEY) == TWO


def test_only_the_version_that_was_seen_is_replaced(notes: Notes) -> None:
    notes.write(ONE, *KEY)
    seen = notes.find_with_etag(*KEY)
    assert seen is not None
    assert notes.replace(TWO, seen.etag, *KEY) is True
    assert notes.replace(ONE, seen.etag, *KEY) is False
    assert notes.read(*KEY) == TWO
    notes.remove(*KEY)
    assert notes.replace(ONE, seen.etag, *KEY) is False
    assert notes.find(*KEY) is None


def test_only_the_version_that_was_seen_is_removed(notes: Notes) -> None:
    notes.write(ONE, *KEY)
    seen = notes.find_with_etag(*KEY)
    assert seen is not None
    notes.write(ONE, *KEY)  # equal, and yet another version
    assert notes.remove_if(seen.etag, *KEY) is False
    assert notes.read(*KEY) == ONE
    present = notes.find_with_etag(*KEY)
    assert present is not None
    assert notes.remove_if(present.etag, *KEY) is True
    assert notes.find(*KEY) is None
    assert notes.remove_if(present.etag, *KEY) is False


def test_removing_what_is_gone_does_nothing(notes: Notes) -> None:
    notes.write(ONE, *KEY)
    notes.remove(*KEY)
    notes.remove(*KEY)
    assert notes.find(*KEY) is None
