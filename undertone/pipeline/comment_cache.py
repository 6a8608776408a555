"""Comments of a post that an earlier job of the same owner fetched, while any job uses them.

They are kept by owner and by what was done to their authors and texts: nobody's job is shown what
another's fetched, nor a name that it should not see. Only complete fetches are kept, uploads never.
Of two jobs that fetch the same post at once both may write; the newer fetch stays.

Each job that has them says so in a blob beside them, before it writes or uses them. So the last one
that is deleted takes them along.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from undertone.pipeline import names
from undertone.pipeline.post_records import CacheUse, Fetched
from undertone.pipeline.store import JobStore
from undertone.records import VERSION, PostRef, Want
from undertone.text import digest


def cache_name(post: PostRef, want: Want, owner: str, protection: str = "") -> str:
    """Equal for equal comments: same owner, post, platform, choice of comments and protection."""
    choice = msgspec.json.encode(
        [VERSION, post.platform, post.id, *msgspec.structs.astuple(want), protection]
    )
    prefix = names.fetched_prefix(owner)
    return f"{prefix}{post.platform}/{digest(choice.decode())}.json"


def read_cache(store: JobStore, name: str, now: datetime, max_age: timedelta) -> Fetched | None:
    """What was fetched no longer than `max_age` ago, or None."""
    if max_age <= timedelta():
        return None
    fetched = store.fetched.find(name)
    if fetched is None or now - datetime.fromisoformat(fetched.fetched_at) > max_age:
        return None
    return fetched


def write_cache(store: JobStore, name: str, fetched: Fetched) -> None:
    """Keep `fetched`, unless a fetch that is as new is there."""
    if store.fetched.create(fetched, name):
        return
    standing = store.fetched.find_with_etag(name)
    if standing is None:
        return  # it was removed just now; the next fetch writes it
    if standing.record.fetched_at < fetched.fetched_at:
        store.fetched.replace(fetched, standing.etag, name)  # False: another fetch was newer still


def note_use(store: JobStore, name: str, job: str) -> None:
    """Say that `job` uses what is kept under `name`, or is about to write it."""
    store.cache_uses.write(CacheUse(job=job), name, job)


def release(store: JobStore, name: str, job: str) -> None:
    """`job` is being deleted: remove what is kept under `name`, unless another job uses it.

    Of two that are deleted at once the later one finds no other.
    """
    store.cache_uses.remove(name, job)
    if not store.cache.names(names.cache_uses(name), limit=1):
        store.fetched.remove(name)
