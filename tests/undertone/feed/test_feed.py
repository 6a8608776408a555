"""Reading a feed: no gaps and no repeats while posts arrive, at equal moments, out of order."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from undertone.feed.cursor import Cursor, Place
from undertone.feed.feed import FeedPage, Timeline, most_certain, read_page

START = datetime(2026, 11, 25, tzinfo=UTC)
LAST = 10**15 - 1


def inverse(moment: datetime) -> str:
    return f"{LAST - int(moment.timestamp() * 1000):015d}"


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:40]


def settled_before(key: str) -> str:
    return f"{int(key[:15]) + 60_000:015d}"


@dataclass
class ListTimeline:
    """A timeline in memory; an entry whose item is None stands for nothing."""

    source: str
    items: dict[str, str | None] = field(default_factory=dict)
    asked: int = 0

    def add(self, second: float, name: str, item: str | None = "") -> None:
        moment = START + timedelta(seconds=second)
        self.items[f"{inverse(moment)}-{digest(name)}"] = name if item == "" else item

    def keys(self, *, after: str, limit: int) -> list[str]:
        self.asked += 1
        return sorted(key for key in list(self.items) if key > after)[:limit]

    def item(self, key: str) -> str | None:
        return self.items[key]


def read(timelines: list[Timeline[str]], cursor: Cursor, limit: int) -> FeedPage[str]:
    return read_page(timelines, cursor, limit, settled_before)


def read_all(timelines: list[Timeline[str]], cursor: Cursor, limit: int) -> list[str]:
    """All pages from `cursor` on."""
    found: list[str] = []
    for _ in range(1_000):
        page = read(timelines, cursor, limit)
        found += [entry.item for entry in page.entries]
        if page.older is None:
            return found
        cursor = page.older
    raise AssertionError("the pages never end")


entries = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 5), st.booleans()), min_size=0, max_size=30
)


@given(entries, st.integers(1, 7))
@settings(deadline=None)
def test_pages_hold_everything_once_in_order(
    posts: list[tuple[int, int, bool]], limit: int
) -> None:
    """Against a plain sort of all that there is."""
    timelines = [ListTimeline(f"source {number}") for number in range(4)]
    expected = []
    for number, (source, second, is_there) in enumerate(posts):
        timelines[source].add(second, str(number), "" if is_there else None)
        if is_there:
            expected.append((-second, digest(str(number)), source, str(number)))
    found = read_all(list(timelines), Cursor(), limit)
    assert found == [name for *_, name in sorted(expected)]


@given(entries, st.integers(0, 5), st.integers(1, 7))
@settings(deadline=None)
def test_only_what_is_newer_than_the_timestamp_is_there(
    posts: list[tuple[int, int, bool]], second: int, limit: int
) -> None:
    timelines = [ListTimeline(f"source {number}") for number in range(4)]
    for number, (source, at, _) in enumerate(posts):
        timelines[source].add(at, str(number))
    end = Place(inverse(START + timedelta(seconds=second)), "")
    found = read_all(list(timelines), Cursor(end=end), limit)
    assert sorted(found) == sorted(str(n) for n, (_, at, _) in enumerate(posts) if at > second)


def test_a_post_that_comes_in_two_ways_is_shown_once() -> None:
    one, same = ListTimeline("ann"), ListTimeline("ann")
    one.add(1, "1")
    same.add(1, "1")
    assert read_all([one, same], Cursor(), 5) == ["1"]


@given(st.integers(0, 2**32), st.integers(1, 9))
@settings(deadline=None, max_examples=200)
def test_who_comes_back_sees_all_that_has_come_since_once(seed: int, limit: int) -> None:
    """Posts come up to half a minute late, many at the same moment, while a reader polls."""
    random_ = random.Random(seed)
    timelines = [ListTimeline(digest(f"{number}")) for number in range(3)]
    posts = [(random_.randrange(300), str(number)) for number in range(60)]
    arrivals = sorted((at + random_.choice([0, 0, 1, 30]), at, name) for at, name in posts)
    seen: list[str] = []
    newer = Cursor()
    for now in range(0, 400, 7):
        while arrivals and arrivals[0][0] <= now:
            _, at, name = arrivals.pop(0)
            random_.choice(timelines).add(at, name)
        page = read(list(timelines), newer, limit)
        seen += [entry.item for entry in page.entries]
        while page.older is not None:
            page = read(list(timelines), page.older, limit)
            seen += [entry.item for entry in page.entries]
        newer = page.newer
        assert len(newer.encode()) < 6_000
    assert sorted(seen) == sorted(name for _, name in posts)


def test_no_gaps_and_no_repeats_while_others_write() -> None:
    timelines = [ListTimeline(f"source {number}") for number in range(4)]
    for number in range(400):
        timelines[number % 4].add(number // 8, f"old {number}")
    ending = threading.Event()

    def write(timeline: ListTimeline) -> None:
        number = 0
        while not ending.is_set():
            number += 1
            timeline.add(1_000 + number, f"new {number}")
            ending.wait(0.001)

    threads = [threading.Thread(target=write, args=[timeline]) for timeline in timelines]
    for thread in threads:
        thread.start()
    try:
        found = read_all(list(timelines), read(list(timelines), Cursor(), 1).older or Cursor(), 7)
    finally:
        ending.set()
        for thread in threads:
            thread.join()
    old = [name for name in found if name.startswith("old")]
    assert sorted(old) == sorted(f"old {number}" for number in range(400))


def test_entries_that_stand_for_nothing_do_not_shorten_a_page() -> None:
    timeline = ListTimeline("ann")
    for number in range(20):
        timeline.add(number, str(number), None if number % 2 else "")
    page = read([timeline], Cursor(), 5)
    assert [entry.item for entry in page.entries] == ["18", "16", "14", "12", "10"]


def test_each_source_is_asked_once_for_a_page() -> None:
    timelines = [ListTimeline(f"source {number:03d}") for number in range(100)]
    for number in range(1_000):
        timelines[number % 100].add(number, str(number))
    read(list(timelines), Cursor(), 20)
    assert {timeline.asked for timeline in timelines} == {1}


@pytest.mark.parametrize("limit", [1, 2, 9])
def test_the_most_certain_come_first_and_the_others_stay_in_order(limit: int) -> None:
    items = ["a", "b", "c", "d"]
    assert most_certain(items, [None, 1.0, None, 3.0], limit) == ["d", "b", "a", "c"][:limit]
