"""Reading a feed: the timelines of all its sources, merged while they are read.

Nothing is copied when a post is written, so a post costs the same however many follow its author.
A read costs one list of names for each source and one read for each entry that is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from heapq import merge, nsmallest
from typing import NamedTuple, Protocol

from undertone.feed.cursor import MOST_SEEN, Cursor, Place, is_within, moment_of, short

SETTLING = timedelta(minutes=1)
"""For so long an entry may appear among newer ones: clocks of instances differ, and an entry is
written a moment before its post."""
_THREADS = 16
_ROUNDS = 5
"""Times that a read asks on where entries stand for nothing."""


class Timeline[Item](Protocol):
    """One source: entries by keys that sort newer ones first."""

    @property
    def source(self) -> str:
        """Tells it from other sources; the same for two ways to the same timeline."""

    def keys(self, *, after: str, limit: int) -> list[str]:
        """At most `limit` keys that sort after `after`."""

    def item(self, key: str) -> Item | None:
        """What the entry stands for; None if nothing (any more)."""


class Entry[Item](NamedTuple):
    """An item and its place."""

    place: Place
    item: Item


class FeedPage[Item](NamedTuple):
    """Some entries, newest first."""

    entries: list[Entry[Item]]
    older: Cursor | None
    """What follows; None at the end."""
    newer: Cursor
    """What will have come since this read: take it from the last page that was read."""


def read_page[Item](
    timelines: Sequence[Timeline[Item]],
    cursor: Cursor,
    limit: int,
    settled_before: Callable[[str], str],
) -> FeedPage[Item]:
    """The next `limit` entries at `cursor`.

    `settled_before(key)`: the key of the moment that lies `SETTLING` before the one of `key`.
    """
    entries: list[Entry[Item]] = []
    position, more = cursor.after, True
    for _ in range(_ROUNDS):
        places, more = _places(timelines, position, cursor, limit - len(entries))
        entries += _items(timelines, places)
        position = places[-1] if places else position
        if not more or len(entries) >= limit:
            break
    return _page(entries, position if more else None, cursor, settled_before)


def _page[Item](
    entries: list[Entry[Item]],
    position: Place | None,
    cursor: Cursor,
    settled_before: Callable[[str], str],
) -> FeedPage[Item]:
    """The page with these entries; `position` is where the next one goes on, None at the end.

    A read is a chain of pages. What comes after it is all that stands before `settled` and was not
    shown in it: so what appears late among entries that were shown is seen next time.
    """
    top = cursor.top or (entries[0].place.key if entries else "")
    if not top:
        return FeedPage(entries, None, Cursor(end=cursor.end, seen=cursor.seen))
    settled = min(cursor.end, Place(settled_before(top), ""))
    places = [short(entry.place) for entry in entries if entry.place < settled]
    shown = tuple([*cursor.shown, *places][: MOST_SEEN + 1])
    older = None
    if position is not None:
        older = Cursor(position, cursor.end, cursor.seen, top, shown)
        settled = min(settled, position)
    return FeedPage(entries, older, _newer(settled, {*shown, *cursor.seen}))


def _newer(end: Place, shown: Iterable[str]) -> Cursor:
    """A cursor for what stands before `end` and was not shown. It names so many entries at most:
    where there are more, only the newest ones may still get neighbours."""
    seen = sorted(name for name in shown if is_within(name, end))
    if len(seen) > MOST_SEEN:
        end = moment_of(seen[MOST_SEEN])
    return Cursor(end=end, seen=tuple(seen[:MOST_SEEN]))


def _places[Item](
    timelines: Sequence[Timeline[Item]], after: Place, cursor: Cursor, limit: int
) -> tuple[list[Place], bool]:
    """The next `limit` places, and whether there may be more."""
    wanted = limit + len(cursor.seen) + 1

    def of(timeline: Timeline[Item]) -> list[Place]:
        start = after.key if timeline.source <= after.source else _just_before(after.key)
        return [Place(key, timeline.source) for key in timeline.keys(after=start, limit=wanted)]

    seen = set(cursor.seen)
    found: list[Place] = []
    previous = after
    for place in merge(*_in_parallel(of, timelines)):
        if place >= cursor.end:
            return found, False
        if place > previous and short(place) not in seen:
            if len(found) == limit:
                return found, True
            found.append(place)
        previous = max(previous, place)
    return found, False


def _just_before(key: str) -> str:
    """A text that sorts after all keys that sort before `key`, which is of a fixed length."""
    return f"{key[:-1]}{chr(ord(key[-1]) - 1)}~" if key else ""


def _items[Item](
    timelines: Sequence[Timeline[Item]], places: Sequence[Place]
) -> Iterable[Entry[Item]]:
    by_source = {timeline.source: timeline for timeline in timelines}
    items = _in_parallel(lambda place: by_source[place.source].item(place.key), places)
    pairs = zip(places, items, strict=True)
    return [Entry(place, item) for place, item in pairs if item is not None]


def most_certain[Item](
    items: Sequence[Item], certainties: Sequence[float | None], limit: int
) -> list[Item]:
    """The items of whose change of mood one can be most certain; then the others as they are."""
    ranked = zip(items, certainties, strict=True)
    return [item for item, _ in nsmallest(limit, ranked, key=lambda pair: -(pair[1] or 0.0))]


def _in_parallel[T, R](act: Callable[[T], R], items: Sequence[T]) -> list[R]:
    if len(items) < 2:
        return [act(item) for item in items]
    with ThreadPoolExecutor(min(_THREADS, len(items))) as pool:
        return list(pool.map(act, items))
