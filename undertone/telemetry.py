"""What the app tells of itself: the port for spans and metrics, and which metrics there are.

No span and no metric ever holds a comment's text, an author, a link or an error's message (it may
quote one): only ids of jobs, numbers of posts and chunks, and words from short fixed lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from typing import Protocol

Attributes = Mapping[str, str | int | bool]


class Metric(StrEnum):
    """All metrics; docs/observability.md says what each is for."""

    QUEUE_WAIT = "undertone.queue.wait"
    """Seconds from the sending of a message to its first delivery. By `queue`."""
    COLD_STARTS = "undertone.cold_starts"
    """Processes that did their first piece of work. By `step`."""
    COLD_START = "undertone.cold_start.duration"
    """Seconds from the loading of the app to the end of the first piece of work. By `step`."""
    FETCH_ERRORS = "undertone.fetch.errors"
    """By `platform` and `reason`."""
    CACHE_LOOKUPS = "undertone.cache.lookups"
    """Of a post's comments in the cache. By `platform` and `result`: hit or miss."""
    COMMENTS_SCORED = "undertone.comments.scored"
    """By `model` and `label`: their shares are the distribution whose drift is watched."""
    COMMENTS_UNSCORED = "undertone.comments.unscored"
    """Comments that ended without a score. By `model`, if one was there to fail."""
    LANGUAGES = "undertone.comments.language"
    """By `language`: the code that the detector gives, or `unknown`; `other` beyond the most frequent ones."""
    SCORING = "undertone.scoring.duration"
    """Seconds of an analyzer with a chunk. By `model`. Comments a second: scored by this."""
    JOBS_CLOSED = "undertone.jobs.closed"
    """By `status`."""
    JOB = "undertone.job.duration"
    """Seconds from a job's beginning to its closing. By `status`."""


class Telemetry(Protocol):
    """Where spans and metrics go. Nothing here raises, and nothing waits for a network."""

    def span(
        self, name: str, parent: str, attributes: Attributes, *, step: str
    ) -> AbstractContextManager[str]:
        """A span around the block, caused by the traceparent `parent` (empty: a trace begins).

        Gives the traceparent that what the block sends is caused by. An error that leaves the
        block is noted by its type alone.
        """

    def count(self, metric: Metric, amount: int = 1, **attributes: str) -> None:
        """Add to a counter."""

    def record(self, metric: Metric, value: float, **attributes: str) -> None:
        """Add a value to a distribution."""


class NoTelemetry:
    """Tells nobody; a caller's trace is handed on all the same."""

    def span(
        self,
        name: str,  # noqa: ARG002 - takes what the port takes
        parent: str,
        attributes: Attributes,  # noqa: ARG002
        *,
        step: str,  # noqa: ARG002
    ) -> AbstractContextManager[str]:
        """No span."""
        return nullcontext(parent)

    def count(self, metric: Metric, amount: int = 1, **attributes: str) -> None:
        """Nothing."""

    def record(self, metric: Metric, value: float, **attributes: str) -> None:
        """Nothing."""


SILENT: Telemetry = NoTelemetry()
"""For all who tell nobody."""
