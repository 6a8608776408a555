"""Deletes what is older than a deployment keeps anything: jobs with all they have, cached comments.

Runs on a timer. A job's id holds when it was made and its blobs sort newest first, so what is old
is one listing from a certain name on. Each old job is deleted as its owner would delete it.
Comments in the cache go with the last job that used them; what a crash left there is found here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import batched, groupby

from undertone.pipeline import names
from undertone.pipeline.deletion import BATCH, BLOBS_AT_ONCE, SWEEP_TIME, delete_job
from undertone.pipeline.services import Services
from undertone.ports import Blobs
from undertone.scrubbing import scrub_exception

log = logging.getLogger(__name__)


def delete_expired(services: Services, days: int) -> None:
    """Delete all that was made more than `days` days ago; what time does not allow, next time.

    Something that fails does not keep the rest; its error is raised at the end.
    """
    began, problems = services.clock(), []
    before = began - timedelta(days=days)
    for job in _jobs_before(services, before):
        if services.clock() - began >= SWEEP_TIME:
            log.info("retention goes on with the jobs before %s in its next round", job)
            break
        try:
            _delete(services, job)
        except Exception as error:
            scrub_exception(error)  # the host logs it
            log.exception("deleting job %s, whose time is over, failed", job)
            problems.append(error)
    _clean_cache(services, before, began + SWEEP_TIME)
    if problems:
        raise ExceptionGroup("deleting some jobs failed", problems)


def _delete(services: Services, job: str) -> None:
    if services.store.is_deleted(job):
        return  # it is being swept
    request = services.store.requests.find(job)
    index = names.index(request.owner, job) if request else ""
    delete_job(services, job, index, request.idempotency if request else "")
    log.info("job %s is older than anything is kept and was deleted", job)


def _jobs_before(services: Services, moment: datetime) -> Iterator[str]:
    """The jobs of which anything is left, in any container, that were made before `moment`."""
    seen: set[str] = set()
    for container in (services.store.jobs, services.results):
        for job in _jobs_in(container, names.before_jobs_older_than(moment)):
            if job not in seen:
                seen.add(job)
                yield job


def _jobs_in(container: Blobs, after: str) -> Iterator[str]:
    while found := container.names("", after=after, limit=1):
        job = found[0].partition("/")[0]
        after = f"{job}0"  # past all of its blobs: `0` follows `/`
        if names.is_job_id(job):
            yield job


def _clean_cache(
    services: Services, before: datetime, end: datetime, at_once: int = BLOBS_AT_ONCE
) -> None:
    """Remove comments that no job made since `before` uses, and blobs of a form that is not read
    any more. A job says that it uses them before they are written, so these wait for nobody."""
    cache = services.store.cache
    for batch in batched(_unused(_all_names(cache, at_once), before), BATCH, strict=False):
        cache.remove_many(batch)
        if services.clock() >= end:
            return


def _all_names(container: Blobs, at_once: int) -> Iterator[str]:
    after = ""
    while found := container.names("", after=after, limit=at_once):
        yield from found
        after = found[-1]


def _entry(name: str) -> str:
    """What a blob of the cache belongs to: the comments themselves, or a job that uses them."""
    if not name.startswith(names.FETCHED):
        return name
    return name.removesuffix(".json") if name.endswith(".json") else name.rpartition("/")[0]


def _unused(found: Iterable[str], before: datetime) -> Iterator[str]:
    for entry, blobs in groupby(found, _entry):
        of_entry = list(blobs)
        if entry.startswith(names.FETCHED):
            jobs = [name.rpartition("/")[2] for name in of_entry if not name.endswith(".json")]
            if not any(names.is_job_id(job) and names.created_at(job) >= before for job in jobs):
                yield from of_entry
        elif not entry.startswith(names.CACHE_PREFIXES):
            yield from of_entry
