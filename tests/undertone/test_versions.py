"""Records of this version are read; a newer one is told from what is broken."""

from __future__ import annotations

import msgspec
import pytest

from undertone.errors import NewerVersion
from undertone.pipeline.post_records import FailureNote
from undertone.versions import decode_record, decode_records

OURS = FailureNote(reason="r")
LINE = b'{"v":1,"reason":"r"}'


def test_a_record_of_this_version_is_read() -> None:
    assert decode_record(LINE, FailureNote) == OURS
    assert decode_records(LINE + b"\n" + LINE + b"\n", FailureNote) == [OURS, OURS]
    assert decode_records(b"", FailureNote) == []


def test_a_newer_one_is_told_whatever_its_fields_are() -> None:
    with pytest.raises(NewerVersion, match="version 2"):
        decode_record(b'{"v":2,"reason":["of","tomorrow"]}', FailureNote)
    with pytest.raises(NewerVersion, match="version 3"):
        decode_records(LINE + b'\n{"v":3}\n', FailureNote)


@pytest.mark.parametrize("data", [b'{"v":1,"reason":1}', b'{"v":0,"reason":"r"}', b'{"v":1}'])
def test_what_is_broken_is_not_taken_for_newer(data: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_record(data, FailureNote)
    with pytest.raises(msgspec.ValidationError):
        decode_records(data, FailureNote)
