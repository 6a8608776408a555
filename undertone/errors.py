"""Every error that Undertone raises on purpose, and who answers it.

    UndertoneError
    ├── Rejected          the caller's input is wrong; answered as problem+json, nothing is kept
    │   ├── NotFound      no such job, or not this owner's
    │   ├── Unauthorized  nobody that we know asks: no token or key, or one that is refused
    │   ├── Forbidden     the caller is known and may not do this
    │   ├── TooMany       the caller has used up what a time or a user is given
    │   └── Conflict      right request, wrong moment or wrong state
    ├── Permanent         a post or chunk cannot succeed; recorded as a row, the work goes on
    ├── Transient         may succeed if tried again; raised, so that the host delivers again
    │   └── NewerVersion  a newer version of the app wrote this; left to its instances
    ├── Delayed           a platform said "later"; sent again with a delay, costs no try
    └── StorageAnswer     an expected "no" of the blob service, handled where it is asked
        ├── Missing       the blob is not there
        ├── Full          an append blob has its 50,000 blocks
        └── MissingBlocks a block list names blocks that are not staged

Messages name the thing that was wrong and what to do about it; they never hold secrets, because
they end up in rows, logs and HTTP answers: a secret that is known is removed when an error is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from undertone.scrubbing import scrub


class UndertoneError(Exception):
    """The root: catch it only to report."""

    def __init__(self, message: str = "") -> None:
        super().__init__(scrub(message))


class Rejected(UndertoneError):  # noqa: N818 - an answer, not a fault of ours
    """The caller's input is wrong.

    `problems` maps the path of each offending field (`urls[3]`, `name`) to what is wrong with it
    and how to mend it. `retry_after`: seconds after which it may do, if waiting helps. `headers`:
    further ones of the answer.
    """

    status = 422
    retry_after: int | None = None
    headers: Mapping[str, str] = MappingProxyType({})

    def __init__(
        self, detail: str, problems: dict[str, str] | None = None, *, status: int | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = str(self)
        self.problems = problems or {}
        if status is not None:
            self.status = status


class NotFound(Rejected):
    """There is no such thing for this caller."""

    status = 404


class Unauthorized(Rejected):
    """Nobody that we know asks. `detail` never repeats what was sent.

    `challenge`: of the header WWW-Authenticate (RFC 6750, section 3).
    """

    status = 401

    def __init__(self, detail: str, *, challenge: str = "Bearer") -> None:
        super().__init__(detail)
        self.headers = {"WWW-Authenticate": challenge}


class Forbidden(Rejected):
    """The caller is known and has no role that may do this."""

    status = 403


class TooMany(Rejected):
    """The caller has used up what it is given; `headers` say how much there is of what."""

    status = 429

    def __init__(
        self, detail: str, *, retry_after: int, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
        self.headers = headers or {}


class Conflict(Rejected):
    """The request is sound but does not fit the present state."""

    status = 409

    def __init__(self, detail: str, *, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Permanent(UndertoneError):  # noqa: N818
    """This post or chunk cannot succeed, however often it is tried.

    `state` is the state its row gets: `failed`, `comments_off`, `not_found` or `unsupported`.
    """

    def __init__(self, reason: str, *, state: str = "failed") -> None:
        super().__init__(reason)
        self.reason = str(self)
        self.state = state


class Transient(UndertoneError):  # noqa: N818
    """Something that should work did not; the host will deliver the message again."""


class NewerVersion(Transient):
    """A blob was written by a newer version of the app, whose instances know what to do with it."""


class Delayed(UndertoneError):  # noqa: N818
    """A platform throttles us or is out of order; try again at `until` (aware, UTC) or later.

    `until` None leaves the delay to a growing back-off. `platform_wide` False: only this post has
    to wait, others of the platform may go on.
    """

    def __init__(
        self, reason: str, until: datetime | None = None, *, platform_wide: bool = True
    ) -> None:
        super().__init__(reason)
        self.reason = str(self)
        self.until = until
        self.platform_wide = platform_wide


class StorageAnswer(UndertoneError):  # noqa: N818
    """An answer of the blob service that the caller expects and handles."""


class Missing(StorageAnswer):
    """The blob is not there."""


class Full(StorageAnswer):
    """An append blob has reached its 50,000 blocks."""


class MissingBlocks(StorageAnswer):
    """A block list names blocks that are neither staged nor committed."""
