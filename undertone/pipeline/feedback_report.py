"""What all users' feedback says: of each query, of the model's labels, and the corrected texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from undertone.errors import Missing
from undertone.insights.part import COMMENTS_A_POST
from undertone.pipeline import names
from undertone.pipeline.feedback import Standing, standing
from undertone.pipeline.feedback_records import Correction, Judged
from undertone.pipeline.searching import job_of
from undertone.pipeline.services import Services
from undertone.text import digest

MOST_TEXTS = 5_000
"""Corrections whose texts one answer holds: the last ones."""
FEW_WORDS, MANY_WORDS = 5, 30
"""Words of short and of long comments."""


class QueryRow(msgspec.Struct, frozen=True):
    """What was said of a query's results."""

    query: str
    users: int
    positive: int
    negative: int
    judged_at_k: int
    """Of the first k that were shown, those that somebody judged."""
    precision_at_k: float | None
    """The share of these that are good; null if none was judged."""


class SliceRow(msgspec.Struct, frozen=True):
    """How often people agree with the model on a kind of comment that they picked."""

    slice: str
    corrections: int
    agree: int
    share: float


class CorrectionRow(msgspec.Struct, frozen=True):
    """A comment with the label that somebody gave it; the text is empty once its job is deleted."""

    comment: str
    label: str
    model_label: str
    model: str
    platform: str
    text: str


class Report(NamedTuple):
    """The feedback of all users."""

    queries: list[QueryRow]
    slices: list[SliceRow]
    corrections: list[tuple[str, Correction]]
    """With the hash of the user who made it."""


def feedback_report(services: Services, query: str, k: int) -> Report:
    """The report; of one query only where `query` is not empty."""
    users = [(user, _log(services, user)) for user in _users(services)]
    judged = [
        (user, one)
        for user, said in users
        for one in said.judged
        if not query or one.query.casefold() == query.casefold()
    ]
    corrections = [(user, one) for user, said in users for one in said.corrections]
    return Report(_query_rows(judged, k), slice_rows([one for _, one in corrections]), corrections)


def _users(services: Services) -> list[str]:
    found = services.store.jobs.names(names.FEEDBACK)
    return [name.split("/")[1] for name in found if name.endswith("/said")]


def _log(services: Services, user: str) -> Standing:
    try:
        return standing(services.store.feedback_logs.read(f"{names.FEEDBACK}{user}/said").records)
    except Missing:  # removed meanwhile
        return Standing([], [])


def _query_rows(judged: Sequence[tuple[str, Judged]], k: int) -> list[QueryRow]:
    by_query: dict[str, list[tuple[str, Judged]]] = {}
    for user, one in judged:
        by_query.setdefault(one.query.casefold(), []).append((user, one))
    rows = []
    for said in by_query.values():
        top = [one.good for _, one in said if one.place is not None and one.place <= k]
        good = sum(one.good for _, one in said)
        rows.append(
            QueryRow(
                query=said[-1][1].query,
                users=len({user for user, _ in said}),
                positive=good,
                negative=len(said) - good,
                judged_at_k=len(top),
                precision_at_k=round(sum(top) / len(top), 4) if top else None,
            )
        )
    return sorted(rows, key=lambda row: (-row.positive - row.negative, row.query))


_KINDS: dict[str, Callable[[Correction], str]] = {
    "label": lambda one: one.label,
    "model_label": lambda one: one.said or "none",
    "platform": lambda one: one.platform or "unknown",
    "length": lambda one: (
        "short" if one.words <= FEW_WORDS else "long" if one.words >= MANY_WORDS else "middle"
    ),
    "model": lambda one: one.model or "none",
}


def slice_rows(corrections: Iterable[Correction]) -> list[SliceRow]:
    """All corrections, and those of each kind."""
    slices: dict[str, list[bool]] = {}
    for one in corrections:
        keys = ["all", *(f"{kind}={of(one)}" for kind, of in _KINDS.items())]
        for key in keys:
            slices.setdefault(key, []).append(one.label == one.said)
    return [
        SliceRow(key, len(agree), sum(agree), round(sum(agree) / len(agree), 4))
        for key, agree in sorted(slices.items())
    ]


def correction_rows(
    services: Services, corrections: Sequence[tuple[str, Correction]]
) -> list[CorrectionRow]:
    """The last `MOST_TEXTS` corrections with the texts of their comments."""

    def row(said: tuple[str, Correction]) -> CorrectionRow:
        user, one = said
        text = _text(services, user, one.item)
        return CorrectionRow(one.item, one.label, one.said, one.model, one.platform, text)

    return services.in_parallel(row, corrections[-MOST_TEXTS:])


def _text(services: Services, user: str, item: str) -> str:
    job, key = job_of(item) or ("", 0)
    post, place = divmod(key, COMMENTS_A_POST)
    store = services.store
    try:
        if digest(store.request(job).owner) != user or store.is_deleted(job):
            return ""
        snapshot = store.snapshots.read(job, post)
        for number, chunk in enumerate(snapshot.chunks):
            if place < chunk.comments:
                return store.comments(snapshot, number)[place].text
            place -= chunk.comments
    except Missing:
        return ""
    return ""
