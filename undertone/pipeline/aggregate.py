"""End a job: commit the staged blocks in the order of the posts, write posts.csv, close.

No comment is downloaded; the cost grows with posts and chunks. Everything written is a function of
the request and of closing.json, which the first aggregator freezes: so any number of them, at any
time, write the same bytes.
"""

from __future__ import annotations

from collections import Counter
from typing import Literal

import msgspec

from undertone.errors import MissingBlocks
from undertone.pipeline import names
from undertone.pipeline.closing import Closing, counting, decide
from undertone.pipeline.fanin import PostArrival
from undertone.pipeline.job import (
    STATES_OF_SUCCESS,
    Closed,
    IndexEntry,
    Request,
    Row,
    all_rows,
    read_closed,
    read_request,
    read_stop,
)
from undertone.pipeline.messages import Delivery
from undertone.pipeline.repair import score_again
from undertone.pipeline.repeats import without_repeats
from undertone.pipeline.score import header_block_id
from undertone.pipeline.services import Services
from undertone.records import State
from undertone.results.comments_table import CSV_HEADER
from undertone.results.posts_table import PostRow, post_row, posts_csv_bytes

CSV = "text/csv; charset=utf-8"
JSONL = "application/x-ndjson"
PENDING = "pending"


def aggregate(services: Services, delivery: Delivery) -> None:
    """Write the results and close the job, if it may be closed and is not.

    Raises Transient (the host tries again) and Missing (the job is gone).
    """
    job = delivery.message.job
    stop = read_stop(services.jobs, job)
    if stop is not None and stop.why == "deleted":
        return
    if read_closed(services.jobs, job) is None:
        request = read_request(services.jobs, job)
        decision = decide(services, request, cancelled=stop is not None)
        if decision is None:  # told too early: posts are still to come
            return
        arrivals = without_repeats(
            services.jobs, request, counting(services.jobs, request, decision.closing)
        )
        try:
            commit_comments(services, job, arrivals)
        except MissingBlocks:
            score_again(services, request, decision, arrivals)
            return
        _close(services, request, decision.closing, arrivals)
    services.jobs.remove(names.open_marker(job))


def commit_comments(services: Services, job: str, arrivals: dict[int, PostArrival]) -> None:
    """Make both comment files of the blocks that count. Raises MissingBlocks."""
    blocks = [block for post in sorted(arrivals) for block in arrivals[post].blocks]
    header = header_block_id(CSV_HEADER)
    table = names.comments_csv(job)
    services.results.stage(table, header, CSV_HEADER)
    services.results.commit(table, [header, *blocks], CSV)
    services.results.commit(names.comments_jsonl(job), blocks, JSONL)


def _close(
    services: Services, request: Request, closing: Closing, arrivals: dict[int, PostArrival]
) -> None:
    rows = post_rows(all_rows(services.jobs, request), arrivals, start=0)
    services.results.write(names.posts_csv(request.job), posts_csv_bytes(rows), CSV)
    closed = Closed(
        status=_status(closing, rows),
        at=services.clock(),
        states=dict(Counter(row.state for row in rows if row.duplicate_of is None)),
        comments=sum(arrival.fetched for arrival in arrivals.values()),
        unscored=sum(arrival.unscored for arrival in arrivals.values()),
        models=tuple(sorted({model for a in arrivals.values() for model in a.models})),
    )
    entry = IndexEntry(
        job=request.job,
        created_at=request.created_at,
        rows=request.rows,
        name=request.name,
        status=closed.status,
    )
    services.jobs.write(names.index(request.owner, request.job), msgspec.json.encode(entry))
    services.jobs.create(names.closed(request.job), msgspec.json.encode(closed))


def _status(
    closing: Closing, rows: list[PostRow]
) -> Literal["completed", "completed_with_errors", "cancelled"]:
    if closing.why == "cancelled":
        return "cancelled"
    clean = all(row.state in STATES_OF_SUCCESS for row in rows)
    return "completed" if clean else "completed_with_errors"


def post_rows(rows: list[Row], arrivals: dict[int, PostArrival], *, start: int) -> list[PostRow]:
    """The rows of posts.csv for `rows`, of which the first has index `start`.

    Posts without an arrival are `pending`; in the results of a closed job there are none.
    """
    return [_post_row(index, row, arrivals) for index, row in enumerate(rows, start=start)]


def _post_row(index: int, row: Row, arrivals: dict[int, PostArrival]) -> PostRow:
    if row.ref is None:
        return post_row(index + 1, row.sent, None, State.UNSUPPORTED, row.reason)
    first = row.duplicate_of
    arrival = arrivals.get(index if first is None else first)
    state, ref = PENDING, row.ref
    if arrival is not None:
        state, ref = arrival.state, arrival.post or row.ref
        first = first if arrival.repeats is None else arrival.repeats
    if first is not None:
        reason = f"the same post as row {first + 1}, which has the figures"
        return post_row(index + 1, row.sent, ref, state, reason, duplicate_of=first + 1)
    if arrival is None:
        return post_row(index + 1, row.sent, ref, PENDING, "")
    return post_row(
        index + 1,
        row.sent,
        ref,
        arrival.state,
        arrival.reason,
        title=arrival.title,
        reported=arrival.reported,
        fetched=arrival.fetched,
        unscored=arrival.unscored,
        tally=arrival.tally,
        fetched_at=arrival.fetched_at,
        models=arrival.models,
    )
