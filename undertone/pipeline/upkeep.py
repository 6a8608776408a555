"""What makes sure that every job ends and every deletion is complete.

Runs on a timer, over the open jobs only. It decides nothing about results: it sends again what may
be missing, and the steps find out whether there was anything to do.
"""

from __future__ import annotations

import logging
from datetime import timedelta

import msgspec

from undertone import wire
from undertone.errors import Missing
from undertone.pipeline import names
from undertone.pipeline.fanin import PostArrival, winners
from undertone.pipeline.job import (
    LIFETIME,
    ROWS_A_PAGE,
    OpenMarker,
    Options,
    Request,
    Stop,
    all_rows,
    read_request,
    read_stop,
)
from undertone.pipeline.messages import Message
from undertone.pipeline.services import Services
from undertone.pipeline.settle import fire
from undertone.pipeline.stopping import bury, sweep

log = logging.getLogger(__name__)

STALLED = timedelta(minutes=15)
"""A job in which nothing has happened for so long gets sent again what is missing. Longer than
the ten minutes after which a killed instance's messages come back by themselves."""
ABANDONED = timedelta(hours=1)
"""A job whose request was not written by then never will be: its client saw an error."""
TOMBSTONE_LIFE = timedelta(days=8)
"""No message lives longer than seven days, so nothing can write for a job deleted before that."""


def upkeep(services: Services) -> None:
    """One round over all open jobs and all tombstones.

    A job that cannot be looked after does not keep others from it; its error is raised at the end.
    """
    problems: list[Exception] = []
    for name in services.jobs.names(names.OPEN):
        try:
            look_after(services, name.removeprefix(names.OPEN))
        except Missing:
            log.info("job of %s went away meanwhile", name)
        except Exception as error:
            log.exception("upkeep of %s failed", name)
            problems.append(error)
    sweep_tombstones(services)
    if problems:
        raise ExceptionGroup("upkeep of some jobs failed", problems)


def sweep_tombstones(services: Services) -> None:
    """Remove what late work has written for deleted jobs, and in the end the tombstones."""
    now = services.clock()
    for name in services.jobs.names(names.STOPS):
        job = name.removeprefix(names.STOPS)
        stop = read_stop(services.jobs, job)
        if stop is None:
            continue
        if stop.why == "deleted":
            sweep(services, job, stop)
        if now - stop.at >= TOMBSTONE_LIFE:
            services.jobs.remove(name)


def look_after(services: Services, job: str) -> None:
    """Do for one open job what its state asks for. Raises Missing if it goes away meanwhile."""
    stop = read_stop(services.jobs, job)
    if stop is not None and stop.why == "deleted":
        services.jobs.remove(names.open_marker(job))
        return
    try:
        request = read_request(services.jobs, job)
    except Missing:
        _drop_if_abandoned(services, job)
        return
    barrier = services.jobs.read(names.barrier(job))
    here = winners(barrier, PostArrival)
    if _may_end(services, request, here, stop):
        fire(services, _message(request))
    elif _has_stalled(services, job, len(barrier)):
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
    data, etag = services.jobs.read_versioned(names.open_marker(job))
    marker = wire.decode(data, OpenMarker)
    if not marker.given_up:
        given_up = msgspec.json.encode(msgspec.structs.replace(marker, given_up=True))
        if not services.jobs.replace(names.open_marker(job), given_up, etag):
            return  # its client has just taken it back
    if not _give_up(services, job, marker):
        return
    log.warning("job %s was never written whole; removing it", job)
    bury(services, job, marker.owner, marker.idempotency)


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
    services.jobs.create(names.request(job), msgspec.json.encode(instead))
    try:
        read_request(services.jobs, job)
    except Missing:  # given up, now or in an earlier round that did not end
        return True
    return False


def _has_stalled(services: Services, job: str, barrier: int) -> bool:
    """Whether barrier and progress have not grown for `STALLED`; what was seen is noted."""
    now = services.clock()
    activity = barrier + len(services.jobs.read(names.progress(job)))
    data, etag = services.jobs.read_versioned(names.open_marker(job))
    marker = wire.decode(data, OpenMarker)
    if marker.activity == activity and marker.since and now - marker.since < STALLED:
        return False
    stalled = marker.activity == activity and marker.since is not None
    seen = msgspec.structs.replace(marker, activity=activity, since=now)
    services.jobs.replace(names.open_marker(job), msgspec.json.encode(seen), etag)
    return stalled


def _send_missing(services: Services, request: Request, here: dict[int, PostArrival]) -> None:
    """Send again the pages with posts that have not arrived; expand looks which they are."""
    missing = {
        index // ROWS_A_PAGE
        for index, row in enumerate(all_rows(services.jobs, request))
        if row.is_post and index not in here
    }
    for page in sorted(missing):
        body = msgspec.structs.replace(_message(request), page=page).encode()
        services.queues.send(names.QUEUE_JOBS, body)


def _message(request: Request) -> Message:
    return Message(job=request.job, posts=request.posts, deadline=request.deadline, again=True)
