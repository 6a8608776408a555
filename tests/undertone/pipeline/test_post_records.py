"""Lines of barriers and progress are short: what is at its default is left out."""

from __future__ import annotations

import msgspec
import pytest

from undertone import wire
from undertone.pipeline.post_records import ChunkArrival, PostArrival, ProgressLine
from undertone.records import State, StoredRecord
from undertone.results.tally import Tally


@pytest.mark.parametrize(
    ("line", "record"),
    [
        (
            b'{"v":1,"post":3}',
            ProgressLine(post=3, found=0, chunk=-1, done=0, waiting="", until=""),
        ),
        (
            b'{"v":1,"key":1,"block":"b","tally":{}}',
            ChunkArrival(key=1, round=0, block="b", tally=Tally(), model="", unscored=0, reason=""),
        ),
        (
            b'{"v":1,"key":2,"state":"failed"}',
            PostArrival(
                key=2, round=0, state=State.FAILED, reason="", post=None, title="", reported=None,
                fetched=0, unscored=0, fetched_at="", models=(), duplicate_of=None, blocks=(),
            ),
        ),
    ],
)  # fmt: skip
def test_a_line_without_what_is_usual(line: bytes, record: StoredRecord) -> None:
    assert msgspec.json.encode(record) == line
    assert wire.decode(line, type(record)) == record
