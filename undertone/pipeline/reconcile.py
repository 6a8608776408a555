"""Makes sure that every job ends and every deletion is complete.

Runs on a timer, over the open jobs and the tombstones only. It decides nothing about results: it
sends again what may be missing, and the steps find out whether there was anything to do.
"""

from __future__ import annotations

import logging
from datetime import timedelta

import msgspec

from undertone.errors import Missing
from undertone.pipeline import names
from undertone.pipeline.arrivals import send_finished
from undertone.pipeline.deletion import delete_job, sweep_tombstones
from undertone.pipeline.erasure import go_on_erasing
from undertone.pipeline.fanin import winners
from undertone.pipeline.job_records import (
    LIFETIME,
    ROWS_PER_PAGE,
    OpenMarker,
    Options,
    Request,
    Stop,
)
from undertone.pipeline.messages import Message
from undertone.pipeline.post_records import PostArrival
from undertone.pipeline.services import Services
from undertone.pipeline.stalls import Backlog, has_stalled, open_marker
from undertone.scrubbing import scrub_exception

log = logging.getLogger(__name__)

ABANDONED = timedelta(hours=1)
"""A job whose request was not written by then never will be: its client saw an error."""


def reconcile(services: Services) -> None:
    """One round over all open jobs and all tombstones.

    A job that fails does not keep the others from their turn; its error is raised at the end.
    """
    problems: list[Exception] = []
    backlog = Backlog(services.queues)
    for name in services.store.jobs.names(names.OPEN):
        try:
            reconcile_job(services, name.removeprefix(names.OPEN), backlog)
        except Missing:
            log.info("job of %s went away meanwhile", name)
        except Exception as error:
            scrub_exception(error)  # the host logs it
            log.exception("reconciling %s failed", name)
            problems.append(error)
    problems += sweep_tombstones(services)
    problems += go_on_erasing(services)
    if problems:
        raise ExceptionGroup("reconciling some jobs failed", problems)


def reconcile_job(services: Services, job: str, backlog: Backlog) -> None:
    """Do for one open job what its state asks for. Raises Missing if it goes away meanwhile."""
    stop = services.store.stops.find(job)
    if stop is not None and stop.why == "deleted":
        services.store.open_markers.remove(job)
        return
    try:
        request = services.store.request(job)
    except Missing:
        _drop_if_abandoned(services, job)
        return
    lines, size = services.store.barriers.read(job)
    here = winners(lines)
    if _may_end(services, request, here, stop):
        send_finished(services, _message(request))
    elif has_stalled(services, job, size, backlog):
        log.warning("job %s has stalled; sending again what is missing", job)
        _send_missing(services, request, here)


def _may_end(
    services: Services, request: Request, here: dict[int, PostArrival], stop: Stop | None
) -> bool:
    complete = len(here) >= request.posts
    return complete or stop is not None or services.clock() >= request.deadline


def _drop_if_abandoned(services: Services, job: str) -> None:
    if services.clock() - names.created_at(job) < ABANDONED:
        return
    marker, etag = open_marker(services.store, job)
    if not marker.given_up:
        given_up = msgspec.structs.replace(marker, given_up=True)
        if not services.store.open_markers.replace(given_up, etag, job):
            return  # its client has just taken it back
    if not _give_up(services, job, marker):
        return
    log.warning("job %s was never written whole; removing it", job)
    delete_job(services, job, names.index(marker.owner, job), marker.idempotency)


def _give_up(services: Services, job: str, marker: OpenMarker) -> bool:
    """Take the place of the job's request; False if its client's has come after all."""
    made = names.created_at(job)
    instead = Request(
        job=job,
        owner=marker.owner,
        idempotency=marker.idempotency,
        created_at=made,
        deadline=made + LIFETIME,
        rows=0,
        posts=0,
        options=Options(),
        abandoned=True,
    )
    services.store.requests.create(instead, job)
    try:
        services.store.request(job)
    except Missing:  # given up, now or in an earlier round that did not end
        return True
    return False


def _send_missing(services: Services, request: Request, here: dict[int, PostArrival]) -> None:
    """Send again the pages with posts that have not arrived; expand looks which they are."""
    missing = {
        index // ROWS_PER_PAGE
        for index, row in enumerate(services.store.all_rows(request))
        if row.is_post and index not in here
    }
    for page in sorted(missing):
        body = msgspec.structs.replace(_message(request), page=page).encode()
        services.queues.send(names.QUEUE_JOBS, body)


def _message(request: Request) -> Message:
    return Message(
        job=request.job,
        posts=request.posts,
        deadline=request.deadline,
        again=True,
        traceparent=request.traceparent,
    )
