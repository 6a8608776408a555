"""A cache in this process's memory around any `Blobs`, for blobs that are written once.

Every fetch of a job reads the same request and the same page of rows, and every chunk of a post
the same snapshot of it. These blobs never change, so each process needs to read them at most once,
and those that it created itself not at all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from cachetools import LRUCache

from undertone.ports import Blobs, Versioned

MAX_CACHED_BYTES = 32 * 1024 * 1024
"""For the contents of all cached blobs together; the least recently used is dropped first."""
MIN_BLOBS_TO_FILL = 8
"""A blob so large that fewer such blobs would fill the cache is not cached."""


class BlobCache:
    """Contents of blobs by name; several `CachingBlobs` of one container may share it."""

    def __init__(self, max_bytes: int = MAX_CACHED_BYTES) -> None:
        self._max_blob_bytes = max_bytes // MIN_BLOBS_TO_FILL
        # LRUCache is not safe for threads: even a read of it changes its order.
        self._lock = threading.Lock()
        self._contents: LRUCache[str, bytes] = LRUCache(max_bytes, getsizeof=len)
        self._invalidations = 0

    def look_up(self, name: str) -> tuple[bytes | None, int]:
        """The content if it is cached, and the number of invalidations so far."""
        with self._lock:
            return self._contents.get(name), self._invalidations

    def store(self, name: str, data: bytes, invalidations: int) -> None:
        """Cache the content, unless a blob was invalidated since it was asked for.

        Otherwise a read that began before a removal and ended after it would bring back what is
        gone. `invalidations` counts for all blobs together, because immutable ones are hardly
        ever removed while others are read.
        """
        if len(data) > self._max_blob_bytes:
            return
        with self._lock:
            if invalidations == self._invalidations:
                self._contents[name] = data

    def invalidate(self, names: Iterable[str]) -> None:
        """Drop these blobs."""
        with self._lock:
            self._invalidations += 1
            for name in names:
                self._contents.pop(name, None)


class CachingBlobs:
    """One container, of which `read` and `read_range` answer from memory for cached blobs.

    Changes made through this object are seen at once, whatever `is_immutable` says; changes made
    by others are not seen in cached blobs. That a blob does not exist is never cached.
    """

    def __init__(
        self,
        inner: Blobs,
        *,
        is_immutable: Callable[[str], bool],
        cache: BlobCache,
    ) -> None:
        """`is_immutable(name)`: whether that blob is written once, so that it may be cached."""
        self._inner = inner
        self._is_immutable = is_immutable
        self._cache = cache

    def read(self, name: str) -> bytes:
        """The whole content. Raises Missing."""
        cached, invalidations = self._cache.look_up(name)
        if cached is not None:
            return cached
        data = self._inner.read(name)
        self._store(name, data, invalidations)
        return data

    def read_versioned(self, name: str) -> Versioned:
        """The whole content and its ETag, never from the cache. Raises Missing."""
        return self._inner.read_versioned(name)

    def read_range(self, name: str, start: int, length: int | None = None) -> bytes:
        """At most `length` bytes from `start` on; none past the end. Raises Missing."""
        cached, _ = self._cache.look_up(name)
        if cached is not None:
            return cached[start : None if length is None else start + length]
        return self._inner.read_range(name, start, length)

    def write(self, name: str, data: bytes, content_type: str = "application/json") -> None:
        """Create or overwrite the blob."""
        with self._invalidated(name):
            self._inner.write(name, data, content_type)

    def create(self, name: str, data: bytes) -> bool:
        """Create the blob unless it exists, and cache it; whether it was created."""
        _, invalidations = self._cache.look_up(name)
        created = self._inner.create(name, data)
        if created:
            self._store(name, data, invalidations)
        return created

    def replace(self, name: str, data: bytes, etag: str) -> bool:
        """Overwrite the blob if its ETag is still `etag`; whether it was."""
        with self._invalidated(name):
            return self._inner.replace(name, data, etag)

    def create_append(self, name: str) -> bool:
        """Create an empty append blob unless the blob exists; whether it was created."""
        with self._invalidated(name):
            return self._inner.create_append(name)

    def append(self, name: str, data: bytes) -> int:
        """Append one block; returns how many blocks the blob has now. Raises Missing, Full."""
        with self._invalidated(name):
            return self._inner.append(name, data)

    def stage(self, name: str, block_id: str, data: bytes) -> None:
        """Upload a block that no content shows before it is committed."""
        self._inner.stage(name, block_id, data)

    def commit(self, name: str, block_ids: Sequence[str], content_type: str) -> None:
        """Make these blocks, in this order, the blob's content. Raises MissingBlocks."""
        with self._invalidated(name):
            self._inner.commit(name, block_ids, content_type)

    def missing(self, name: str, block_ids: Sequence[str]) -> list[str]:
        """Those of `block_ids` that are neither staged nor committed, in the order given."""
        return self._inner.missing(name, block_ids)

    def names(self, prefix: str, *, after: str = "", limit: int | None = None) -> list[str]:
        """Sorted names that start with `prefix` and follow `after`, at most `limit`."""
        return self._inner.names(prefix, after=after, limit=limit)

    def remove(self, name: str) -> None:
        """Delete the blob and its staged blocks, if there are any."""
        with self._invalidated(name):
            self._inner.remove(name)

    def remove_many(self, names: Sequence[str]) -> list[str]:
        """Delete these blobs and their staged blocks; those that could not be deleted."""
        with self._invalidated(*names):
            return self._inner.remove_many(names)

    def remove_if(self, name: str, etag: str) -> bool:
        """Delete the blob if its ETag is still `etag`; whether it was deleted."""
        with self._invalidated(name):
            return self._inner.remove_if(name, etag)

    def _store(self, name: str, data: bytes, invalidations: int) -> None:
        if self._is_immutable(name):
            self._cache.store(name, data, invalidations)

    @contextmanager
    def _invalidated(self, *names: str) -> Iterator[None]:
        """Drop the blobs from the cache after the change that is made in the `with` block.

        Also after a change that failed: storage may have made it, and its answer been lost.
        """
        try:
            yield
        finally:
            if immutable := [name for name in names if self._is_immutable(name)]:
                self._cache.invalidate(immutable)
