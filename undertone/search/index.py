"""The comments of one job, ready to be searched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from undertone.search.lexical import WordIndex
from undertone.search.ranking import Ranked, best
from undertone.search.vectors import Meanings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Entry(NamedTuple):
    """A comment that can be found."""

    key: int
    """`comment_key` of the facts."""
    post: int
    """The row of posts.csv, counted from 1."""
    comment_id: str
    text: str
    label: str | None
    score: float | None
    model: str


class FoundPost(NamedTuple):
    """The post under which a comment stands."""

    row: int
    platform: str
    post_id: str
    url: str
    title: str


class JobIndex(NamedTuple):
    """A job's comments with their vectors and words; never changed once it is built."""

    job: str
    entries: Sequence[Entry]
    posts: dict[int, FoundPost]
    meanings: Meanings
    words: WordIndex
    places: dict[int, int]
    """Key of a comment → its place in `entries`."""


class Query(NamedTuple):
    """What is looked for: its vector, and its words."""

    vector: NDArray[np.float32]
    words: list[str]


class Hit(NamedTuple):
    """A comment that was found."""

    job_index: JobIndex
    entry: Entry
    ranked: Ranked

    @property
    def id(self) -> str:
        """Names the comment over all jobs."""
        return item_id(self.job_index.job, self.entry.key)


def item_id(job: str, key: int) -> str:
    """A comment of a job, in one word."""
    return f"{job}.{key}"


def search(indexes: Sequence[JobIndex], query: Query, count: int) -> list[Hit]:
    """The `count` best comments over all jobs, best first; of equal ones those of earlier jobs."""
    hits = [
        Hit(index, index.entries[ranked.place], ranked)
        for index in indexes
        for ranked in best(
            index.meanings.scores(query.vector), index.words.scores(query.words), count
        )
    ]
    return sorted(hits, key=lambda hit: -hit.ranked.score)[:count]
