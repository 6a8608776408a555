"""What travels: posts, comments and options, typed and frozen, with their wire form.

Wire form is JSON by msgspec, one object or one object a line. Fields at their default are left
out. Times are UTC and end in `Z`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

import msgspec

VERSION = 1
"""`v` of every message and blob. A reader that meets a larger one leaves it to a newer reader."""


class State(StrEnum):
    """What became of a post; a row in posts.csv always has exactly one."""

    OK = "ok"
    PARTIAL = "partial"  # comments are missing that should be there; the reason says which
    NO_COMMENTS = "no_comments"
    COMMENTS_OFF = "comments_off"
    NOT_FOUND = "not_found"
    UNSUPPORTED = "unsupported"  # no post of a platform we know or are configured for
    FAILED = "failed"


class Record(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Base of all records: immutable, keyword-only, defaults left out on the wire."""


class StoredRecord(Record, frozen=True, tag_field="v", tag=VERSION):
    """Base of records that are a blob or a line of their own: their wire form begins with `v`.

    A reader refuses another version than its own, see `undertone.pipeline.store`.
    """


UPLOAD = "upload"
"""The platform of posts whose comments were sent along."""


class PostRef(Record, frozen=True):
    """The one canonical reference of a post; equal for every URL form of the same post."""

    platform: str
    """`youtube`, `hackernews`, `upload`, …: the name of its source."""
    id: str
    """The platform's own id; for Mastodon `host/id`, for Bluesky `did-or-handle/rkey`."""
    url: str = ""
    """The canonical https URL; empty for uploads."""


class Comment(Record, frozen=True):
    """One comment as plain text: HTML and entities resolved, line breaks kept."""

    id: str
    text: str
    parent: str = ""
    """Id of the comment this one answers; empty at the top level."""
    author: str = ""
    created_at: str = ""
    """`2026-11-21T20:00:00Z`, or empty where the platform does not say."""
    likes: int | None = None
    lang: str = ""
    """BCP 47, only where the platform gives it."""
    readers: int | None = None
    """How many have read it, where the source knows: views, impressions."""
    stars: float | None = None
    """What a review rates, from 0 to 5; None where nothing is rated."""


class Want(Record, frozen=True):
    """How many and which comments of each post are wanted: the fetch part of a job's options."""

    limit: int = 1000
    """At most this many comments a post."""
    order: Literal["top", "newest"] = "top"
    sample: Literal["", "random"] = ""
    """`random`: a uniform sample of `limit` over all pages instead of the first ones."""
    replies: bool = True


class Page(StoredRecord, frozen=True):
    """One step of reading a post's comments; a source gives these until `cursor` is None."""

    comments: tuple[Comment, ...] = ()
    cursor: str | None = None
    """Opaque to all but its source; None on the last page. It must be enough to go on from in
    another process."""
    title: str | None = None
    reported: int | None = None
    """Comments the platform says the post has; seldom what can be fetched."""
    skipped: int = 0
    """Comments on this page that are deleted, removed or hidden: counted, not scored."""
    note: str = ""
    """Why comments are missing that the platform has (`truncated by Bluesky at 170 of 922`).
    A post with a note is `partial`."""
    post: PostRef | None = None
    """The post this turned out to be, where the reference was a short link or a Bluesky handle:
    two rows with the same one are duplicates. Such a page may hold no comments yet."""
    wait: float = 0.0
    """Seconds until it makes sense to read on from `cursor` (a run that is still going)."""


class UploadedPost(Record, frozen=True):
    """A post whose comments were sent along instead of a URL."""

    id: str
    title: str = ""
    comments: tuple[Comment, ...] = ()
    note: str = ""
    """What was not understood in the upload (`3 rows had no text`); shown in the row's reason."""


def utc_text(moment: datetime) -> str:
    """`moment` (aware) as the text form of all our times, whole seconds."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
