"""Own posts in blobs: create, read, change, remove; and their timeline, which feeds read."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum

import msgspec

from undertone.errors import Conflict, NotFound, Rejected, Transient
from undertone.own_posts import names
from undertone.own_posts.records import Analysis, OwnPost, millisecond_text
from undertone.ports import Blobs, Clock
from undertone.record_blobs import RecordBlobs, WithETag
from undertone.text import digest, excerpt

FUTURE = timedelta(minutes=5)
"""By which a client's clock may be ahead of ours."""


EARLIEST = "1970"
"""Times are texts that sort as they follow each other."""


class Outcome(Enum):
    """What became of a post that was sent."""

    CREATED = "created"
    UNCHANGED = "unchanged"
    CHANGED = "changed"


class OwnPosts:
    """The posts of all owners."""

    def __init__(self, blobs: Blobs, clock: Clock) -> None:
        """`blobs`: the container `posts`."""
        self.blobs = blobs
        self.clock = clock
        self.posts = RecordBlobs(blobs, names.post, OwnPost)
        self.analyses = RecordBlobs(blobs, names.analysis, Analysis)

    def find(self, owner: str, id_: str) -> OwnPost:
        """Raises NotFound."""
        post = self.posts.find(owner, id_)
        if post is None:
            raise _unknown(id_)
        return post

    def dated(self, post: OwnPost) -> OwnPost:
        """`post` with the moment when it came, if it has none of its own. Raises Rejected."""
        now = self.clock()
        if not post.created_at:
            return msgspec.structs.replace(post, created_at=millisecond_text(now))
        if not EARLIEST <= post.created_at <= millisecond_text(now + FUTURE):
            rule = "must lie between 1970 and now"
            raise Rejected(f"`created_at` {rule}", {"created_at": rule})
        return post

    def create(self, owner: str, post: OwnPost) -> tuple[OwnPost, Outcome]:
        """Keep a new post. Raises Conflict where another post has its id.

        The timeline's entry comes first. Was the process killed in between, the entry points to
        nothing, and feeds pass it over; the other way round the post would be in no feed.
        """
        made = self.dated(post)
        standing = self.posts.find(owner, post.id)
        if standing is None:
            self._enter(owner, made)
            if self.posts.create(made, owner, post.id):
                return made, Outcome.CREATED
            standing = self.find(owner, post.id)
        if not self._is_repeat(post, standing):
            raise Conflict(
                f"you have another post with the id {excerpt(post.id, 60)!r}; change it with PUT "
                "or send this one under another id"
            )
        self._enter(owner, standing)
        return standing, Outcome.UNCHANGED

    @staticmethod
    def _is_repeat(post: OwnPost, standing: OwnPost) -> bool:
        same_time = not post.created_at or post.created_at == standing.created_at
        return same_time and standing.says_the_same(post)

    def put(self, owner: str, post: OwnPost) -> tuple[OwnPost, Outcome]:
        """Keep the post, in the place of what has its id. Its moment stays the first one.

        Raises Rejected, Transient where others change the post again and again.
        """
        for _ in range(10):
            standing = self.posts.find_with_etag(owner, post.id)
            if standing is None:
                made = self.dated(post)
                self._enter(owner, made)
                if self.posts.create(made, owner, post.id):
                    return made, Outcome.CREATED
            elif outcome := self._replace(owner, post, standing):
                return outcome
        raise Transient(f"post {excerpt(post.id, 60)!r} is being changed by others")

    def _replace(
        self, owner: str, post: OwnPost, standing: WithETag[OwnPost]
    ) -> tuple[OwnPost, Outcome] | None:
        made = msgspec.structs.replace(post, created_at=standing.record.created_at)
        if made == standing.record:
            self._enter(owner, made)
            return made, Outcome.UNCHANGED
        if not self.posts.replace(made, standing.etag, owner, post.id):
            return None
        self.analyses.remove(owner, post.id)
        return made, Outcome.CHANGED

    def remove(self, owner: str, id_: str) -> None:
        """Remove a post, its analysis and its entry. Raises NotFound."""
        post = self.find(owner, id_)
        self.posts.remove(owner, id_)
        self.analyses.remove(owner, id_)
        self.blobs.remove(self._entry(owner, post))

    def _enter(self, owner: str, post: OwnPost) -> None:
        self.blobs.create(self._entry(owner, post), b"")

    @staticmethod
    def _entry(owner: str, post: OwnPost) -> str:
        timeline = names.timeline(digest(owner))
        return timeline + names.timeline_key(post.created_at, post.id)

    def at(self, owner_digest: str, key: str) -> OwnPost | None:
        """The post of a timeline entry; None where the entry stands for nothing (any more).

        An entry is written before its post, and two that send a post at the same moment write one
        each: only the one with the post's own moment counts.
        """
        by_name = RecordBlobs(self.blobs, names.post_of_key, OwnPost)
        post = by_name.find(owner_digest, key)
        if post is None or names.timeline_key(post.created_at, post.id) != key:
            return None
        return post

    def kept_analysis(self, owner_digest: str, key: str) -> Analysis | None:
        """The last analysis of a timeline entry's post, if there is one."""
        return RecordBlobs(self.blobs, names.analysis_of_key, Analysis).find(owner_digest, key)


class OwnTimeline:
    """One owner's posts, as a feed reads them."""

    def __init__(self, posts: OwnPosts, owner: str) -> None:
        self._posts = posts
        self.owner = owner
        self.source = digest(owner)

    def keys(self, *, after: str, limit: int) -> list[str]:
        """At most `limit` keys that sort after `after`: newest posts first."""
        timeline = names.timeline(self.source)
        found = self._posts.blobs.names(timeline, after=timeline + after, limit=limit)
        return [name.removeprefix(timeline) for name in found]

    def item(self, key: str) -> OwnPost | None:
        """The post; None where the entry stands for nothing (any more)."""
        return self._posts.at(self.source, key)


class OnePost:
    """A single post of somebody, as a feed reads it."""

    def __init__(self, posts: OwnPosts, owner: str, id_: str) -> None:
        self._posts = posts
        self._id = id_
        self.owner = owner
        self.source = digest(owner)

    def keys(self, *, after: str, limit: int) -> list[str]:
        """Its key, if it sorts after `after`."""
        post = self._posts.posts.find(self.owner, self._id)
        key = "" if post is None else names.timeline_key(post.created_at, post.id)
        return [key][:limit] if key > after else []

    def item(self, key: str) -> OwnPost | None:
        """The post; None where it is gone."""
        return self._posts.at(self.source, key)


def _unknown(id_: str) -> NotFound:
    return NotFound(f"there is no post {excerpt(id_, 60)!r} of yours")
