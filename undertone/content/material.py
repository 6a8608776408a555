"""What content is made from: the rows and comments of one job, given by a port."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from model.analyzer import Calibration
from undertone.records import Record
from undertone.results.comments_table import CommentRow
from undertone.results.honest import UNMEASURED
from undertone.results.posts_table import PostRow
from undertone.results.tally import UNIT, Probabilities, Tally, tally
from undertone.results.verdict import Summary, summarise


class Place(Record, frozen=True):
    """Where to look: a job or an own post; with neither, the owner's newest job that has ended."""

    job: str = ""
    post: str = ""


class Material(NamedTuple):
    """All that may be said. `comments` are those that were scored."""

    title: str
    """What the job or the post is called."""
    rows: Sequence[PostRow]
    comments: Sequence[CommentRow]
    left_out: int = 0
    """Comments that are not among these: there were more than are read for a text."""
    calibration: Calibration | None = None
    """How the models that read the comments err; None if nobody has measured one of them."""


class Grounds(Protocol):
    """Finds material. Every call may raise Transient."""

    def check(self, owner: str, place: Place) -> None:
        """Raises NotFound for what is not this owner's, Conflict while the job is under way."""

    def material(self, owner: str, place: Place) -> Material | None:
        """The material; None where nothing was named and the owner has no job that has ended.

        Raises what `check` raises.
        """


def tally_of(comments: Sequence[CommentRow]) -> Tally:
    """The sums over comments, as the pipeline makes them over a post's."""
    return tally([_probabilities(comment) for comment in comments])


def _probabilities(comment: CommentRow) -> Probabilities:
    shares = (comment.negative, comment.neutral, comment.positive)
    return Probabilities(*(round((share or 0) * UNIT) for share in shares))


class Whole(NamedTuple):
    """The figures of all comments together."""

    tally: Tally
    summary: Summary


def whole(material: Material) -> Whole | None:
    """None without comments."""
    counted = tally_of(material.comments)
    summary = summarise(counted, material.calibration or UNMEASURED)
    return None if summary is None else Whole(counted, summary)
