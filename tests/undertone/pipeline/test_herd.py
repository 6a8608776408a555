"""Many posts of a platform that lets few through: they come back spread, not as a herd."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

import pytest

from tests.undertone.pipeline.conftest import URL, Bench, page
from undertone.errors import Delayed
from undertone.pipeline.attempts import POSTS_A_MINUTE, SLOWER_EACH_TIME, TIME_TO_SCORE
from undertone.pipeline.handlers import handle_message
from undertone.pipeline.reports import result_rows
from undertone.pipeline.status import Watches, read_status
from undertone.records import Page, PostRef, Want


@dataclass
class Strict:
    """A platform that lets so many through in each minute, and says when the next one begins."""

    bench: Bench
    a_minute: int
    asked: int = 0
    let_through: dict[datetime, int] = field(default_factory=dict)
    platform: str = "hackernews"

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:
        self.asked += 1
        minute = self.bench.now.replace(second=0, microsecond=0)
        used = self.let_through.get(minute, 0)
        if used >= self.a_minute:
            raise Delayed("slow down", minute + timedelta(minutes=1))
        self.let_through[minute] = used + 1
        return page("a")


def fetch_all(bench: Bench, posts: int, a_minute: int) -> tuple[int, float, Strict]:
    """How many messages of posts were delivered, and how many minutes it took."""
    platform = Strict(bench, a_minute)
    bench.platform = platform
    begun, number, delivered = bench.now, count(), 0
    request = bench.submit(*(URL.format(n + 1) for n in range(posts)))
    for message, _ in bench.take("jobs"):
        bench.deliver("jobs", message)
    due: list[tuple[datetime, int, bytes]] = []

    def collect() -> None:
        for body, delay in bench.queues.sent.pop("posts", []):
            heapq.heappush(due, (bench.now + timedelta(seconds=delay), next(number), body))

    collect()
    while due:
        at, _, body = heapq.heappop(due)
        bench.now = max(bench.now + timedelta(milliseconds=5), at)
        handle_message(bench.services, "posts", body)
        delivered += 1
        collect()
    minutes = (bench.now - begun) / timedelta(minutes=1)
    bench.drain()
    closed = bench.store.closed.find(request.job)
    assert closed is not None
    assert (closed.status, closed.comments) == ("completed", posts)
    return delivered, minutes, platform


@pytest.mark.parametrize(("posts", "a_minute"), [(1_000, 10), (1_000, 100), (300, 1_000)])
def test_throttled_posts_are_delivered_a_few_times_each(
    bench: Bench, posts: int, a_minute: int
) -> None:
    """Seen: 10,000 posts at 100 a minute came back in 100 waves, 500,000 deliveries.

    How often a post is delivered does not depend on how many there are, but on how much less the
    platform lets through than was guessed: at 100 a minute six times at most, at 10 twelve times.
    """
    delivered, minutes, platform = fetch_all(bench, posts, a_minute)
    too_fast = max(1.0, POSTS_A_MINUTE / a_minute)
    assert delivered <= (2 + math.log(too_fast, SLOWER_EACH_TIME)) * posts
    assert platform.asked <= 1.2 * posts, "a post that is held back does not ask the platform"
    assert minutes <= 3 * posts / a_minute + 2, "nor is much of what it allows left unused"


def test_the_last_of_a_small_job_wait_hardly_longer_than_told(bench: Bench) -> None:
    until = bench.now + timedelta(minutes=5)
    bench.source.pages = {None: Delayed("slow down", until)}
    bench.submit(*(URL.format(n + 1) for n in range(10)))
    for message, _ in bench.take("posts"):
        bench.deliver("posts", message)
    delays = sorted(delay for _, delay in bench.waiting("posts"))
    assert 300 <= delays[0] <= delays[-1] <= 302


def test_spreading_lets_no_post_miss_the_end_of_its_job(bench: Bench) -> None:
    request = bench.submit(*(URL.format(n + 1) for n in range(1_000)))
    until = request.deadline - TIME_TO_SCORE - timedelta(seconds=10)
    bench.source.pages = {None: Delayed("slow down", until)}
    for message, _ in bench.take("jobs"):
        bench.deliver("jobs", message)
    for message, _ in bench.take("posts"):
        bench.deliver("posts", message)
    left = request.deadline - TIME_TO_SCORE - bench.now
    delays = [timedelta(seconds=delay) for _, delay in bench.waiting("posts")]
    assert len(delays) == 1_000
    assert max(delays) < left
    rows = result_rows(bench.services, request, 0)
    assert {row.state for row in rows} == {"pending"}


def test_what_waits_for_one_platform_is_told_together(bench: Bench) -> None:
    until = bench.now + timedelta(minutes=1)
    bench.source.pages = {None: Delayed("slow down", until)}
    request = bench.submit(*(URL.format(n + 1) for n in range(900)))
    for message, _ in bench.take("jobs"):
        bench.deliver("jobs", message)
    for message, _ in bench.take("posts"):
        bench.deliver("posts", message)
    (wait,) = read_status(bench.services, Watches(), request).waiting
    assert (wait.reason, wait.posts) == ("slow down", 900)
    assert "2026-11-21T20:02:00Z" < wait.until < "2026-11-21T20:03:00Z"
    assert request.deadline > until


def test_a_wait_that_is_the_posts_own_is_not_spread(bench: Bench) -> None:
    until = bench.now + timedelta(minutes=5)
    bench.source.pages = {None: Delayed("collecting", until, platform_wide=False)}
    bench.submit(*(URL.format(n + 1) for n in range(90)))
    for message, _ in bench.take("posts"):
        bench.deliver("posts", message)
    assert {delay for _, delay in bench.waiting("posts")} == {300}


def test_many_waits_of_its_own_spread_a_post_no_further_once_it_is_throttled(bench: Bench) -> None:
    def wait(minutes: int, *, wide: bool) -> list[float]:
        until = bench.now + timedelta(minutes=minutes)
        bench.source.pages = {None: Delayed("later", until, platform_wide=wide)}
        for message, _ in bench.take("posts"):
            bench.deliver("posts", message)
        bench.now += timedelta(minutes=minutes)
        return [delay for _, delay in bench.waiting("posts")]

    bench.submit(*(URL.format(n + 1) for n in range(100)))
    for _ in range(20):
        wait(1, wide=False)
    assert max(wait(1, wide=True)) < 60 + 12
