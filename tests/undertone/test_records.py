"""The wire form: small, stable, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest

from undertone.records import Comment, Page, PostRef, UploadedPost, utc_text

FULL = Page(
    comments=(
        Comment(
            id="1",
            text="ü 😀\n",
            parent="0",
            author="a",
            created_at="2026-11-21T20:00:00Z",
            likes=0,
            lang="de",
        ),
    ),
    cursor="c",
    title="t",
    reported=3,
    skipped=1,
    note="n",
    post=PostRef(platform="p", id="i", url="u"),
    wait=1.5,
)


def test_defaults_are_left_out_and_the_version_is_not() -> None:
    assert msgspec.json.encode(Comment(id="1", text="x")) == b'{"id":"1","text":"x"}'
    assert msgspec.json.encode(Page()) == b'{"v":1}', "a blob of its own says its version"


@pytest.mark.parametrize("record", [FULL, Page(), UploadedPost(id="u", comments=FULL.comments)])
def test_records_come_back(record: msgspec.Struct) -> None:
    assert msgspec.json.decode(msgspec.json.encode(record), type=type(record)) == record


def test_records_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        FULL.cursor = "other"  # type: ignore[misc] # what is tested


def test_no_likes_and_zero_likes_differ() -> None:
    assert Comment(id="1", text="", likes=0) != Comment(id="1", text="")


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 21, 20, 0, 0, 999_999, UTC), "2026-11-21T20:00:00Z"),
        (datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2))), "2025-12-31T23:00:00Z"),
        (datetime(33, 4, 3, tzinfo=UTC), "0033-04-03T00:00:00Z"),
    ],
)
def test_times_are_utc_in_whole_seconds(moment: datetime, text: str) -> None:
    assert utc_text(moment) == text
