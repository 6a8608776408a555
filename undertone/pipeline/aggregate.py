"""End a job: commit the staged blocks in the order of the posts, write posts.csv, close.

No comment is downloaded; the cost grows with posts and chunks. Everything written is a function of
the request and of the closing, which the first aggregator decides: so any number of them, at any
time, write the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from undertone.errors import MissingBlocks
from undertone.pipeline import names
from undertone.pipeline.arrivals import send_facts
from undertone.pipeline.closing import counting, decide
from undertone.pipeline.deletion import sweep
from undertone.pipeline.duplicates import merge_duplicates
from undertone.pipeline.job_records import (
    SUCCESS_STATES,
    Closed,
    Closing,
    IndexEntry,
    Request,
    Row,
)
from undertone.pipeline.measures import measure_job
from undertone.pipeline.messages import Delivery
from undertone.pipeline.post_records import PostArrival
from undertone.pipeline.repair import score_again
from undertone.pipeline.score import header_block_id
from undertone.pipeline.services import Services
from undertone.records import State
from undertone.results.comments_table import CSV_HEADER
from undertone.results.posts_table import PostRow, post_row, posts_csv_bytes

CSV = "text/csv; charset=utf-8"
JSONL = "application/x-ndjson"
PENDING = "pending"


def aggregate(services: Services, delivery: Delivery) -> None:
    """Write the results and close the job, if it may be closed and is not; a deleted one is swept.

    Raises Transient (the host tries again) and Missing (the job is gone).
    """
    store, job = services.store, delivery.message.job
    stop = store.stops.find(job)
    if stop is not None and stop.why == "deleted":
        sweep(services, job)
        return
    request = store.request(job)
    if store.closed.find(job) is None:
        decision = decide(services, request, cancelled=stop is not None)
        if decision is None:  # the message came too early: posts are still to come
            return
        arrivals = merge_duplicates(store, request, counting(store, request, decision.record))
        try:
            commit_comments(services, job, arrivals)
        except MissingBlocks:
            score_again(services, request, decision, arrivals)
            return
        _close(services, request, decision.record, arrivals)
    if request.options.insights and store.facts.find(job) is None:
        send_facts(services, delivery.message)  # which removes the marker when it is done
        return
    store.open_markers.remove(job)


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
    rows = post_rows(services.store.all_rows(request), arrivals, start=0)
    services.results.write(names.posts_csv(request.job), posts_csv_bytes(rows), CSV)
    closed = Closed(
        status=_status(closing, rows),
        at=services.clock(),
        states=dict(Counter(row.state for row in rows if row.duplicate_of is None)),
        comments=sum(arrival.fetched for arrival in arrivals.values()),
        unscored=sum(arrival.unscored - arrival.unread for arrival in arrivals.values()),
        models=tuple(sorted({model for a in arrivals.values() for model in a.models})),
    )
    entry = IndexEntry(
        job=request.job,
        created_at=request.created_at,
        rows=request.rows,
        name=request.name,
        status=closed.status,
    )
    if services.store.is_deleted(request.job):  # else its entry would come back into the list
        return
    services.store.index.write(entry, request.owner, request.job)
    if services.store.closed.create(closed, request.job):
        measure_job(services, closed.status, request.created_at, closed.at)


def _status(
    closing: Closing, rows: list[PostRow]
) -> Literal["completed", "completed_with_errors", "cancelled"]:
    if closing.why == "cancelled":
        return "cancelled"
    clean = all(row.state in SUCCESS_STATES for row in rows)
    return "completed" if clean else "completed_with_errors"


def post_rows(
    rows: Sequence[Row], arrivals: dict[int, PostArrival], *, start: int
) -> list[PostRow]:
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
        first = first if arrival.duplicate_of is None else arrival.duplicate_of
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
        calibration=arrival.calibration,
        suspect=arrival.suspect,
        languages=arrival.languages,
        unread=arrival.unread,
    )
