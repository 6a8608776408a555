"""Interfaces of all that the pipeline uses from outside: blobs, queues, links, sources, the time.

`undertone.storage` implements those of storage, and one contract suite is run over every
implementation of `Blobs`; `undertone.sources` implements `Source`, once for each platform.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from undertone.records import Page, PostRef, Want

Clock = Callable[[], datetime]
"""Returns the present moment, with the time zone UTC."""


MAX_APPENDS = 50_000
"""Blocks that an append blob can have."""


class Source(Protocol):
    """One platform's comments, read page by page.

    A source keeps no state between pages. What it needs to continue is in the cursor, so that
    another process can read on after a crash or when the platform has throttled us.
    """

    @property
    def platform(self) -> str:
        """The platform that this source reads; the same word as in `PostRef.platform`."""

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:
        """Read the page at `cursor`; None stands for the first page.

        Raises Permanent (comments are off, the post is gone, the answer is malformed, there are no
        credentials), Transient (no connection, after the session's own retries) or Delayed
        (throttled, or the quota is used up).
        """


class Versioned(NamedTuple):
    """A blob's content and the ETag that stands for exactly this content."""

    data: bytes
    etag: str


class Blobs(Protocol):
    """The blobs of one container. Names may have slashes. Every call may raise Transient."""

    def read(self, name: str) -> bytes:
        """The whole content. Raises Missing."""

    def read_versioned(self, name: str) -> Versioned:
        """The whole content and its ETag. Raises Missing."""

    def read_range(self, name: str, start: int, length: int | None = None) -> bytes:
        """At most `length` bytes from `start` on; none past the end. Raises Missing.

        Of an append blob any range can be read while others append. A blob that is written over
        meanwhile may give parts of both contents; so only logs and immutable blobs are read so.
        """

    def write(self, name: str, data: bytes, content_type: str = "application/json") -> None:
        """Create or overwrite the blob."""

    def create(self, name: str, data: bytes) -> bool:
        """Create the blob unless it exists (If-None-Match: *); whether it was created."""

    def replace(self, name: str, data: bytes, etag: str) -> bool:
        """Overwrite the blob if its ETag is still `etag` (If-Match); whether it was.

        False if another content has been written since, or if the blob does not exist.
        """

    def create_append(self, name: str) -> bool:
        """Create an empty append blob unless the blob exists; whether it was created."""

    def append(self, name: str, data: bytes) -> int:
        """Append one block to an append blob; returns how many blocks the blob has now.

        Appends are atomic: of callers that append at the same time, at least one is told the count
        that includes them all. Raises Missing, and Full after `MAX_APPENDS` blocks.
        """

    def stage(self, name: str, block_id: str, data: bytes) -> None:
        """Upload a block that no content shows before it is committed.

        The blob need not exist. All block ids of a blob must be equally long.
        """

    def commit(self, name: str, block_ids: Sequence[str], content_type: str) -> None:
        """Make these blocks, in this order, the blob's content.

        Each must be staged, or committed before. Raises MissingBlocks and then changes nothing.
        """

    def missing(self, name: str, block_ids: Sequence[str]) -> list[str]:
        """Those of `block_ids` that are neither staged nor committed, in the order given."""

    def names(self, prefix: str, *, after: str = "", limit: int | None = None) -> list[str]:
        """Sorted names that start with `prefix` and follow `after`, at most `limit`.

        A blob that has staged blocks and no content is among them.
        """

    def remove(self, name: str) -> None:
        """Delete the blob and its staged blocks, if there are any."""

    def remove_many(self, names: Sequence[str]) -> list[str]:
        """Delete these blobs with their staged blocks, many with one request.

        Those that could not be deleted, in the order given: none keeps the others.
        """

    def remove_if(self, name: str, etag: str) -> bool:
        """Delete the blob if its ETag is still `etag` (If-Match); whether it was deleted.

        False if another content has been written since, or if the blob does not exist.
        """


class Queues(Protocol):
    """All queues of the app."""

    def send(self, queue: str, body: bytes, *, delay: float = 0) -> None:
        """Send exactly `body`, seen no sooner than after `delay` seconds. Raises Transient.

        A delay of more than seven days is cut to that: a message lives no longer.
        """

    def oldest(self, queue: str) -> datetime | None:
        """When the message that comes next was sent; None if none waits. Raises Transient.

        Messages that are delayed or being worked on do not wait. The service keeps the order only
        by and large, so this says how old a backlog is, not more.
        """


class Counters(Protocol):
    """Numbers that all instances count together, each up to a limit."""

    def take(self, name: str, count: int, most: int) -> int | None:
        """Count `count` more under `name`, unless that made more than `most`.

        What is counted now, as far as it is known; None, and nothing counted, beyond `most`. Of
        callers at the same time as many succeed as there is room for. A name is always given the
        same `most`. Raises Transient.
        """


class NewJob(NamedTuple):
    """A job that is about to be made."""

    owner: str
    job: str
    posts: Sequence[PostRef]
    """What it would fetch: links alone, each post once."""
    want: Want
    uploaded: int
    """Comments sent along."""


class Admission(Protocol):
    """Whether the owner may have another job."""

    def admit(self, job: NewJob) -> None:
        """Count the job. Raises TooMany (later it may fit) and Rejected (it never will)."""


class Links(Protocol):
    """Signed links to result files."""

    def read_link(self, name: str, *, file_name: str, minutes: int) -> str:
        """A URL that reads blob `name` for `minutes`, saved as `file_name`. Raises Transient."""
