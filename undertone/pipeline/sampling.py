"""A random sample of a closed job's comments, read without reading the others.

A job, and each post of it, has one random order of its comments, which follows from the job's id;
the sample of n is the first n that have a score. So a larger sample begins with the smaller one,
and nothing about it needs to be stored. Where a comment is in comments.jsonl follows from the
sizes of the blocks, which the posts' arrivals carry: a sample of n reads the job's barrier, and at
most as many blocks as it has comments (some 100 kB each), however many the job has.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from undertone import wire
from undertone.errors import Conflict, NotFound
from undertone.pipeline import names
from undertone.pipeline.job_records import Request
from undertone.pipeline.post_records import PostArrival
from undertone.pipeline.reports import arrivals_of
from undertone.pipeline.services import Services
from undertone.results.comments_table import CommentRow
from undertone.results.tally import Tally
from undertone.text import digest

MOST = 1_000
"""Comments of one sample."""
_LOOKED_AT = 4 * MOST
"""Comments in the random order: enough for a sample even where most have no score."""
_AT_ONCE = 64
"""Rows that are looked up together."""


class Block(NamedTuple):
    """A chunk's rows in comments.jsonl."""

    first: int
    """Line of its first row, counted from 0."""
    rows: int
    start: int
    """Its first byte."""
    size: int


class Frame(NamedTuple):
    """What a sample is drawn from: the comments of a job, or of one post."""

    job: str
    post: int | None
    """The row of posts.csv, counted from 1; None for the whole job."""
    blocks: tuple[Block, ...]
    tally: Tally
    """Of all its comments that have a score."""
    arrivals: tuple[PostArrival, ...]
    ends: tuple[int, ...]
    """For each block, how many rows there are up to its end."""

    @property
    def rows(self) -> int:
        """Comments with and without a score."""
        return self.ends[-1] if self.ends else 0


class Drawn(NamedTuple):
    """A comment of the sample, and its line in comments.jsonl, counted from 1."""

    line: int
    comment: CommentRow


def frame(services: Services, request: Request, post: int | None = None) -> Frame:
    """Of a closed job. Raises Conflict while it is under way, NotFound for a post it has not."""
    if services.store.closed.find(request.job) is None:
        raise Conflict(
            f"job {request.job} is not done, and what is sampled must not change; ask its status "
            "and come back",
            retry_after=2,
        )
    if post is not None and not 1 <= post <= request.rows:
        raise NotFound(f"job {request.job} has rows 1 to {request.rows}; {post} is none of them")
    arrivals = arrivals_of(services, request)
    chosen, blocks, line, start = [], [], 0, 0
    for key in sorted(arrivals):
        arrival = arrivals[key]
        found = _blocks(request.job, arrival, line, start)
        line += sum(block.rows for block in found)
        start += sum(block.size for block in found)
        if post is None or post == key + 1:
            chosen.append(arrival)
            blocks += found
    total = Tally()
    for arrival in chosen:
        total = total.merge(arrival.tally)
    ends = tuple(accumulate(block.rows for block in blocks))
    return Frame(request.job, post, tuple(blocks), total, tuple(chosen), ends)


def _blocks(job: str, arrival: PostArrival, line: int, start: int) -> list[Block]:
    """Raises Conflict for a post that was scored before blocks' sizes were noted."""
    if not len(arrival.blocks) == len(arrival.sizes) == len(arrival.rows):
        raise Conflict(
            f"job {job} was scored by a version that could not sample; make the job again to label "
            "its comments"
        )
    found = []
    for rows, size in zip(arrival.rows, arrival.sizes, strict=True):
        found.append(Block(line, rows, start, size))
        line, start = line + rows, start + size
    return found


def draw(services: Services, drawn_from: Frame, count: int) -> list[Drawn]:
    """The first `count` comments with a score in the frame's random order; fewer if it has fewer.

    Raises Missing if the job is gone.
    """
    sample: list[Drawn] = []
    order = random_order(drawn_from)
    while len(sample) < count:
        places = [place for place, _ in zip(order, range(min(_AT_ONCE, count)), strict=False)]
        if not places:
            break
        sample += [one for one in _read(services, drawn_from, places) if one.comment.label]
    return sample[:count]


def find(services: Services, drawn_from: Frame, lines: Sequence[int]) -> dict[int, Drawn]:
    """Those of these lines of comments.jsonl that are in the sample of `MOST`, and have a score.

    Reads the blocks of these comments alone. Raises Missing if the job is gone.
    """
    asked = set(lines)
    places = [place for place in random_order(drawn_from) if _line(drawn_from, place) in asked]
    found = _read(services, drawn_from, places)
    return {drawn.line: drawn for drawn in found if drawn.comment.label}


def random_order(drawn_from: Frame) -> Iterator[int]:
    """Places in the frame (0 … rows - 1), `_LOOKED_AT` of them or all, each once.

    The same ones in the same order at every call.
    """
    source = random.Random(digest(f"{drawn_from.job} {drawn_from.post or 0}"))
    rows, seen = drawn_from.rows, set[int]()
    while len(seen) < min(rows, _LOOKED_AT):
        place = source.randrange(rows)
        if place not in seen:
            seen.add(place)
            yield place


def _home(drawn_from: Frame, place: int) -> tuple[int, int]:
    """Which block a place of the frame is in, and which of its rows."""
    home = bisect_right(drawn_from.ends, place)
    return home, place - (drawn_from.ends[home] - drawn_from.blocks[home].rows)


def _line(drawn_from: Frame, place: int) -> int:
    """The line of comments.jsonl, counted from 1, of a place in the frame."""
    home, within = _home(drawn_from, place)
    return drawn_from.blocks[home].first + within + 1


def _read(services: Services, drawn_from: Frame, places: Sequence[int]) -> list[Drawn]:
    """The rows at these places, in their order; each block is read once."""
    homes = [_home(drawn_from, place) for place in places]
    needed = sorted({home for home, _ in homes})

    def rows_of(number: int) -> list[CommentRow]:
        block = drawn_from.blocks[number]
        name = names.comments_jsonl(drawn_from.job)
        lines = services.results.read_range(name, block.start, block.size)
        return wire.decode_lines(lines, CommentRow)

    read = dict(zip(needed, services.in_parallel(rows_of, needed), strict=True))
    return [
        Drawn(_line(drawn_from, place), read[home][within])
        for place, (home, within) in zip(places, homes, strict=True)
    ]
