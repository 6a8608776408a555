"""posts.csv: a row for everything that was sent."""

from __future__ import annotations

import csv
import io

import pytest

from undertone.records import PostRef
from undertone.results.posts_table import PostRow, post_row, posts_csv_bytes
from undertone.results.tally import Tally

REF = PostRef(platform="youtube", id="-abcdefghij", url="https://www.youtube.com/watch?v=x")
COLUMNS = (
    "row,url,duplicate_of,platform,post_id,title,state,reason,reported,fetched,coverage,"
    "positive,neutral,negative,unscored,positive_share,neutral_share,negative_share,"
    "mean_score,mean_low,mean_high,verdict,fetched_at,model,languages,unread"
)
SUMS = Tally(positive=60, neutral=30, negative=10, total=450_000, squares=5_500_000_000)


def full() -> PostRow:
    return post_row(
        2,
        "=https://youtu.be/x",
        REF,
        "ok",
        "+fine",
        title="@title",
        reported=400,
        fetched=101,
        unscored=1,
        tally=SUMS,
        fetched_at="2026-11-21T20:00:00Z",
        models=("a@1", "b@2"),
        languages={"en": 91, "id": 10},
        unread=1,
    )


def cells(rows: list[PostRow]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(posts_csv_bytes(rows).decode("utf-8-sig"), newline="")))


def test_the_file_begins_with_a_bom_and_names_its_columns() -> None:
    assert posts_csv_bytes([]) == b"\xef\xbb\xbf" + COLUMNS.encode() + b"\r\n"


def test_a_full_row() -> None:
    """The interval by hand: n 102, mean 45/102, variance (57 - 45²/102)/101, t 1.9837."""
    (shown,) = cells([full()])
    assert shown == {
        "row": "2", "url": "'=https://youtu.be/x", "duplicate_of": "", "platform": "youtube",
        "post_id": "'-abcdefghij", "title": "'@title", "state": "ok", "reason": "'+fine",
        "reported": "400", "fetched": "101", "coverage": "0.2525",
        "positive": "60", "neutral": "30", "negative": "10", "unscored": "1",
        "positive_share": "0.6000", "neutral_share": "0.3000", "negative_share": "0.1000",
        "mean_score": "0.4500", "mean_low": "0.3221", "mean_high": "0.5603", "verdict": "positive",
        "fetched_at": "2026-11-21T20:00:00Z", "model": "a@1 + b@2",
        "languages": "en 0.9010, id 0.0990", "unread": "1",
    }  # fmt: skip


def test_negative_numbers_are_no_formulas() -> None:
    sums = Tally(negative=100, total=-900_000, squares=8_100_000_000)
    (shown,) = cells([post_row(1, "u", REF, "ok", "", fetched=100, tally=sums)])
    assert (shown["mean_score"], shown["verdict"]) == ("-0.9000", "negative")
    assert float(shown["mean_low"]) < -0.9 < float(shown["mean_high"]) < 0


@pytest.mark.parametrize(
    ("state", "fetched"),
    [("no_comments", "0"), ("comments_off", ""), ("not_found", ""), ("failed", "")],
)
def test_without_comments_there_are_no_zeros_that_look_like_data(state: str, fetched: str) -> None:
    row = post_row(1, "u", REF, state, "why", fetched=0, tally=Tally())
    (shown,) = cells([row])
    shown_all_the_same = {"row", "url", "platform", "post_id", "state", "reason"}
    assert {name for name, value in shown.items() if value} - {"fetched"} == shown_all_the_same
    assert shown["fetched"] == fetched
    assert (row.positive, row.mean_score, row.verdict, row.coverage) == (None, None, None, None)


def test_what_is_no_post_has_its_reason_only() -> None:
    (shown,) = cells([post_row(1, "nonsense", None, "unsupported", "this is no link")])
    assert {name: value for name, value in shown.items() if value} == {
        "row": "1", "url": "nonsense", "state": "unsupported", "reason": "this is no link",
    }  # fmt: skip


def test_a_duplicate_names_its_row() -> None:
    (shown,) = cells([post_row(5, "u", REF, "ok", "the same post as row 2", duplicate_of=2)])
    assert shown["duplicate_of"] == "2"
    assert shown["fetched"] == ""


@pytest.mark.parametrize(
    ("fetched", "reported", "coverage"),
    [(5, 10, 0.5), (12, 10, 1.0), (0, 10, 0.0), (5, None, None), (5, 0, None), (None, 10, None)],
)
def test_coverage_is_a_share_of_what_is_reported(
    fetched: int | None, reported: int | None, coverage: float | None
) -> None:
    row = post_row(1, "u", REF, "ok", "", fetched=fetched, reported=reported)
    assert row.coverage == coverage
