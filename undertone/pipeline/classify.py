"""Sentiment, topic and mentions of a few texts, answered at once: as a job would read them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import msgspec

from model.analyzer import Unavailable
from undertone import wire
from undertone.errors import Transient
from undertone.insights.asked import Insights
from undertone.insights.part import Chunk, CommentRow, Reader
from undertone.insights.topics import OTHER
from undertone.pipeline.score import label_texts
from undertone.pipeline.services import Services
from undertone.records import Comment

MAX_TEXTS = 100
MAX_TEXT = 10_000
"""Characters of one text."""


class Text(NamedTuple):
    """A text, and what its sender calls it."""

    id: str
    text: str


class MentionAnswer(msgspec.Struct, frozen=True):
    """An entity that a text mentions; label and score are what is felt towards it."""

    entity: str
    count: int
    label: str | None
    score: float | None


class TextAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a text is about; empty texts are never classified."""

    id: str
    empty: bool
    topic: str | None
    topic_score: float | None
    label: str | None
    score: float | None
    entities: list[MentionAnswer]


def classify(services: Services, asked: Insights, texts: Sequence[Text]) -> list[TextAnswer]:
    """An answer for each text. Raises Transient if the analyzer cannot answer now."""
    analyzer = services.analyzer()
    full = [one.text for one in texts if one.text.strip()]
    try:
        scored = dict(zip(full, label_texts(analyzer, full), strict=True)) if full else {}
        chunk = Chunk(
            job="",
            post=0,
            start=0,
            comments=[Comment(id=one.id, text=one.text) for one in texts],
            scores=[scored.get(one.text) for one in texts],
            models=[analyzer.model] * len(texts),
        )
        part = Reader(asked, services.encoder).read(chunk, partial(label_texts, analyzer))
    except Unavailable as error:
        raise Transient(f"the model cannot answer now: {error}") from error
    return [_answer(asked, row) for row in wire.decode_lines(part.lines, CommentRow)]


def _answer(asked: Insights, row: CommentRow) -> TextAnswer:
    topic = None
    if asked.topics and not row.empty:
        topic = "other" if row.topic == OTHER else asked.topics[row.topic - 1].name
    return TextAnswer(
        id=row.comment_id,
        empty=row.empty,
        topic=topic,
        topic_score=row.topic_score,
        label=row.label,
        score=row.score,
        entities=[
            MentionAnswer(asked.entities[one.entity - 1].name, one.count, one.label, one.score)
            for one in row.mentions
        ],
    )
