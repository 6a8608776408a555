from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from model.analyzer import Prediction
from tools.faults.files import FILES, first_difference, masked, wrong_scores
from undertone.records import PostRef, State
from undertone.results.posts_table import post_row, posts_csv_bytes


def posts_csv(fetched_at: str, fetched: int = 3) -> bytes:
    ref = PostRef("upload", "a", "a")
    row = post_row(
        1,
        "a",
        ref,
        State.OK,
        "",
        fetched=fetched,
        fetched_at=fetched_at,
        models=("m",),
        languages={"en": 2, "id": 1},
    )
    return posts_csv_bytes([row])


def files(
    posts: bytes = b"", comments: bytes = b"a,b\r\n", lines: bytes = b"{}\n"
) -> dict[str, bytes]:
    return dict(zip(FILES, (posts, comments, lines), strict=True))


@pytest.mark.parametrize("other", ["2026-11-25T19:30:00Z", "2026-11-25T19:30:01.123456Z"])
def test_the_time_of_fetching_alone_may_differ(other: str) -> None:
    quiet = files(posts_csv("2026-11-25T10:00:00Z"))
    assert quiet["posts.csv"] != posts_csv(other)
    assert first_difference(quiet, files(posts_csv(other))) == ""
    assert "became" in first_difference(quiet, files(posts_csv(other, fetched=4)))
    assert "became" in first_difference(quiet, files(posts_csv(""))), "a missing time is none"


def test_other_files_are_compared_as_they_are() -> None:
    assert (
        masked("comments.csv", b"x,2026-11-25T10:00:00Z,m\r\n") == b"x,2026-11-25T10:00:00Z,m\r\n"
    )
    difference = first_difference(files(comments=b"1\n2\n3\n"), files(comments=b"1\nII\n"))
    assert difference == "comments.csv differs in 2 lines, first in line 2: '2' became 'II'"
    assert "line ends" in first_difference(files(comments=b"1\n2\n"), files(comments=b"1\r\n2\n"))


class Lengths:
    """An analyzer whose answer is plain."""

    model = "lengths@1"

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        return [Prediction(0.25, 0.25, 0.5) if text else Prediction(1, 0, 0) for text in texts]


def line(text: str, *figures: float | None) -> bytes:
    values = dict(zip(("negative", "neutral", "positive"), figures, strict=True))
    return json.dumps({"text": text, **values}).encode() + b"\n"


def test_scores_that_this_process_would_not_give_are_counted() -> None:
    right = line("a", 0.25, 0.25, 0.5) + line("", 1.0, 0.0, 0.0)
    assert wrong_scores(right, Lengths()) == 0
    assert wrong_scores(right + line("b", 0.25, 0.2501, 0.4999), Lengths()) == 1
    assert wrong_scores(right + line("c", None, None, None), Lengths()) == 1
    unread = json.dumps({"text": "d", "label": "unread", "score": None}).encode() + b"\n"
    assert wrong_scores(right + unread, Lengths()) == 0
