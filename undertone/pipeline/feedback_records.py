"""What people say of what a search showed, and of the model's labels: stored with their owner.

Lines are only ever added; of the same item the last one counts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from undertone.records import Record, StoredRecord

Side = Literal["negative", "neutral", "positive"]


class Shown(StoredRecord, frozen=True, kw_only=True):
    """What a query showed last, best first."""

    query: str
    at: datetime
    items: tuple[str, ...]


class Judged(Record, frozen=True, kw_only=True):
    """Whether a comment answers a query."""

    query: str
    item: str
    good: bool
    place: int | None = None
    """Where it stood when the query was last asked, from 1; None if it was not shown."""


class Correction(Record, frozen=True, kw_only=True):
    """What somebody says of a comment that they picked, and what the model had said.

    Whoever picks, picks what is wrong: so nothing follows for the comments that were not picked,
    and no interval is ever made of these.
    """

    item: str
    label: Side
    said: str
    """The model's label; empty if it gave none."""
    model: str = ""
    platform: str = ""
    words: int = 0
    origin: Literal["picked"] = "picked"


class FeedbackLine(StoredRecord, frozen=True, kw_only=True):
    """What came with one call."""

    at: datetime
    judged: tuple[Judged, ...] = ()
    corrections: tuple[Correction, ...] = ()
