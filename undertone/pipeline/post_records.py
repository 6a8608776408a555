"""What is stored of one post in a job: what was fetched, where its comments are, what became of it.

Records that are blobs or lines of their own carry their version on the wire.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import msgspec

from model.analyzer import Calibration
from undertone.records import Comment, PostRef, State, StoredRecord
from undertone.results.tally import Tally


class Fetched(StoredRecord, frozen=True, kw_only=True):
    """All that a source, the comment cache or an upload gave of one post."""

    post: PostRef | None = None
    """The post that a short link led to."""
    comments: tuple[Comment, ...] = ()
    title: str = ""
    reported: int | None = None
    skipped: int = 0
    note: str = ""
    """Why comments are missing; makes the post `partial`."""
    remark: str = ""
    """What the owner should know although nothing is missing (columns that were read)."""
    fetched_at: str = ""
    """Empty for uploads: nothing was fetched."""
    cut: bool = False
    """Reading ended at the wanted number of comments; the platform may have more."""


class Chunk(NamedTuple):
    """Where a chunk's comments are within the comments blob."""

    comments: int
    start: int
    """First byte."""
    size: int
    """Bytes."""


class Snapshot(StoredRecord, frozen=True, kw_only=True):
    """The facts of a post as they count in this job, and where its comments are."""

    row: int
    """The post's row in posts.csv, counted from 1."""
    post: PostRef | None = None
    """The post that a short link led to."""
    state: State
    reason: str = ""
    title: str = ""
    reported: int | None = None
    fetched: int = 0
    skipped: int = 0
    fetched_at: str = ""
    comments: str = ""
    """Name of the comments blob; empty if there are none."""
    chunks: tuple[Chunk, ...] = ()
    cache: str = ""
    """Name of the blob in the comment cache that holds them as well; empty if none does."""
    copies: tuple[str, ...] = ()
    """Digests of texts that many authors wrote, see `undertone.results.suspect`."""


class CacheUse(StoredRecord, frozen=True, kw_only=True):
    """A job uses what is in the comment cache."""

    job: str


class Attempt(StoredRecord, frozen=True, kw_only=True):
    """How often a platform has put a post off, or the analyzer a chunk; deliveries of an older
    attempt are replaced."""

    attempt: int
    until: datetime
    throttles: int = 0
    """How many of the last attempts in a row met a throttle of the whole platform."""
    writer: str = ""
    """Tells one's own write, whose answer was lost, from another's."""


class Throttle(StoredRecord, frozen=True, kw_only=True):
    """Until when all posts of a platform stay away from it, and why."""

    until: datetime
    reason: str


class FailureNote(StoredRecord, frozen=True, kw_only=True):
    """Why a post's message failed last, for its row if every try fails."""

    reason: str


MODELS_JOINED = " + "
"""Stands between the models that have read one chunk."""


class Arrival(StoredRecord, frozen=True, kw_only=True):
    """A line in a barrier."""

    key: int
    round: int = 0
    """Of a key's lines the first of the highest round counts. Rounds above 0 replace work whose
    staged blocks were lost."""


class ChunkArrival(Arrival, frozen=True, kw_only=True):
    """A chunk of a post is scored; its rows are staged as block `block`. Key: the chunk."""

    block: str
    tally: Tally
    model: str = ""
    """Several are joined by MODELS_JOINED."""
    unscored: int = 0
    """Comments that the analyzer fails at."""
    reason: str = ""
    size: int = 0
    """Bytes of the block in comments.jsonl."""
    calibration: Calibration | None = None
    """How the analyzer errs on whole posts; None if nobody has measured it."""
    suspect: Tally | None = None
    """Of those comments in `tally` that may be spam, if there are any."""
    languages: dict[str, int] = msgspec.field(default_factory=dict)
    """Comments by language, read or not."""
    unread: dict[str, int] = msgspec.field(default_factory=dict)
    """Comments that the model does not read, by language."""


class PostArrival(Arrival, frozen=True, kw_only=True):
    """A post is done, one way or the other. Key: the post."""

    state: str
    reason: str = ""
    post: PostRef | None = None
    """The post that a short link led to."""
    title: str = ""
    reported: int | None = None
    fetched: int = 0
    unscored: int = 0
    """Comments without a score, those in languages that the model does not read among them."""
    fetched_at: str = ""
    tally: Tally = Tally()
    models: tuple[str, ...] = ()
    duplicate_of: int | None = None
    """The post that this one turned out to be; never in a barrier, see `duplicates.py`."""
    blocks: tuple[str, ...] = ()
    """Ids of the blocks that hold its comments' rows, in order."""
    sizes: tuple[int, ...] = ()
    """Bytes of these blocks in comments.jsonl, so that a row is found without reading the others;
    empty for posts that were scored by a version that did not note them."""
    rows: tuple[int, ...] = ()
    """Comments in each of these blocks."""
    calibration: Calibration | None = None
    """That of the model that scored it; of several models the one with the widest spread."""
    suspect: Tally | None = None
    """Of those comments in `tally` that may be spam, if there are any."""
    languages: dict[str, int] = msgspec.field(default_factory=dict)
    unread: int = 0


class ProgressLine(StoredRecord, frozen=True, kw_only=True):
    """A line of the progress blob. The status shows it; nothing is decided by it."""

    post: int
    found: int = 0
    """Comments in the post's snapshot."""
    chunk: int = -1
    done: int = 0
    """Comments scored in `chunk`."""
    waiting: str = ""
    """Why the post waits …"""
    until: str = ""
    """… and until when."""
