"""The feed: 100,000 posts of 100 sources: calls of storage and time of a read and of a write.

Posts are written straight into the emulator's blobs, by many threads, then read as the app reads
them. Beside the feed that is merged when it is read stands the other way, a read of one timeline
into which everything had been copied: the ratio is what merging costs a reader.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from devhost import azurite as emulator
from tools.project import AZURITE_HOME
from undertone.feed.cursor import Cursor
from undertone.feed.feed import SETTLING, Timeline, read_page
from undertone.own_posts import names
from undertone.own_posts.records import OwnPost, millisecond_text
from undertone.own_posts.store import OwnPosts, OwnTimeline
from undertone.ports import Blobs
from undertone.settings import StorageSettings
from undertone.storage.account import Account
from undertone.storage.containers import POSTS
from undertone.storage.memory import MemoryBlobs

START = datetime(2026, 1, 1, tzinfo=UTC)
EVERYTHING = "everything"
"""The owner of the timeline into which all was copied."""


class Counting:
    """Blobs that count their calls."""

    def __init__(self, inner: Blobs) -> None:
        self._inner = inner
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.calls[name] += 1
            return method(*args, **kwargs)

        return counted


@contextmanager
def storage(*, in_memory: bool) -> Iterator[Blobs]:
    """The container for posts, on an emulator of its own or in memory."""
    if in_memory:
        yield MemoryBlobs()
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        emulator.azurite(folder=Path(folder), home=AZURITE_HOME) as connection,
    ):
        account = Account.connect(StorageSettings(connection=connection))
        yield account.blobs(POSTS)
        account.close()


def fill(blobs: Blobs, posts: int, owners: int) -> None:
    """Posts of all owners, and once more all in one timeline."""
    kept = OwnPosts(blobs, lambda: START + timedelta(days=365))

    def write(number: int) -> None:
        moment = millisecond_text(START + timedelta(seconds=number * 60))
        post = OwnPost(id=f"{number}", content=f"Post {number}. " * 20, created_at=moment)
        kept.create(f"user {number % owners}", post)
        kept.create(EVERYTHING, post)

    with ThreadPoolExecutor(16) as pool:
        for _ in pool.map(write, range(posts)):
            pass


def read(posts: OwnPosts, owners: list[str]) -> None:
    """The first page of the feed of somebody who follows `owners`, with the analyses there are."""
    timelines: list[Timeline[OwnPost]] = [OwnTimeline(posts, owner) for owner in owners]

    def settled(key: str) -> str:
        return names.inverse(names.moment(key) - SETTLING)

    page = read_page(timelines, Cursor(), 20, settled)
    assert len(page.entries) == 20
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda e: posts.kept_analysis(e.place.source, e.place.key), page.entries))


def timed(act: Callable[[], object], times: int) -> list[float]:
    """Milliseconds of each call."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        found.append((time.perf_counter() - began) * 1000)
    return found


def percentile(values: list[float], share: float) -> float:
    """By nearest rank."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--sources", type=int, default=100)
    parser.add_argument("--reads", type=int, default=100)
    parser.add_argument("--memory", action="store_true", help="no emulator: calls alone")
    args = parser.parse_args()
    with storage(in_memory=args.memory) as blobs:
        began = time.perf_counter()
        fill(blobs, args.posts, args.sources)
        print(f"{args.posts:,} posts, written twice, in {time.perf_counter() - began:.0f} s")
        counting = Counting(blobs)
        posts = OwnPosts(counting, lambda: START + timedelta(days=365))
        owners = [f"user {number}" for number in range(args.sources)]
        read(posts, owners)
        calls_of_read = dict(counting.calls)
        counting.calls.clear()
        posts.create("user 0", OwnPost(id="new", content="x", created_at=""))
        calls_of_write = dict(counting.calls)
        merged: list[float] = []
        copied: list[float] = []
        for _ in range(args.reads):  # by turns
            merged += timed(lambda: read(posts, owners), 1)
            copied += timed(lambda: read(posts, [EVERYTHING]), 1)
        writes = timed(lambda: _write(posts), args.reads)
    print("calls of a read:", json.dumps(calls_of_read), "of a write:", json.dumps(calls_of_write))
    for name, values in (("merged read", merged), ("copied read", copied), ("write", writes)):
        p50, p99 = percentile(values, 0.5), percentile(values, 0.99)
        print(f"{name}: p50 {p50:.0f} ms, p99 {p99:.0f} ms")
    ratio = statistics.median(merged) / statistics.median(copied)
    print(f"merging costs a reader {ratio:.1f} times a read of one timeline")


def _write(posts: OwnPosts) -> None:
    id_ = f"{random.getrandbits(64):x}"
    posts.create("user 0", OwnPost(id=id_, content="x", created_at=""))


if __name__ == "__main__":
    main()
