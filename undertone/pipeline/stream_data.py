"""What is stored of one user's collections: what they ask, and their texts, a stretch at a time."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec

from undertone.errors import Missing, Rejected
from undertone.pipeline import names
from undertone.pipeline.record_log import LogPosition
from undertone.pipeline.services import Services

MOST_BYTES = 8 * 1024 * 1024
"""Of texts in a page: more than the longest line, which one append of storage holds."""
_PLACE = re.compile(r"([a-z0-9][a-z0-9-]{0,62})(?:/([0-9]{1,3})/([0-9]{1,12})/([0-9]{1,6}))?")


class StreamData(NamedTuple):
    """A stretch of one collection."""

    collection: dict[str, Any]
    after: str
    """Where the next stretch begins."""


def stream_data(services: Services, owner: str, last: str) -> StreamData | None:
    """The stretch past `last`, of the first collection if it is empty; None if there is none.

    Raises Rejected for a `last` amid a line.
    """
    place = _PLACE.fullmatch(last)
    if last and place is None:
        return None
    name, start = last, LogPosition()
    if place and place[2]:
        name, start = place[1], LogPosition(int(place[2]), int(place[3]), int(place[4]))
    else:
        name = _following(services, owner, last)
    return _stretch(services, names.collection_key(owner, name), name, start) if name else None


def _following(services: Services, owner: str, last: str) -> str:
    prefix = names.collections_prefix(owner)
    start = f"{prefix}{last}0" if last else ""  # "0" comes right after "/"
    found = services.store.jobs.names(prefix, after=start, limit=1)
    return found[0].removeprefix(prefix).partition("/")[0] if found else ""


def _stretch(services: Services, key: str, name: str, start: LogPosition) -> StreamData:
    store = services.store
    try:
        new = store.texts.read_page(start, MOST_BYTES, key)
    except Missing:  # it is being removed
        return StreamData({"name": name, "texts": []}, name)
    except msgspec.DecodeError:
        rule = "must be what `next` of a page says"
        raise Rejected(f"`after` {rule}", {"after": rule}, status=400) from None
    first = start == LogPosition()
    return StreamData(
        {
            "name": name,
            "collection": msgspec.to_builtins(store.collections.find(key)) if first else None,
            "window": msgspec.to_builtins(store.windows.find(key)) if first else None,
            "texts": [msgspec.to_builtins(text) for batch in new.records for text in batch.texts],
        },
        name if not new.records else f"{name}/{new.end.part}/{new.end.bytes}/{new.end.lines}",
    )
