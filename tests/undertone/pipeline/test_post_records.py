"""What is stored of a post: a wire form that stays, and lines that are short."""

from __future__ import annotations

import msgspec
import pytest

from tests.undertone.pipeline.conftest import NOW
from undertone import wire
from undertone.pipeline.capacity import MAX_BLOCKS
from undertone.pipeline.post_records import (
    Attempt,
    Chunk,
    ChunkArrival,
    FailureNote,
    Fetched,
    PostArrival,
    ProgressLine,
    Snapshot,
    Throttle,
)
from undertone.pipeline.score import block_id
from undertone.records import Comment, State, StoredRecord
from undertone.results.tally import Tally

TALLY = Tally(positive=2, total=120, squares=7200)


@pytest.mark.parametrize(
    ("record", "wire_form"),
    [
        (
            Fetched(comments=(Comment(id="1", text="x"),), reported=0, cut=True),
            b'{"v":1,"comments":[{"id":"1","text":"x"}],"reported":0,"cut":true}',
        ),
        (
            Snapshot(row=1, state=State.OK, fetched=2, comments="b", chunks=(Chunk(2, 0, 99),)),
            b'{"v":1,"row":1,"state":"ok","fetched":2,"comments":"b","chunks":[[2,0,99]]}',
        ),
        (
            Attempt(attempt=1, until=NOW, writer="ff"),
            b'{"v":1,"attempt":1,"until":"2026-11-21T20:00:00Z","writer":"ff"}',
        ),
        (
            Throttle(until=NOW, reason="slow down"),
            b'{"v":1,"until":"2026-11-21T20:00:00Z","reason":"slow down"}',
        ),
        (FailureNote(reason="why"), b'{"v":1,"reason":"why"}'),
        (
            ChunkArrival(key=3, block="b", tally=TALLY, model="m@1"),
            b'{"v":1,"key":3,"block":"b",'
            b'"tally":{"positive":2,"total":120,"squares":7200},"model":"m@1"}',
        ),
        (
            PostArrival(key=0, round=1, state="ok", fetched=2, tally=TALLY, blocks=("b",)),
            b'{"v":1,"key":0,"round":1,"state":"ok","fetched":2,'
            b'"tally":{"positive":2,"total":120,"squares":7200},"blocks":["b"]}',
        ),
        (ProgressLine(post=4, found=12), b'{"v":1,"post":4,"found":12}'),
        (ProgressLine(post=4, chunk=0, done=5), b'{"v":1,"post":4,"chunk":0,"done":5}'),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_wire_form_is_what_deployed_instances_read(
    record: StoredRecord, wire_form: bytes
) -> None:
    """A field that is renamed, or gets another default, is a new version; see `VERSION`."""
    assert msgspec.json.encode(record) == wire_form


def test_the_arrival_of_the_largest_post_is_one_block() -> None:
    """Every version of the service takes 4 MiB in one append; a single post may have all blocks."""
    blocks = tuple(block_id(0, chunk, b"") for chunk in range(MAX_BLOCKS))
    sizes = (2**31,) * MAX_BLOCKS
    arrival = PostArrival(
        key=0, state="ok", tally=TALLY, blocks=blocks, sizes=sizes, rows=(9_999,) * MAX_BLOCKS
    )
    assert len(msgspec.json.encode(arrival)) < 4 * 1024 * 1024


@pytest.mark.parametrize(
    ("line", "record"),
    [
        (
            b'{"v":1,"post":3}',
            ProgressLine(post=3, found=0, chunk=-1, done=0, waiting="", until=""),
        ),
        (
            b'{"v":1,"key":1,"block":"b","tally":{}}',
            ChunkArrival(
                key=1, round=0, block="b", tally=Tally(), model="", unscored=0, reason="", size=0,
                calibration=None, suspect=None,
            ),
        ),
        (
            b'{"v":1,"key":2,"state":"failed"}',
            PostArrival(
                key=2, round=0, state=State.FAILED, reason="", post=None, title="", reported=None,
                fetched=0, unscored=0, fetched_at="", models=(), duplicate_of=None, blocks=(),
                sizes=(), rows=(), calibration=None, suspect=None,
            ),
        ),
    ],
)  # fmt: skip
def test_a_line_without_what_is_usual(line: bytes, record: StoredRecord) -> None:
    assert msgspec.json.encode(record) == line
    assert wire.decode(line, type(record)) == record
