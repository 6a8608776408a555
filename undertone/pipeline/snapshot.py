"""Taking a post's snapshot: from then on its comments in this job never change.

Comments first, under a name made of their content; then the snapshot that points at them, with
If-None-Match. Two fetchers at once write two sets of comments and one pointer.
"""

from __future__ import annotations

from hashlib import sha256

import msgspec

from undertone.pipeline import names
from undertone.pipeline.capacity import share_of_blocks
from undertone.pipeline.job_records import Options
from undertone.pipeline.post_records import Chunk, Fetched, Snapshot
from undertone.pipeline.services import Services
from undertone.pipeline.store import JobStore
from undertone.records import State
from undertone.results.suspect import copied_texts


def take_snapshot(
    services: Services,
    job: str,
    post: int,
    fetched: Fetched,
    *,
    posts: int,
    options: Options,
    spare: int = 0,
    cache: str = "",
) -> Snapshot:
    """Keep `fetched` as the comments of `post` in a job of `posts` posts.

    `spare`: blocks of the results that it may use beyond its share. `cache`: name of the same in
    the comment cache. Returns the snapshot that counts: this one, or one that was taken before.
    """
    state, reason = outcome(fetched, options)
    blob = ""
    chunks: tuple[Chunk, ...] = ()
    if fetched.comments:
        lines = [msgspec.json.encode(comment) + b"\n" for comment in fetched.comments]
        blocks = share_of_blocks(posts) + spare
        chunks = locate(lines, plan_chunks(len(lines), blocks, services.chunk_size))
        body = b"".join(lines)
        blob = names.comments(job, post, sha256(body).hexdigest()[:32])
        services.store.write_comments(blob, body)
    snapshot = Snapshot(
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
        cache=cache,
        copies=copied_texts(fetched.comments),
    )
    return services.store.snapshots.create_or_read(snapshot, job, post)


def snapshot_failure(
    store: JobStore, job: str, post: int, *, state: State, reason: str, at: str
) -> Snapshot:
    """Keep that `post` has no comments for us, and why; returns the snapshot that counts."""
    failure = Snapshot(row=post + 1, state=state, reason=reason, fetched_at=at)
    return store.snapshots.create_or_read(failure, job, post)


def plan_chunks(comments: int, blocks: int, size: int) -> list[int]:
    """Sizes of the chunks of a post with `comments` comments that may use so many blocks.

    Each has `size`, the last what is left. They grow instead of becoming more than `blocks`.
    """
    size = max(size, -(-comments // blocks))
    full, rest = divmod(comments, size)
    return [size] * full + ([rest] if rest else [])


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
        return State.PARTIAL, _too_few_of_reported(fetched, options)
    return State.OK, fetched.remark


def _too_few_of_reported(fetched: Fetched, options: Options) -> str:
    cure = "; ask for more with comments_per_post" if fetched.cut else ""
    return (
        f"{len(fetched.comments)} of {fetched.reported} reported comments are less than the "
        f"min_coverage of {options.min_coverage:g}{cure}"
    )
