"""Removes all that is stored of one user.

Each job gets its tombstone, from which moment it is gone for every call, and its blobs are removed
by messages as those of any deleted job. A user of many jobs has an entry in `erasures/` until all
is done: what a request has no time for, `reconcile` goes on with. Nothing here holds the user's
name: an owner is known by the user under which the jobs are listed.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from itertools import batched

from undertone.pipeline import names
from undertone.pipeline.deletion import BATCH, SWEEP_TIME, delete_job, removing
from undertone.pipeline.job_records import Erasure
from undertone.pipeline.other_data import places
from undertone.pipeline.services import Services
from undertone.scrubbing import scrub_exception
from undertone.text import digest

log = logging.getLogger(__name__)

REQUEST_TIME = timedelta(seconds=10)
"""How long a request works at it."""


def erase(services: Services, owner: str) -> bool:
    """Remove all that `owner` has at this moment; whether nothing is left to be begun.

    The blobs of deleted jobs go in the background. Raises Transient: what was not done is done by
    `reconcile`.
    """
    user = digest(owner)
    services.store.erasures.write(Erasure(at=services.clock()), user)
    return _erase(services, user, services.clock() + REQUEST_TIME)


def go_on_erasing(services: Services) -> list[Exception]:
    """Go on with erasures that are not complete. What failed; it keeps no other from its turn."""
    problems: list[Exception] = []
    end = services.clock() + SWEEP_TIME
    for name in services.store.jobs.names(names.ERASURES):
        try:
            _erase(services, name.removeprefix(names.ERASURES), end)
        except Exception as error:
            scrub_exception(error)  # the host logs it
            log.exception("%s failed", name)
            problems.append(error)
    return problems


def _erase(services: Services, user: str, end: datetime) -> bool:
    store = services.store
    standing = store.erasures.find_with_etag(user)
    if standing is None:
        return True
    if not (_delete_jobs(services, user, standing.record.at, end) and _remove(services, user, end)):
        return False
    store.erasures.remove_if(standing.etag, user)  # False: asked for again meanwhile
    return True


def _delete_jobs(services: Services, user: str, asked: datetime, end: datetime) -> bool:
    """Delete the jobs made before it was asked for; False if there was no time for all."""
    prefix = f"{names.INDEX}{user}/"
    listed = services.store.jobs.names(prefix)
    old = [name for name in listed if names.created_at(name.removeprefix(prefix)) <= asked]

    def delete(index: str) -> None:
        job = index.removeprefix(prefix)
        request = services.store.requests.find(job)
        delete_job(services, job, index, request.idempotency if request else "")

    for batch in batched(old, BATCH, strict=False):
        if services.clock() >= end:
            return False
        services.in_parallel(delete, batch)
    return True


def _remove(services: Services, user: str, end: datetime) -> bool:
    """Remove cached comments, what is left of keys, streams, what other rooms keep of the owner;
    False if there was no time for all."""
    for container, prefix in (
        (services.store.cache, f"{names.FETCHED}{user}/"),
        (services.store.jobs, f"{names.KEYS}{user}/"),
        (services.store.jobs, f"{names.COLLECTIONS}{user}/"),
        *places(services, user),
    ):
        for _ in removing(services, container, prefix):
            if services.clock() >= end:
                return False
    return True
