"""A chunk's part of the facts: a line of JSON for each comment, which the merge reads again.

Lines and not Parquet: a scorer then needs no engine, and equal rows are equal bytes. Every field
is always there, so that whoever reads a line needs no defaults.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from hmac import HMAC
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from undertone.insights.asked import Insights
from undertone.insights.clauses import said_of
from undertone.insights.entities import Found, Matcher, count
from undertone.insights.topics import OTHER, Classified, TopicModel
from undertone.records import Comment
from undertone.results.tally import UNIT, Probabilities

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COMMENTS_A_POST = 1_000_000
"""More than a post can have: a comment's key is its post's number times this, and its place."""
UNKNOWN_DATE = 0
Predict = Callable[[Sequence[str]], Sequence[Probabilities | None]]
"""Scores texts as the job's comments are scored; None for one that the model refuses."""


class Encodes(Protocol):
    """`model.encoder.Encoder`."""

    @property
    def size(self) -> int:
        """Numbers in a vector."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """[texts, size], each row of length 1."""


class MentionRow(msgspec.Struct, frozen=True):
    """An entity in a comment: how often, and what is felt towards it."""

    entity: int
    """From 1, in the order asked for."""
    count: int
    label: str | None
    score: float | None


class CommentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a part."""

    key: int
    post: int
    """The row of posts.csv, counted from 1."""
    comment_id: str
    author: str
    time: str
    date: int
    """`20261121`, or `UNKNOWN_DATE`."""
    likes: int | None
    readers: int | None
    empty: bool
    topic: int
    topic_score: float | None
    label: str | None
    negative: float | None
    neutral: float | None
    positive: float | None
    score: float | None
    model: str
    mentions: tuple[MentionRow, ...]


class Part(NamedTuple):
    """What one chunk adds to the facts, and to what is kept beside them."""

    lines: bytes = b""
    vectors: bytes = b""
    """int8, a row of `Encoder.size` bytes a comment; empty unless they were asked for."""


NO_PART = Part()
"""Of a job that asks for no insights."""


class Chunk(NamedTuple):
    """Comments of one post as they were scored."""

    job: str
    post: int
    """Its number, counted from 0."""
    start: int
    """How many comments of the post come before."""
    comments: Sequence[Comment]
    scores: Sequence[Probabilities | None]
    models: Sequence[str]
    """Who read each comment."""


class Reader:
    """Reads what the comments of one job are about; safe to use from several threads."""

    def __init__(self, asked: Insights, encoder: Callable[[], Encodes]) -> None:
        self._asked = asked
        self._matcher = None
        if asked.entities:
            self._matcher = Matcher(asked.entities, match_case=asked.match_case)
        needs_encoder = bool(asked.topics) or asked.needs_vectors
        self._encoder = encoder() if needs_encoder else None
        self._topics = None
        if asked.topics and self._encoder is not None:
            self._topics = TopicModel(asked.topics, self._encoder)

    def read(self, chunk: Chunk, predict: Predict) -> Part:
        """The part of `chunk`; `predict` scores the clauses that mention entities."""
        texts = [comment.text for comment in chunk.comments]
        full = [index for index, text in enumerate(texts) if text.strip()]
        topics = dict.fromkeys(range(len(texts)), Classified(OTHER, 0.0))
        vectors = b""
        if self._encoder is not None:
            encoded = self._encoder.encode([texts[index] for index in full])
            if self._topics is not None and full:
                topics.update(zip(full, self._topics.classify(encoded), strict=True))
            if self._asked.needs_vectors:
                vectors = to_int8(encoded, full, len(texts), self._encoder.size)
        mentions = self._mentions(texts, chunk.scores, predict)
        rows = [
            _row(chunk, index, topics[index] if self._topics else None, mentions[index])
            for index in range(len(texts))
        ]
        return Part(msgspec.json.Encoder().encode_lines(rows), vectors)

    def _mentions(
        self, texts: Sequence[str], scores: Sequence[Probabilities | None], predict: Predict
    ) -> list[tuple[MentionRow, ...]]:
        if self._matcher is None:
            return [()] * len(texts)
        found = [self._matcher.find(text) for text in texts]
        clauses = [_clauses(one) for one in found]
        parts = [text for one in clauses for text in one.values() if text]
        predicted = dict(zip(parts, predict(parts), strict=True)) if parts else {}
        return [
            tuple(
                _mention(entity, number, predicted[text] if (text := said[entity]) else whole)
                for entity, number in count(one).items()
            )
            for one, said, whole in zip(found, clauses, scores, strict=True)
        ]


def _clauses(found: Found) -> dict[int, str]:
    """What is said of each entity; empty where that is the whole text."""
    if not found.mentions:
        return {}
    places: dict[int, list[int]] = {}
    for mention in found.mentions:
        places.setdefault(mention.entity, []).append(mention.start)
    said = said_of(found.text, places)
    return {entity: "" if text == found.text else text for entity, text in said.items()}


def _mention(entity: int, number: int, score: Probabilities | None) -> MentionRow:
    if score is None:
        return MentionRow(entity + 1, number, None, None)
    return MentionRow(entity + 1, number, score.label, score.score / UNIT)


def _row(
    chunk: Chunk, index: int, topic: Classified | None, mentions: tuple[MentionRow, ...]
) -> CommentRow:
    comment, score = chunk.comments[index], chunk.scores[index]
    empty = not comment.text.strip()
    if empty:
        score, topic = None, None
    return CommentRow(
        key=chunk.post * COMMENTS_A_POST + chunk.start + index,
        post=chunk.post + 1,
        comment_id=comment.id,
        author=author_key(chunk.job, comment.author),
        time=comment.created_at,
        date=date_key(comment.created_at),
        likes=comment.likes,
        readers=comment.readers,
        empty=empty,
        topic=topic.topic if topic else OTHER,
        topic_score=round(topic.score, 4) if topic else None,
        label=score.label if score else None,
        negative=score.negative / UNIT if score else None,
        neutral=score.neutral / UNIT if score else None,
        positive=score.positive / UNIT if score else None,
        score=score.score / UNIT if score else None,
        model=chunk.models[index] if score else "",
        mentions=mentions,
    )


def date_key(time: str) -> int:
    """`2026-11-21T20:00:00Z` as 20261121; `UNKNOWN_DATE` for a time that is not known."""
    return int(time[:10].replace("-", "")) if time else UNKNOWN_DATE


def author_key(job: str, author: str) -> str:
    """Tells a job's authors apart and says no name; empty for none.

    Keyed by the job's id, whose 80 random bits keep lists of known names from being tried, and
    authors of different jobs from being linked.
    """
    if not author:
        return ""
    return HMAC(job.encode(), author.encode("utf-8", "surrogatepass"), sha256).hexdigest()[:16]


def to_int8(vectors: NDArray[np.float32], places: Sequence[int], rows: int, size: int) -> bytes:
    """[rows, size] int8, row `places[n]` of it `vectors[n]`, each by its own scale; others zero.

    The cosine of two rows is, within a hundredth, that of the vectors.
    """
    import numpy as np  # noqa: PLC0415 - only with vectors

    whole = np.zeros((rows, size), dtype=np.int8)
    if len(places):
        largest = np.abs(vectors).max(axis=1, keepdims=True)
        whole[list(places)] = np.rint(vectors / np.maximum(largest, 1e-12) * 127)
    return whole.tobytes()
