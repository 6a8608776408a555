"""What people said, for content: the rows and comments of an owner's job, or of an own post."""

from __future__ import annotations

from model.analyzer import Calibration
from undertone import wire
from undertone.content.material import Material, Place
from undertone.errors import Conflict, Missing, NotFound
from undertone.own_posts.store import OwnPosts
from undertone.pipeline import names
from undertone.pipeline.job_records import Request
from undertone.pipeline.reports import arrivals_of, find_job, list_jobs, result_rows
from undertone.pipeline.services import Services
from undertone.results.comments_table import CommentRow
from undertone.results.posts_table import PostRow

MOST_BYTES = 64 * 1024 * 1024
"""Of comments.jsonl that are read for one text: some 200,000 comments."""
_MOST_JOBS = 20
"""Newest jobs among which one is sought that has ended."""
_MOST_PAGES = 10
"""Of rows: a text names posts of the first thousand."""


class Said:
    """Finds material (the port `Grounds` of `undertone.content.material`)."""

    def __init__(
        self,
        services: Services,
        posts: OwnPosts,
        *,
        most_bytes: int = MOST_BYTES,
        piece: int = 4 * 1024 * 1024,
    ) -> None:
        """`most_bytes` and `piece`: how much is read for a text, and at once."""
        self._services = services
        self._posts = posts
        self._most_bytes = most_bytes
        self._piece = piece

    def check(self, owner: str, place: Place) -> None:
        """Raises NotFound for what is not this owner's, Conflict while the job is under way."""
        self._place(owner, place)

    def material(self, owner: str, place: Place) -> Material | None:
        """The material; None where nothing was named and the owner has no job that has ended.

        Raises NotFound, Conflict, Transient.
        """
        request, row, title = self._place(owner, place)
        if request is None:
            return None if not title else Material(title, (), ())
        try:
            rows = self._rows(request)
            comments, left_out = self._comments(request.job, row)
        except Missing:
            raise NotFound("the job was deleted meanwhile") from None
        shown = [found for found in rows if row in (0, found.row)]
        calibration = self._calibration(request)
        return Material(title or _title(request, shown), shown, comments, left_out, calibration)

    def _place(self, owner: str, place: Place) -> tuple[Request | None, int, str]:
        """The job, the row in it (0: all of them), and the title of the own post, if it is one."""
        if place.post:
            post = self._posts.find(owner, place.post)
            title = post.title or post.content[:80] or post.id
            if post.comments is None:
                return None, 0, title
            return self._ended(owner, post.comments.job), post.comments.row, title
        if place.job:
            return self._ended(owner, place.job), 0, ""
        return self._newest(owner), 0, ""

    def _ended(self, owner: str, job: str) -> Request:
        request = find_job(self._services, owner, job)
        if self._services.store.closed.find(job) is None:
            raise Conflict("the job has not ended; ask again when it has", retry_after=5)
        return request

    def _newest(self, owner: str) -> Request | None:
        for entry in list_jobs(self._services, owner, limit=_MOST_JOBS).jobs:
            try:
                return self._ended(owner, entry.job)
            except (NotFound, Conflict):
                continue
        return None

    def _calibration(self, request: Request) -> Calibration | None:
        """Of the models that read the job the one that errs most; None if one was not measured."""
        arrivals = arrivals_of(self._services, request).values()
        found = [each.calibration for each in arrivals if each.tally.count]
        known = [calibration for calibration in found if calibration is not None]
        if not known or len(known) < len(found):
            return None
        return max(known, key=lambda calibration: calibration.mean.spread)

    def _rows(self, request: Request) -> list[PostRow]:
        pages = range(min(request.pages, _MOST_PAGES))
        return [row for page in pages for row in result_rows(self._services, request, page)]

    def _comments(self, job: str, row: int) -> tuple[list[CommentRow], int]:
        """The scored comments of a row or of all, and how many were not read. Raises Missing."""
        name = names.comments_jsonl(job)
        found: list[CommentRow] = []
        rest, start, left_out = b"", 0, 0
        while piece := self._services.results.read_range(name, start, self._piece):
            lines, newline, rest = (rest + piece).rpartition(b"\n")
            start += len(piece)
            if start > self._most_bytes:
                left_out += lines.count(b"\n") + bool(newline)
                continue
            found += [
                comment
                for comment in wire.decode_lines(lines + newline, CommentRow)
                if row in (0, comment.post) and comment.label is not None
            ]
        return found, left_out


def _title(request: Request, rows: list[PostRow]) -> str:
    first = rows[0] if rows else None
    return request.name or (first and (first.title or first.url)) or f"job {request.job}"
