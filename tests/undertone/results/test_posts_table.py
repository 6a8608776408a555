"""posts.csv: a row for everything that was sent."""

from __future__ import annotations

import csv
import io

import pytest

from model.analyzer import Calibration, Line
from undertone.records import PostRef
from undertone.results.posts_table import PostRow, post_row, posts_csv_bytes
from undertone.results.tally import Probabilities, Tally, tally

REF = PostRef(platform="youtube", id="-abcdefghij", url="https://www.youtube.com/watch?v=x")
COLUMNS = (
    "row,url,duplicate_of,platform,post_id,title,state,reason,reported,fetched,coverage,"
    "positive,neutral,negative,unscored,positive_share,neutral_share,negative_share,"
    "mean_score,mean_low,mean_high,verdict,fetched_at,model,"
    "rated,mean_stars,stars_agreement,"
    "mean_estimate,positive_low,positive_high,neutral_low,neutral_high,negative_low,negative_high,"
    "suspect,suspect_share,unsuspected_positive_share,unsuspected_neutral_share,"
    "unsuspected_negative_share,unsuspected_mean_score,unsuspected_mean_low,unsuspected_mean_high,"
    "languages,unread"
)
KNOWN = Calibration(11, Line(-0.05, 1.2, 0.1), *[Line(0.0, 1.0, 0.05)] * 3)
SUMS = Tally(positive=60, neutral=30, negative=10, total=450_000, squares=5_500_000_000)

SPAM = Tally(positive=20, total=190_000, squares=1_810_000_000)


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
        calibration=KNOWN,
        suspect=SPAM,
        languages={"en": 91, "id": 10},
        unread=1,
    )


def cells(rows: list[PostRow]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(posts_csv_bytes(rows).decode("utf-8-sig"), newline="")))


def test_the_file_begins_with_a_bom_and_names_its_columns() -> None:
    assert posts_csv_bytes([]) == b"\xef\xbb\xbf" + COLUMNS.encode() + b"\r\n"


def test_a_full_row() -> None:
    """The interval of the mean by hand: of 102 labels -1, 0 and 1 the mean is 50/102 and the
    variance (72 - 50²/102)/101; 1.2²/102 of it are 0.00664 of luck beside the model's 0.01, with
    26 degrees of freedom: t 2.0555. The centre is -0.05 + 1.2 · 50/102. The shares likewise, and
    the mean without the 20 suspect comments: of 82 labels it is 30/82."""
    (shown,) = cells([full()])
    assert shown == {
        "row": "2", "url": "'=https://youtu.be/x", "duplicate_of": "", "platform": "youtube",
        "post_id": "'-abcdefghij", "title": "'@title", "state": "ok", "reason": "'+fine",
        "reported": "400", "fetched": "101", "coverage": "0.2525",
        "positive": "60", "neutral": "30", "negative": "10", "unscored": "1",
        "positive_share": "0.6000", "neutral_share": "0.3000", "negative_share": "0.1000",
        "mean_score": "0.4500", "mean_low": "0.2731", "mean_high": "0.8034", "verdict": "positive",
        "fetched_at": "2026-11-21T20:00:00Z", "model": "a@1 + b@2", "mean_estimate": "0.5500",
        "positive_low": "0.4561", "positive_high": "0.7400",
        "neutral_low": "0.1657", "neutral_high": "0.4422",
        "negative_low": "0.0000", "negative_high": "0.2313",
        "suspect": "20", "suspect_share": "0.2000", "unsuspected_positive_share": "0.5000",
        "unsuspected_neutral_share": "0.3750", "unsuspected_negative_share": "0.1250",
        "unsuspected_mean_score": "0.3250",
        "unsuspected_mean_low": "0.1090", "unsuspected_mean_high": "0.6690",
        "rated": "", "mean_stars": "", "stars_agreement": "",
        "languages": "en 0.9010, id 0.0990", "unread": "1",
    }  # fmt: skip


def test_stars_and_how_far_they_agree_with_the_scores() -> None:
    """Of five scored comments four have stars: 5, 4.5 and 1 as the model says, 3 not."""
    scored = [
        Probabilities(0, 0, 10_000), Probabilities(0, 0, 10_000), Probabilities(10_000, 0, 0),
        Probabilities(0, 0, 10_000), Probabilities(0, 10_000, 0),
    ]  # fmt: skip
    sums = tally(scored[:2], [5, 4.5]).merge(tally(scored[2:], [1, 3, None]))
    (shown,) = cells([post_row(1, "u", REF, "ok", "", fetched=5, tally=sums)])
    told = (shown["rated"], shown["mean_stars"], shown["stars_agreement"])
    assert told == ("4", "3.3750", "0.7500")


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


def test_where_all_comments_are_suspect_there_is_nothing_without_them() -> None:
    row = post_row(1, "u", REF, "ok", "", fetched=100, tally=SUMS, suspect=SUMS)
    assert (row.suspect, row.suspect_share) == (100, 1.0)
    assert (row.unsuspected_positive_share, row.unsuspected_mean_low) == (None, None)


def test_where_none_is_suspect_both_figures_are_the_same() -> None:
    row = post_row(1, "u", REF, "ok", "", fetched=100, tally=SUMS, calibration=KNOWN)
    assert (row.suspect, row.suspect_share) == (0, 0.0)
    assert (row.unsuspected_mean_score, row.unsuspected_mean_low) == (row.mean_score, row.mean_low)
    assert row.unsuspected_negative_share == row.negative_share
