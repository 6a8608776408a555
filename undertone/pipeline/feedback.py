"""Keeping what people say of search results and of labels; each item once a user, the last counts.

Ids come from outside: each must be a comment of one of the user's own jobs that can be searched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from undertone.errors import NotFound, Rejected
from undertone.pipeline.feedback_records import Correction, FeedbackLine, Judged, Side
from undertone.pipeline.reports import find_job
from undertone.pipeline.search_index import Indexes
from undertone.pipeline.searching import MAX_JOBS, job_of
from undertone.pipeline.services import Services
from undertone.search.index import JobIndex
from undertone.search.lexical import words

MOST_ITEMS = 1_000
"""Ids of one call: a line of the log must fit into one append of storage."""


class Said(NamedTuple):
    """That a comment answers a query, or does not."""

    path: str
    """Where in the body."""
    query: str
    item: str
    good: bool


class Labelled(NamedTuple):
    """A label that somebody gives a comment."""

    path: str
    item: str
    label: Side


def keep_feedback(
    services: Services,
    indexes: Indexes,
    owner: str,
    said: Sequence[Said],
    labelled: Sequence[Labelled],
) -> int:
    """Append what was said; how many items that were. Raises Rejected naming wrong ids."""
    found = _Comments(services, indexes, owner)
    places = {query: _places(services, owner, query) for query in {one.query for one in said}}
    problems = {}
    paths = [(one.path, one.item) for one in said] + [(one.path, one.item) for one in labelled]
    for path, item in paths:
        if problem := found.problem_of(item):
            problems[path] = problem
    if problems:
        first = dict(list(problems.items())[:MAX_JOBS])
        raise Rejected(f"{len(problems)} ids are not of comments that you can search", first)
    judged = {
        (one.query.casefold(), one.item): Judged(
            query=one.query,
            item=one.item,
            good=one.good,
            place=places[one.query].get(one.item),
        )
        for one in said
    }
    corrections = {one.item: found.correction(one) for one in labelled}
    if judged or corrections:
        line = FeedbackLine(
            at=services.clock(),
            judged=tuple(judged.values()),
            corrections=tuple(corrections.values()),
        )
        services.store.feedback.create(owner)
        services.store.feedback.append(line, owner)
    return len(judged) + len(corrections)


def _places(services: Services, owner: str, query: str) -> dict[str, int]:
    shown = services.store.shown.find(owner, query)
    return {item: place for place, item in enumerate(shown.items, 1)} if shown else {}


class _Comments:
    """The comments that a user may speak of."""

    def __init__(self, services: Services, indexes: Indexes, owner: str) -> None:
        self._services, self._indexes, self._owner = services, indexes, owner
        self._jobs: dict[str, JobIndex | None] = {}

    def problem_of(self, item: str) -> str:
        """What is wrong with an id; empty if it names a comment. Raises Conflict."""
        named = job_of(item)
        if named is None:
            return "is no id of a comment; send those that GET search gives"
        job, key = named
        if job not in self._jobs and len(self._jobs) == MAX_JOBS:
            return f"is of one job more than the {MAX_JOBS} that one call may speak of"
        index = self._index(job)
        if index is None or key not in index.places:
            return "is no comment of a job of yours that can be searched"
        return ""

    def _index(self, job: str) -> JobIndex | None:
        if job not in self._jobs:
            self._jobs[job] = None
            try:
                request = find_job(self._services, self._owner, job)
                self._jobs[job] = self._indexes.of(self._services, request)
            except NotFound:
                pass  # another's, deleted or never made for search: all look the same from outside
        return self._jobs[job]

    def correction(self, one: Labelled) -> Correction:
        """What is kept of a label for a comment without a problem."""
        job, key = job_of(one.item) or ("", 0)
        index = self._jobs[job]
        if index is None:
            raise LookupError(job)
        entry = index.entries[index.places[key]]
        return Correction(
            item=one.item,
            label=one.label,
            said=entry.label or "",
            model=entry.model,
            platform=index.posts[entry.post].platform if entry.post in index.posts else "",
            words=len(words(entry.text)),
        )


class Standing(NamedTuple):
    """What counts of one user's log."""

    judged: list[Judged]
    corrections: list[Correction]


def standing(lines: Iterable[FeedbackLine]) -> Standing:
    """Of each item the last that was said."""
    judged: dict[tuple[str, str], Judged] = {}
    corrections: dict[str, Correction] = {}
    for line in lines:
        for one in line.judged:
            judged[one.query.casefold(), one.item] = one
        corrections.update((one.item, one) for one in line.corrections)
    return Standing(list(judged.values()), list(corrections.values()))
