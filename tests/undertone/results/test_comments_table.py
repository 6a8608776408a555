"""comments.csv for people and comments.jsonl for programs: the same comments."""

from __future__ import annotations

import csv
import io
import json

from hypothesis import given
from hypothesis import strategies as st

from undertone.records import Comment
from undertone.results.comments_table import (
    CSV_HEADER,
    ScoredComment,
    comments_csv_bytes,
    jsonl_bytes,
)
from undertone.results.tally import Probabilities

FORMULA = Comment(
    id="-7",
    text='=cmd|"/c calc"!A1\r\nline two',
    parent="=1",
    author="@ann",
    created_at="2026-11-21T20:00:00Z",
    likes=12,
    stars=4.5,
)
PLAIN = Comment(id="8", text="ü 😀\x00")
SCORED = [
    ScoredComment(
        FORMULA, Probabilities(100, 2400, 7500), windows=2, language="en", suspect="link"
    ),
    ScoredComment(PLAIN, Probabilities(9000, 1000, 0)),
    ScoredComment(PLAIN, None),
    ScoredComment(PLAIN, None, language="id", is_read=False),
]


def test_the_header_begins_with_a_bom_and_names_the_columns() -> None:
    assert CSV_HEADER.decode("utf-8") == (
        "\ufeffpost,comment_id,parent_id,author,time,likes,text,label,negative,neutral,positive,"
        "score,stars,suspect,language\r\n"
    )


def test_rows_of_comments_csv() -> None:
    table = comments_csv_bytes(3, SCORED).decode()
    assert list(csv.reader(io.StringIO(table, newline=""))) == [
        [
            "3", "'-7", "'=1", "'@ann", "2026-11-21T20:00:00Z", "12",
            "'=cmd|\"/c calc\"!A1\r\nline two", "positive", "0.0100", "0.2400", "0.7500", "0.7400",
            "4.5", "link", "en",
        ],
        [
            "3", "8", "", "", "", "",
            "ü 😀\ufffd", "negative", "0.9000", "0.1000", "0.0000", "-0.9000", "", "", "",
        ],
        ["3", "8", "", "", "", "", "ü 😀\ufffd", "", "", "", "", "", "", "", ""],
        ["3", "8", "", "", "", "", "ü 😀\ufffd", "unread", "", "", "", "", "", "", "id"],
    ]  # fmt: skip


def test_lines_of_comments_jsonl_are_exact_and_unescaped() -> None:
    assert [json.loads(line) for line in jsonl_bytes(3, SCORED).splitlines()] == [
        {
            "post": 3, "comment_id": "-7", "parent_id": "=1", "author": "@ann",
            "time": "2026-11-21T20:00:00Z", "likes": 12,
            "text": '=cmd|"/c calc"!A1\r\nline two', "label": "positive",
            "negative": 0.01, "neutral": 0.24, "positive": 0.75, "score": 0.74, "windows": 2,
            "stars": 4.5,
            "suspect": "link",
            "language": "en",
        },
        {
            "post": 3, "comment_id": "8", "parent_id": "", "author": "", "time": "", "likes": None,
            "text": "ü 😀\x00", "label": "negative",
            "negative": 0.9, "neutral": 0.1, "positive": 0.0, "score": -0.9, "windows": 1,
            "stars": None,
            "suspect": "",
            "language": None,
        },
        {
            "post": 3, "comment_id": "8", "parent_id": "", "author": "", "time": "", "likes": None,
            "text": "ü 😀\x00", "label": None,
            "negative": None, "neutral": None, "positive": None, "score": None, "windows": 1,
            "stars": None,
            "suspect": "",
            "language": None,
        },
        {
            "post": 3, "comment_id": "8", "parent_id": "", "author": "", "time": "", "likes": None,
            "text": "ü 😀\x00", "label": "unread",
            "negative": None, "neutral": None, "positive": None, "score": None, "windows": 1,
            "stars": None,
            "suspect": "",
            "language": "id",
        },
    ]  # fmt: skip


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(st.lists(texts, min_size=1, max_size=5))
def test_json_lines_keep_every_text_on_a_line_of_its_own(written: list[str]) -> None:
    scored = [
        ScoredComment(Comment(id="1", text=text), Probabilities(0, 10_000, 0)) for text in written
    ]
    lines = jsonl_bytes(1, scored).split(b"\n")
    assert [json.loads(line)["text"] for line in lines[:-1]] == written
    assert lines[-1] == b""


@given(st.lists(texts, min_size=1, max_size=5))
def test_both_files_have_a_row_for_each_comment(written: list[str]) -> None:
    scored = [
        ScoredComment(Comment(id="1", text=text), Probabilities(0, 10_000, 0)) for text in written
    ]
    table = comments_csv_bytes(1, scored).decode()
    assert len(list(csv.reader(io.StringIO(table, newline="")))) == len(written)
    assert jsonl_bytes(1, scored).count(b"\n") == len(written)


def test_no_comments_are_no_bytes() -> None:
    assert comments_csv_bytes(1, []) == jsonl_bytes(1, []) == b""
