"""The rows of comments.csv and comments.jsonl: the same comments for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from undertone.records import Comment
from undertone.results.csv_cells import BOM, csv_bytes, decimal, text_cell
from undertone.results.tally import UNIT, Probabilities

COLUMNS = (
    "post",
    "comment_id",
    "parent_id",
    "author",
    "time",
    "likes",
    "text",
    "label",
    "negative",
    "neutral",
    "positive",
    "score",
    "stars",
    "suspect",
    "language",
)
UNREAD = "unread"
"""The label of a comment in a language that the model does not read."""

CSV_HEADER = BOM + csv_bytes([COLUMNS])


class CommentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of comments.jsonl. Label and figures are null where a comment could not be scored."""

    post: int
    """The row of posts.csv, counted from 1."""
    comment_id: str
    parent_id: str
    author: str
    time: str
    likes: int | None
    text: str
    label: str | None
    negative: float | None
    neutral: float | None
    positive: float | None
    score: float | None
    windows: int
    """More than 1: the text was longer than the model's window and scored in parts."""
    stars: float | None = None
    """What a review rates, 0 to 5; null where nothing is rated."""
    suspect: str = ""
    """`copy`, `link` or `advert` where it may be spam; see `suspect.py`."""
    language: str | None = None
    """ISO 639 code, or `unknown`; null where nobody has looked."""


class ScoredComment(NamedTuple):
    """A comment with its figures; None where it could not be scored."""

    comment: Comment
    probabilities: Probabilities | None
    windows: int = 1
    suspect: str = ""
    language: str = ""
    is_read: bool = True
    """Whether the model reads the comment's language."""

    @property
    def label(self) -> str:
        """The most probable class, UNREAD, or empty if the comment could not be scored."""
        if self.probabilities is not None:
            return self.probabilities.label
        return "" if self.is_read else UNREAD


def jsonl_bytes(row: int, comments: Sequence[ScoredComment]) -> bytes:
    """Lines for `comments` of the post in `row`, each ending in a newline."""
    return msgspec.json.Encoder().encode_lines([_row(row, one) for one in comments])


def _row(row: int, one: ScoredComment) -> CommentRow:
    comment, scored = one.comment, one.probabilities
    return CommentRow(
        post=row,
        comment_id=comment.id,
        parent_id=comment.parent,
        author=comment.author,
        time=comment.created_at,
        likes=comment.likes,
        text=comment.text,
        label=one.label or None,
        negative=scored.negative / UNIT if scored else None,
        neutral=scored.neutral / UNIT if scored else None,
        positive=scored.positive / UNIT if scored else None,
        score=scored.score / UNIT if scored else None,
        windows=one.windows,
        stars=comment.stars,
        suspect=one.suspect,
        language=one.language or None,
    )


def comments_csv_bytes(row: int, comments: Sequence[ScoredComment]) -> bytes:
    """CSV lines, without header, for `comments` of the post in `row`."""
    return csv_bytes(
        (
            str(row),
            text_cell(one.comment.id),
            text_cell(one.comment.parent),
            text_cell(one.comment.author),
            text_cell(one.comment.created_at),
            "" if one.comment.likes is None else str(one.comment.likes),
            text_cell(one.comment.text),
            one.label,
            *_figures(one.probabilities),
            "" if one.comment.stars is None else f"{one.comment.stars:g}",
            one.suspect,
            text_cell(one.language),
        )
        for one in comments
    )


def _figures(scored: Probabilities | None) -> tuple[str, str, str, str]:
    if scored is None:
        return ("", "", "", "")
    return (
        decimal(scored.negative / UNIT),
        decimal(scored.neutral / UNIT),
        decimal(scored.positive / UNIT),
        decimal(scored.score / UNIT),
    )
