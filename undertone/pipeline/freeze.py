"""Freezing what was fetched: from then on a post's comments in this job never change.

Comments first, under a name made of their content; then `frozen.json`, which points at them, with
If-None-Match. Two fetchers at once write two sets of comments and one pointer.
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

import msgspec

from undertone import wire
from undertone.pipeline import names
from undertone.pipeline.job import Options, read_or_none
from undertone.pipeline.services import Services
from undertone.ports import Blobs
from undertone.records import VERSION, Comment, PostRef, Record, State

MAX_BLOCKS = 45_000
"""Blocks a result blob may need; the service allows 50,000 (the header is one)."""


class Fetched(Record, frozen=True, kw_only=True):
    """All that a source, a cache or an upload gave of one post."""

    post: PostRef | None = None
    """The post that a short link led to."""
    comments: tuple[Comment, ...] = ()
    title: str = ""
    reported: int | None = None
    skipped: int = 0
    note: str = ""
    """Why comments are missing; makes the post `partial`."""
    remark: str = ""
    """What the owner should know although nothing is missing (columns that were read)."""
    fetched_at: str = ""
    """Empty for uploads: nothing was fetched."""
    cut: bool = False
    """Reading ended at the wanted number of comments; the platform may have more."""


class Chunk(NamedTuple):
    """Where a chunk's comments are within the comments blob."""

    comments: int
    start: int
    size: int


class Frozen(Record, frozen=True, kw_only=True):
    """frozen.json: the facts of a post, and where its comments are."""

    row: int
    """The post's row in posts.csv, counted from 1."""
    post: PostRef | None = None
    """The post that a short link led to."""
    state: State
    reason: str = ""
    title: str = ""
    reported: int | None = None
    fetched: int = 0
    skipped: int = 0
    fetched_at: str = ""
    comments: str = ""
    """Name of the comments blob; empty if there are none."""
    chunks: tuple[Chunk, ...] = ()
    v: int = VERSION


def freeze(
    services: Services, job: str, post: int, fetched: Fetched, *, posts: int, options: Options
) -> Frozen:
    """Freeze `fetched` as the comments of `post` in a job of `posts` posts.

    What counts is returned: ours, or what was frozen before.
    """
    state, reason = outcome(fetched, options)
    blob = ""
    chunks: tuple[Chunk, ...] = ()
    if fetched.comments:
        lines = [msgspec.json.encode(comment) + b"\n" for comment in fetched.comments]
        chunks = locate(lines, plan_chunks(len(lines), posts, services.chunk))
        body = b"".join(lines)
        blob = names.comments(job, post, sha256(body).hexdigest()[:32])
        services.jobs.create(blob, body)
    return _first(
        services.jobs,
        names.frozen(job, post),
        Frozen(
            row=post + 1,
            post=fetched.post,
            state=state,
            reason=reason,
            title=fetched.title,
            reported=fetched.reported,
            fetched=len(fetched.comments),
            skipped=fetched.skipped,
            fetched_at=fetched.fetched_at,
            comments=blob,
            chunks=chunks,
        ),
    )


def freeze_failure(
    jobs: Blobs, job: str, post: int, *, state: State, reason: str, at: str
) -> Frozen:
    """Freeze that `post` has no comments for us, and why."""
    frozen = Frozen(row=post + 1, state=state, reason=reason, fetched_at=at)
    return _first(jobs, names.frozen(job, post), frozen)


def _first(jobs: Blobs, name: str, frozen: Frozen) -> Frozen:
    if jobs.create(name, msgspec.json.encode(frozen)):
        return frozen
    return wire.decode(jobs.read(name), Frozen)


def read_frozen(jobs: Blobs, job: str, post: int) -> Frozen | None:
    """What was frozen of `post`, or None while nothing is."""
    data = read_or_none(jobs, names.frozen(job, post))
    return None if data is None else wire.decode(data, Frozen)


def read_chunk(jobs: Blobs, frozen: Frozen, chunk: int) -> list[Comment]:
    """The comments of one chunk. Raises Missing."""
    _, start, size = frozen.chunks[chunk]
    lines = jobs.read_range(frozen.comments, start, size)
    return wire.decode_lines(lines, Comment)


def plan_chunks(comments: int, posts: int, size: int) -> list[int]:
    """Sizes of the chunks of a post with `comments` comments in a job of `posts` posts.

    Each has `size`, the last what is left. They grow instead of becoming more than the blocks
    that a result may have.
    """
    at_most = max(1, MAX_BLOCKS // posts)
    size = max(size, -(-comments // at_most))
    whole, rest = divmod(comments, size)
    return [size] * whole + ([rest] if rest else [])


def locate(lines: list[bytes], sizes: list[int]) -> tuple[Chunk, ...]:
    """Where chunks of these sizes begin and end when the lines are joined."""
    chunks: list[Chunk] = []
    line = start = 0
    for count in sizes:
        size = sum(map(len, lines[line : line + count]))
        chunks.append(Chunk(count, start, size))
        line, start = line + count, start + size
    return tuple(chunks)


def outcome(fetched: Fetched, options: Options) -> tuple[State, str]:
    """State and reason of a post of which this was fetched, before anything is scored."""
    got, reported = len(fetched.comments), fetched.reported
    if fetched.note:
        return (State.PARTIAL if got else State.FAILED), fetched.note
    if reported and not got:
        if fetched.skipped >= reported:
            return State.NO_COMMENTS, f"all {reported} comments are deleted or hidden"
        return State.PARTIAL, (
            f"the platform reports {reported} comments but gave none; they may be held for review "
            "or hidden from its API"
        )
    if not got:
        return State.NO_COMMENTS, fetched.remark
    if reported and got < options.min_coverage * reported:
        return State.PARTIAL, _too_little(fetched, options)
    return State.OK, fetched.remark


def _too_little(fetched: Fetched, options: Options) -> str:
    cure = "; ask for more with comments_per_post" if fetched.cut else ""
    return (
        f"{len(fetched.comments)} of {fetched.reported} reported comments are less than the "
        f"min_coverage of {options.min_coverage:g}{cure}"
    )
