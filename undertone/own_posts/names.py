"""Where own posts are, in the container `posts`. Owners and ids are hashed: any text is safe."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from undertone.text import digest

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = 10**15 - 1
"""Milliseconds; 15 digits reach past the year 9999."""
PERSONAL = ("posts/", "analyses/", "timelines/", "batches/", "following/")
"""What stands before the digest of an owner in this container; `following/` is the feed's."""
KEY_LENGTH = 15 + 1 + 40
"""Characters of a timeline key."""


def owner_prefix(kind: str, owner: str) -> str:
    """All blobs of a kind (`posts`, `analyses`, `timelines`, `batches`) that an owner has."""
    return f"{kind}/{digest(owner)}/"


def post(owner: str, id_: str) -> str:
    """One post."""
    return f"{owner_prefix('posts', owner)}{digest(id_)}.json"


def post_of_key(owner_digest: str, key: str) -> str:
    """The post that a timeline entry stands for."""
    return f"posts/{owner_digest}/{key[-40:]}.json"


def analysis(owner: str, id_: str) -> str:
    """The last analysis of a post."""
    return f"{owner_prefix('analyses', owner)}{digest(id_)}.json"


def analysis_of_key(owner_digest: str, key: str) -> str:
    """The last analysis of the post that a timeline entry stands for."""
    return f"analyses/{owner_digest}/{key[-40:]}.json"


def timeline(owner_digest: str) -> str:
    """An owner's posts by time, newest first: blobs without content, whose names say it all."""
    return f"timelines/{owner_digest}/"


def timeline_key(created_at: str, id_: str) -> str:
    """The last part of the name of a post's timeline entry; sorts newer posts before older ones."""
    return f"{inverse(datetime.fromisoformat(created_at))}-{digest(id_)}"


def inverse(moment: datetime) -> str:
    """A text of 15 digits that is the smaller the later `moment` is."""
    return f"{_LAST - (moment - _EPOCH) // timedelta(milliseconds=1):015d}"


def moment(key: str) -> datetime:
    """The moment in a timeline key, UTC, exact to a millisecond."""
    return _EPOCH + timedelta(milliseconds=_LAST - int(key[:15]))


def batch(owner: str, batch_id: str) -> str:
    """What was sent in bulk: the number of its posts and pages."""
    return f"{owner_prefix('batches', owner)}{batch_id}/batch.json"


def batch_page(owner: str, batch_id: str, page: int) -> str:
    """One page of posts that were sent in bulk."""
    return f"{owner_prefix('batches', owner)}{batch_id}/posts-{page:03d}.json"


def batch_rows(owner: str, batch_id: str, page: int) -> str:
    """What became of the posts of one page."""
    return f"{owner_prefix('batches', owner)}{batch_id}/rows-{page:03d}.json"
