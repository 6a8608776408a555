"""Labels by people for a job's comments: taken, kept, and turned into figures that are certain.

Only the beginning of a frame's random order counts (`sampling.py`), up to the first comment that
has no label: who leaves out the hard ones would make the figures wrong. Corrections that somebody
picked lie in the same store and are marked; no interval is made from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from undertone.errors import Missing, Rejected
from undertone.pipeline.job_records import Request
from undertone.pipeline.label_records import Label, LabelBatch
from undertone.pipeline.sampling import MOST, Drawn, Frame, draw, find, frame
from undertone.pipeline.services import Services
from undertone.results.honest import UNMEASURED, Estimates, honest
from undertone.results.labelled import Figures, Labelled, by_labels, by_labels_and_model
from undertone.results.tally import UNIT, Probabilities
from undertone.text import excerpt

MOST_STORED = 100_000
"""Labels that are kept of a job, corrected ones counted again: bounds what a call reads."""


class LabelledFigures(NamedTuple):
    """What is known of a post or a job by labels, by the model, and by both."""

    comments: int
    """Comments with a score, which the figures are about."""
    labels: int
    """Labels that count: those before the first comment of the sample that has none."""
    beyond: int
    """Labels of the sample behind that comment: they count once it has one."""
    next: Drawn | None
    """The first comment of the sample without a label."""
    model: Estimates | None
    by_labels: Figures | None
    by_labels_and_model: Figures | None


def keep_labels(
    services: Services, request: Request, labels: Sequence[Label], post: int | None
) -> int:
    """Keep labels of the sample of a job, or of its post; how many were new or different.

    Raises Rejected naming those that are not of comments in the sample.
    """
    places = find(services, frame(services, request, post), [one.row for one in labels])
    problems = {}
    for number, one in enumerate(labels):
        drawn = places.get(one.row)
        if drawn is None:
            problems[f"labels[{number}].row"] = (
                "is not in the random sample; label what GET sample gives, with the same `post`"
            )
        elif drawn.comment.comment_id != one.comment_id:
            problems[f"labels[{number}].comment_id"] = (
                f"row {one.row} has the id {excerpt(drawn.comment.comment_id, 60)}"
            )
    if problems:
        raise Rejected(f"{len(problems)} labels are not of the random sample", problems)
    standing = stored_labels(services, request.job)
    sent = {one.row: one for one in labels}
    new = tuple(one for one in sent.values() if standing.get(one.row) != one)
    if new:
        _append(services, request.job, new, len(standing))
    return len(new)


def _append(services: Services, job: str, new: tuple[Label, ...], standing: int) -> None:
    if standing + len(new) > MOST_STORED:
        raise Rejected(f"job {job} has {standing:,} labels; {MOST_STORED:,} are kept of a job")
    services.store.labels.create(job)
    services.store.labels.append(LabelBatch(labels=new, at=services.clock()), job)


def stored_labels(services: Services, job: str) -> dict[int, Label]:
    """The last label of each comment, by its line in comments.jsonl."""
    try:
        batches = services.store.labels.read(job).records
    except Missing:  # nobody has labelled anything
        return {}
    return {label.row: label for batch in batches for label in batch.labels}


def labelled_figures(services: Services, request: Request, post: int | None) -> LabelledFigures:
    """Figures of a closed job, or of its post in row `post`. Raises as `frame`."""
    asked = frame(services, request, post)
    standing = {
        row: label
        for row, label in stored_labels(services, request.job).items()
        if label.origin == "sample"
    }
    order = draw(services, asked, min(MOST, len(standing) + 1))
    counting = _labelled_beginning(order, standing)
    sample = [_labelled(drawn, standing[drawn.line]) for drawn in counting]
    rest = order[len(counting) :]
    return LabelledFigures(
        comments=asked.tally.count,
        labels=len(counting),
        beyond=sum(drawn.line in standing for drawn in rest),
        next=rest[0] if rest else None,
        model=_by_model(asked),
        by_labels=by_labels(sample),
        by_labels_and_model=by_labels_and_model(sample, asked.tally),
    )


def _labelled_beginning(order: Sequence[Drawn], standing: dict[int, Label]) -> list[Drawn]:
    beginning = []
    for drawn in order:
        if drawn.line not in standing:
            break
        beginning.append(drawn)
    return beginning


def _by_model(asked: Frame) -> Estimates | None:
    if not asked.tally.count:
        return None
    scored = [arrival for arrival in asked.arrivals if arrival.tally.count]
    known = [one.calibration for one in scored if one.calibration is not None]
    if len(known) < len(scored):
        return honest(asked.tally, UNMEASURED)
    return honest(asked.tally, max(known, key=lambda one: one.mean.spread))


def _labelled(drawn: Drawn, label: Label) -> Labelled:
    row = drawn.comment
    shares = (row.negative, row.neutral, row.positive)
    scored = Probabilities(*(round((share or 0.0) * UNIT) for share in shares))
    return Labelled(label.label, scored)
