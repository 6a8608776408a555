"""Rows become posts, and nothing that was sent is lost without a note."""

import pytest

from tests.undertone.uploads.conftest import read
from undertone.uploads.post_builder import parse_count


def test_nothing_that_was_sent_is_dropped() -> None:
    (post,) = read("id,text,date\n1,a,2 weeks ago\n1,b,\n,c,\n2,,\n", "text/csv")
    assert [(c.id, c.text) for c in post.comments] == [("1", "a"), ("1#2", "b"), ("3", "c")]
    assert "times not understood: 1" in post.note
    assert "rows without text: 1" in post.note
    assert "ids that were taken already: 1" in post.note


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        ("12", 12),
        (" 1,234 ", 1234),
        ("1.234.567", 1_234_567),
        ("1 234", 1234),
        ("1.2K", 1200),
        ("1,5m", 1_500_000),
        ("3 likes", 3),
        ("7.0", 7),
        ("", None),
        ("many", None),
        ("-1", None),
        ("1.2.3k", None),
        ("9" * 16, None),
        ("1 234K", 1_234_000),
        ("1\u00a0234K", 1_234_000),
        ("1\u202f234.5K", 1_234_500),
        ("1 2K", None),
        ("9" * 300 + "K", None),
        ("9" * 400 + "K", None),
        ("9" * 400_000 + "M", None),
        ("9007199254740993", None),
        ("9007199254740992", 2**53),
        ("9007199254741K", None),
    ],
)
def test_counts_as_people_write_them(cell: str, count: int | None) -> None:
    assert parse_count(cell) == count
