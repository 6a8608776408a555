"""What a feed shows: posts, and jobs that have ended."""

from __future__ import annotations

from typing import Any

import msgspec

from functions.own_posts import analysis_body, post_body
from undertone.errors import Missing
from undertone.own_posts import names
from undertone.own_posts.records import Analysis, OwnPost, millisecond_text
from undertone.pipeline.job_records import Closed, Request
from undertone.pipeline.reports import result_rows
from undertone.pipeline.services import Services
from undertone.results.posts_table import PostRow
from undertone.text import digest

MOST_CONTENT = 10_000
"""Characters of a post's content that a feed shows; the whole is at the post's own address."""


class JobItem(msgspec.Struct, frozen=True):
    """A job that has ended, as an entry of a feed."""

    job: str
    name: str
    closed: Closed
    rows: tuple[PostRow, ...]
    """The first page of its results."""

    @property
    def row(self) -> dict[str, object] | None:
        """The figures of its only post; those of several posts have no common mean."""
        return msgspec.to_builtins(self.rows[0]) if len(self.rows) == 1 else None


class JobTimeline:
    """One job, which is an entry once it has ended."""

    def __init__(self, services: Services, owner: str, job: str) -> None:
        self._services = services
        self._owner = owner
        self._job = job
        self.source = digest(f"job {job}")

    def keys(self, *, after: str, limit: int) -> list[str]:
        """Its key, if it has ended and sorts after `after`."""
        closed = self._services.store.closed.find(self._job)
        if closed is None:
            return []
        key = names.timeline_key(millisecond_text(closed.at), self._job)
        return [key][:limit] if key > after else []

    def item(self, key: str) -> JobItem | None:  # noqa: ARG002 - it has one entry
        """The job with its first results; None where it is gone, or somebody else's."""
        store = self._services.store
        try:
            request: Request = store.request(self._job)
            closed = store.closed.read(self._job)
            if request.owner != self._owner or store.is_deleted(self._job):
                return None
            rows = tuple(result_rows(self._services, request, 0))
        except Missing:
            return None
        return JobItem(self._job, request.name, closed, rows)


def shown(item: OwnPost | JobItem, analysis: Analysis | None) -> dict[str, Any]:
    """An entry as callers see it."""
    if isinstance(item, JobItem):
        return _job_body(item)
    body = post_body(item)
    if len(item.content) > MOST_CONTENT:
        body |= {"content": item.content[:MOST_CONTENT], "content_is_cut": True}
    row = analysis.comments if analysis else None
    return body | {
        "verdict": row.get("verdict") if row else None,
        "analysis": analysis_body(analysis) if analysis else None,
    }


def _job_body(item: JobItem) -> dict[str, Any]:
    verdicts: dict[str, int] = {}
    for row in item.rows:
        if row.verdict:
            verdicts[row.verdict] = verdicts.get(row.verdict, 0) + 1
    posts = sum(item.closed.states.values())
    words = ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
    return {
        "id": item.job,
        "title": item.name or "Comments analysed",
        "content": f"{posts} posts with {item.closed.comments} comments were read: {words}."
        if words
        else f"{posts} posts were read; none has comments enough for a verdict.",
        "imageUri": "",
        "created_at": millisecond_text(item.closed.at),
        "verdict": item.rows[0].verdict if len(item.rows) == 1 else None,
        "analysis": None,
        "job": item.job,
    }
