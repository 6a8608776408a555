"""Staged blocks that are not there when they are to be committed: score their posts again.

The service drops staged blocks after seven days, and when a blob is written over; neither should
meet a job that ends within five. If it does, the posts concerned are scored again from their
snapshots, in a further round: each has a barrier of its own there, and its arrival replaces
the earlier one.
"""

from __future__ import annotations

import logging

from undertone.pipeline import names
from undertone.pipeline.closing import Decision, reopen
from undertone.pipeline.fetch import send_chunks
from undertone.pipeline.job_records import Request
from undertone.pipeline.messages import Message
from undertone.pipeline.post_records import PostArrival
from undertone.pipeline.services import Services

log = logging.getLogger(__name__)


def score_again(
    services: Services, request: Request, decision: Decision, arrivals: dict[int, PostArrival]
) -> None:
    """Send the chunks of every post that misses a block, and take back the decision to close.

    Another aggregator that holds the same decision cannot commit either: the blocks it would need
    are the ones that are missing.
    """
    for post in _posts_that_miss_blocks(services, request, arrivals):
        snapshot = services.store.snapshots.read(request.job, post)
        round_ = arrivals[post].round + 1
        log.warning("job %s: post %d lost staged blocks, round %d", request.job, post, round_)
        if len(snapshot.chunks) > 1:
            services.store.post_barriers.create(request.job, post, round_)
        message = Message(
            job=request.job,
            posts=request.posts,
            deadline=request.deadline,
            post=post,
            round=round_,
            again=True,
            traceparent=request.traceparent,
        )
        send_chunks(services, message, range(len(snapshot.chunks)))
    reopen(services.store, request.job, decision)


def _posts_that_miss_blocks(
    services: Services, request: Request, arrivals: dict[int, PostArrival]
) -> list[int]:
    owners = {block: post for post, arrival in arrivals.items() for block in arrival.blocks}
    lost: set[str] = set()
    for name in (names.comments_csv(request.job), names.comments_jsonl(request.job)):
        lost.update(services.results.missing(name, list(owners)))
    return sorted({owners[block] for block in lost})
