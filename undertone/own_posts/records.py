"""What is kept of a post that its author keeps here, and of the analysis of it."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

import msgspec

from undertone.records import Record, StoredRecord, utc_text

MAX_ID = 200
"""Characters of a post's id."""
MAX_CONTENT = 1024 * 1024
"""Bytes of a post's content in UTF-8."""


class CommentsAt(Record, frozen=True):
    """Where the comments under a post were analysed: a row of one of its owner's jobs."""

    job: str
    row: int
    """From 1 on, as posts.csv counts."""


class OwnPost(StoredRecord, frozen=True):
    """One post of one owner."""

    id: str
    content: str
    created_at: str
    """`2026-11-21T20:00:00.250Z`: exact to a millisecond, because feeds are sorted by it."""
    title: str = ""
    image_uri: str = ""
    comments: CommentsAt | None = None

    def says_the_same(self, other: OwnPost) -> bool:
        """Whether both say the same, whenever they came."""
        return msgspec.structs.replace(other, created_at=self.created_at) == self

    @property
    def revision(self) -> str:
        """Equal for equal posts only."""
        return sha256(msgspec.json.encode(self)).hexdigest()[:32]


class Sentiment(Record, frozen=True):
    """How a post's own text reads."""

    label: str
    negative: float
    neutral: float
    positive: float
    model: str
    characters_read: int
    """A model reads some thousands of words at most; these are the first ones."""


class Analysis(StoredRecord, frozen=True):
    """What can be said of a post's text, at one moment."""

    revision: str
    """Of the post that was analysed."""
    analysed_at: datetime
    words: int | None
    sentences: int
    characters: int
    words_reason: str = ""
    average_word_length: float | None = None
    reading_seconds: int | None = None
    language: str = ""
    hashtags: tuple[str, ...] = ()
    hashtag_count: int = 0
    mentions: tuple[str, ...] = ()
    mention_count: int = 0
    links: tuple[str, ...] = ()
    link_count: int = 0
    emoji: tuple[str, ...] = ()
    emoji_count: int = 0
    sentiment: Sentiment | None = None
    """None where no model could read the text; `sentiment_reason` says why."""
    sentiment_reason: str = ""
    comments: dict[str, object] | None = None
    """The row of the job that analysed the post's comments."""


def millisecond_text(moment: datetime) -> str:
    """`moment` (aware) in UTC, exact to a millisecond."""
    whole = utc_text(moment)
    return f"{whole[:-1]}.{moment.microsecond // 1000:03d}Z"
