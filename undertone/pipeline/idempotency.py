"""Idempotency-Keys: which job a client's key made, and from which body."""

from __future__ import annotations

from undertone.errors import Conflict, Rejected
from undertone.pipeline.job_records import KeyBinding
from undertone.pipeline.store import JobStore


def bind_key(store: JobStore, name: str, binding: KeyBinding) -> str:
    """Bind the key `name` to `binding.job`; the job that it is bound to, this or an earlier one.

    A key whose job is deleted is free again. Raises Rejected (the key came with another body
    before) and Conflict (its job is being deleted just now).
    """
    if store.key_bindings.create(binding, name):
        return binding.job
    standing = store.key_bindings.find_with_etag(name)
    if standing is None:
        raise _being_deleted()
    earlier = standing.record
    if store.is_deleted(earlier.job):
        if store.key_bindings.replace(binding, standing.etag, name):
            return binding.job
        raise _being_deleted()
    if earlier.body != binding.body:
        raise Rejected(
            f"this Idempotency-Key made job {earlier.job} from another body; "
            "use a new key for a new job"
        )
    return earlier.job


def release_key(store: JobStore, name: str, job: str) -> None:
    """Free the key of a deleted job, unless a new job has taken it over."""
    standing = store.key_bindings.find_with_etag(name)
    if standing is not None and standing.record.job == job:
        store.key_bindings.remove_if(standing.etag, name)


def _being_deleted() -> Conflict:
    return Conflict("the job of this Idempotency-Key is being deleted; try again", retry_after=1)
