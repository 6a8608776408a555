"""What people say of single comments: stored with the job, and removed with it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from undertone.records import Record, StoredRecord

Side = Literal["negative", "neutral", "positive"]
Origin = Literal["sample", "picked"]
"""`sample`: of the job's random sample, the only one from which intervals are made. `picked`:
chosen by hand, as corrections are; such a choice says nothing of the comments that were not."""


class Label(Record, frozen=True, kw_only=True):
    """What somebody says of one comment."""

    row: int
    """The comment's line in comments.jsonl, counted from 1."""
    comment_id: str
    label: Side
    origin: Origin = "sample"


class LabelBatch(StoredRecord, frozen=True, kw_only=True):
    """A line of the job's labels: what came with one call. Of a comment the last line counts."""

    labels: tuple[Label, ...]
    at: datetime
