"""Idempotency-Keys: which job a client's key made, and from which body."""

from __future__ import annotations

import msgspec

from undertone import wire
from undertone.errors import Conflict, Missing, Rejected
from undertone.pipeline.job import is_deleted
from undertone.ports import Blobs
from undertone.records import VERSION, Record


class Claim(Record, frozen=True, kw_only=True):
    """The blob that binds a key to a job."""

    job: str
    body: str
    """Digest of the request's body."""
    v: int = VERSION


def claim(jobs: Blobs, name: str, mine: Claim) -> str:
    """Bind the key `name` to `mine.job`; the job that it is bound to, ours or an earlier one.

    A key whose job is deleted is free again. Raises Rejected (the key came with another body
    before) and Conflict (its job is being deleted just now).
    """
    data = msgspec.json.encode(mine)
    if jobs.create(name, data):
        return mine.job
    try:
        standing = jobs.read_versioned(name)
    except Missing:
        raise _being_deleted() from None
    earlier = wire.decode(standing.data, Claim)
    if is_deleted(jobs, earlier.job):
        if jobs.replace(name, data, standing.etag):
            return mine.job
        raise _being_deleted()
    if earlier.body != mine.body:
        raise Rejected(
            f"this Idempotency-Key made job {earlier.job} from another body; "
            "use a new key for a new job"
        )
    return earlier.job


def release(jobs: Blobs, name: str, job: str) -> None:
    """Free the key of a deleted job, unless a new job has taken it over."""
    try:
        data, etag = jobs.read_versioned(name)
    except Missing:
        return
    if wire.decode(data, Claim).job == job:
        jobs.remove_if(name, etag)


def _being_deleted() -> Conflict:
    return Conflict("the job of this Idempotency-Key is being deleted; try again", retry_after=1)
