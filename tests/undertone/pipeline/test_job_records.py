"""What is stored of a job: limits that hang together, and a wire form that stays."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.undertone.pipeline.conftest import NOW
from undertone.pipeline.job_records import (
    LIFETIME,
    MAX_ROWS,
    ROWS_PER_PAGE,
    SUCCESS_STATES,
    Closed,
    Closing,
    IndexEntry,
    KeyBinding,
    OpenMarker,
    Options,
    Request,
    Row,
    RowPage,
    Stop,
)
from undertone.pipeline.post_records import PostArrival
from undertone.ports import MAX_APPENDS
from undertone.records import PostRef, State, StoredRecord, Want

REF = PostRef(platform="hackernews", id="1")


def request(rows: int = 0) -> Request:
    return Request(
        job="j",
        owner="me",
        created_at=NOW,
        deadline=NOW + LIFETIME,
        rows=rows,
        posts=rows,
        options=Options(),
    )


@pytest.mark.parametrize(
    ("row", "is_post"),
    [
        (Row(sent="a", ref=REF), True),
        (Row(sent="a", ref=REF, duplicate_of=0), False),
        (Row(sent="a", reason="no link"), False),
    ],
)
def test_work_is_a_post_that_is_the_first_of_its_kind(row: Row, is_post: bool) -> None:
    assert row.is_post is is_post


@pytest.mark.parametrize(
    ("rows", "pages"),
    [(0, 0), (1, 1), (ROWS_PER_PAGE, 1), (ROWS_PER_PAGE + 1, 2), (MAX_ROWS, 100)],
)
def test_the_last_page_of_rows_may_be_short(rows: int, pages: int) -> None:
    assert request(rows).pages == pages


def test_a_barrier_has_room_for_every_post_several_times() -> None:
    assert 4 * MAX_ROWS < MAX_APPENDS


def test_a_job_ends_before_its_staged_blocks_are_dropped() -> None:
    assert LIFETIME + timedelta(days=1) < timedelta(days=7)


def test_only_posts_that_were_read_whole_are_a_success() -> None:
    assert {state for state in State if state in SUCCESS_STATES} == {State.OK, State.NO_COMMENTS}


@pytest.mark.parametrize(
    ("record", "wire_form"),
    [
        (
            RowPage(rows=(Row(sent="u", ref=REF), Row(sent="v", ref=REF, duplicate_of=0))),
            b'{"v":1,"rows":[{"sent":"u","ref":{"platform":"hackernews","id":"1"}},'
            b'{"sent":"v","ref":{"platform":"hackernews","id":"1"},"duplicate_of":0}]}',
        ),
        (
            msgspec.structs.replace(
                request(2), options=Options(want=Want(limit=5), max_age_minutes=0), name="Spring"
            ),
            b'{"v":1,"job":"j","owner":"me","created_at":"2026-11-21T20:00:00Z",'
            b'"deadline":"2026-11-26T20:00:00Z","rows":2,"posts":2,'
            b'"options":{"want":{"limit":5},"max_age_minutes":0},"name":"Spring"}',
        ),
        (
            Stop(why="deleted", at=NOW, owner="me"),
            b'{"v":1,"why":"deleted","at":"2026-11-21T20:00:00Z","owner":"me"}',
        ),
        (
            Closing(why="overdue", bytes=70, absent=(PostArrival(key=3, state="failed"),)),
            b'{"v":1,"why":"overdue","bytes":70,"absent":[{"v":1,"key":3,"state":"failed"}]}',
        ),
        (
            Closed(status="completed", at=NOW, states={"ok": 1}, comments=7, unscored=0),
            b'{"v":1,"status":"completed","at":"2026-11-21T20:00:00Z","states":{"ok":1},'
            b'"comments":7,"unscored":0}',
        ),
        (
            IndexEntry(job="j", created_at=NOW, rows=2, status="completed"),
            b'{"v":1,"job":"j","created_at":"2026-11-21T20:00:00Z","rows":2,"status":"completed"}',
        ),
        (
            OpenMarker(owner="me", activity=70, since=NOW),
            b'{"v":1,"owner":"me","activity":70,"since":"2026-11-21T20:00:00Z"}',
        ),
        (KeyBinding(job="j", body="digest"), b'{"v":1,"job":"j","body":"digest"}'),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_wire_form_is_what_deployed_instances_read(
    record: StoredRecord, wire_form: bytes
) -> None:
    """A field that is renamed, or gets another default, is a new version; see `VERSION`."""
    assert msgspec.json.encode(record) == wire_form
