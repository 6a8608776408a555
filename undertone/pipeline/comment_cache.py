"""Comments of a post that an earlier job fetched, shared by all jobs until retention ends them.

Only complete fetches are kept, uploads never. Of two jobs that fetch the same post at once both
may write; the newer fetch stays.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from undertone.pipeline import names
from undertone.pipeline.post_records import Fetched
from undertone.pipeline.store import JobStore
from undertone.records import VERSION, PostRef, Want


def cache_name(post: PostRef, want: Want) -> str:
    """Equal for equal comments: same post, same source's platform, same choice of comments."""
    choice = msgspec.json.encode([VERSION, post.platform, post.id, *msgspec.structs.astuple(want)])
    return f"{post.platform}/{names.digest(choice.decode())}.json"


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
        return  # retention removed it just now; the next fetch writes it
    if standing.record.fetched_at < fetched.fetched_at:
        store.fetched.replace(fetched, standing.etag, name)  # False: another fetch was newer still
