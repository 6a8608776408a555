"""What the pipeline asks of the outside: blobs, queues, links, sources. Implemented elsewhere.

`storage/` has two implementations of the storage ports (Azure and memory) held to one contract
suite; `sources/` implements `Source` once a platform.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from undertone.records import Page, PostRef, Want

Clock = Callable[[], datetime]
"""The present moment, aware, UTC."""


class Source(Protocol):
    """One platform's comments, read page by page.

    Stateless: all that it must remember between two pages is in the cursor, so that another
    process can read on after a crash or a throttle.
    """

    @property
    def platform(self) -> str:
        """The `PostRef.platform` that this source serves."""

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:
        """Read the page at `cursor` (None: the first).

        Raises Permanent (comments off, gone, malformed answer, no credentials), Transient
        (connection trouble that outlived the session's own retries) or Delayed (throttled, quota).
        """


class Versioned(NamedTuple):
    """A blob's content and the ETag that stands for exactly this content."""

    data: bytes
    etag: str


class Blobs(Protocol):
    """One container. Names are `/`-separated; every call may raise Transient."""

    def read(self, name: str) -> bytes:
        """All of it. Raises Missing."""

    def read_versioned(self, name: str) -> Versioned:
        """All of it with its ETag. Raises Missing."""

    def read_range(self, name: str, start: int, length: int | None = None) -> bytes:
        """Bytes from `start`, at most `length` of them; empty past the end. Raises Missing."""

    def write(self, name: str, data: bytes, content_type: str = "application/json") -> None:
        """Create or overwrite."""

    def create(self, name: str, data: bytes) -> bool:
        """Create if it is not there (If-None-Match: *). False, and untouched, if it is."""

    def replace(self, name: str, data: bytes, etag: str) -> bool:
        """Overwrite if it is the one with `etag` (If-Match). False if it changed or is gone."""

    def create_append(self, name: str) -> bool:
        """Create an empty append blob if there is none. False, and untouched, if there is."""

    def append(self, name: str, data: bytes) -> int:
        """Append one block atomically; how many blocks it has now. Raises Missing, Full."""

    def stage(self, name: str, block_id: str, data: bytes) -> None:
        """Stage a block of a block blob that need not exist. All ids of a blob are equally long."""

    def commit(self, name: str, block_ids: Sequence[str], content_type: str) -> None:
        """Make the blob consist of these blocks. Raises MissingBlocks and then changes nothing."""

    def missing(self, name: str, block_ids: Sequence[str]) -> list[str]:
        """Those of `block_ids` that are neither staged nor committed, in the order given."""

    def names(self, prefix: str, *, after: str = "", limit: int | None = None) -> list[str]:
        """Names that start with `prefix`, sorted, past `after`; uncommitted blobs too."""

    def remove(self, name: str) -> None:
        """Delete it with all staged blocks; nothing to do if it is not there."""

    def remove_if(self, name: str, etag: str) -> bool:
        """Delete it if it is still the one with `etag`. False if it changed or is gone."""


class Queues(Protocol):
    """All queues of the app."""

    def send(self, queue: str, body: bytes, *, delay: float = 0) -> None:
        """Send exactly `body`, to be seen no sooner than after `delay` seconds (at most 7 days)."""


class Links(Protocol):
    """Signed links to result files."""

    def read_link(self, name: str, *, file_name: str, minutes: int) -> str:
        """A URL that reads this one blob of `results` for `minutes`, offered as `file_name`."""
