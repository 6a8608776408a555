"""Comments of a post that an earlier job fetched, shared by all jobs until retention ends them.

Only complete fetches are kept, uploads never. Of two jobs that fetch the same post at once both
may write; the newer fetch stays.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from undertone import wire
from undertone.errors import Missing
from undertone.pipeline import names
from undertone.pipeline.freeze import Fetched
from undertone.ports import Blobs
from undertone.records import VERSION, PostRef, Want


def cache_name(post: PostRef, want: Want) -> str:
    """Equal for equal comments: same post, same source's platform, same choice of comments."""
    choice = msgspec.json.encode([VERSION, post.platform, post.id, *msgspec.structs.astuple(want)])
    return f"{post.platform}/{names.digest(choice.decode())}.json"


def read_cache(cache: Blobs, name: str, now: datetime, max_age: timedelta) -> Fetched | None:
    """What was fetched no longer than `max_age` ago, or None."""
    if max_age <= timedelta():
        return None
    try:
        fetched = wire.decode(cache.read(name), Fetched)
    except Missing:
        return None
    return fetched if now - datetime.fromisoformat(fetched.fetched_at) <= max_age else None


def write_cache(cache: Blobs, name: str, fetched: Fetched) -> None:
    """Keep `fetched`, unless a fetch that is as new is there."""
    data = msgspec.json.encode(fetched)
    if cache.create(name, data):
        return
    try:
        standing = cache.read_versioned(name)
    except Missing:
        return  # retention removed it just now; the next fetch writes it
    if wire.decode(standing.data, Fetched).fetched_at < fetched.fetched_at:
        cache.replace(name, data, standing.etag)  # False: another fetch was newer still
