"""What further is stored of one user, blob by blob: feedback, searches, and what other rooms keep.

The places are those that `erasure` removes, so nothing that can be removed is left out here.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec

from undertone import wire
from undertone.errors import Missing
from undertone.pipeline import names
from undertone.pipeline.services import Services
from undertone.ports import Blobs
from undertone.text import digest

MOST_BLOBS = 50
"""In a page."""
MOST_BYTES = 8 * 1024 * 1024
"""Read at once: more than the largest post, and than a line of a log."""
_PLACE = re.compile(r"([0-9]{1,3})/([\w./-]{0,200})(?:@([0-9]{1,12}))?", re.ASCII)


class OtherData(NamedTuple):
    """A page: each blob by its name, with what its lines hold; pictures by their names alone."""

    blobs: list[dict[str, Any]]
    after: str
    """Where the next page begins; empty on the last."""


def places(services: Services, owner_digest: str) -> list[tuple[Blobs, str]]:
    """Containers, and how the names of a user's blobs begin there."""
    jobs = services.store.jobs
    own = [(jobs, f"{names.FEEDBACK}{owner_digest}/"), (jobs, f"{names.SHOWN}{owner_digest}/")]
    return own + [(blobs, f"{prefix}{owner_digest}") for blobs, prefix in services.personal]


def other_data(services: Services, owner: str, last: str) -> OtherData | None:
    """The page past `last`, the first one if it is empty; None if that is no place of ours."""
    found = _PLACE.fullmatch(last or "0/")
    all_places = places(services, digest(owner))
    if found is None or int(found[1]) >= len(all_places):
        return None
    place, name, offset = int(found[1]), found[2], int(found[3] or 0)
    blobs, prefix = all_places[place]
    if offset:
        shown, _, rest = _lines(blobs, prefix + name, offset)
        return OtherData(shown, f"{place}/{name}@{rest}" if rest else f"{place}/{name}")
    found_there = _page(blobs, prefix, name)
    if found_there.after:
        return OtherData(found_there.blobs, f"{place}/{found_there.after}")
    more = place + 1 < len(all_places)
    return OtherData(found_there.blobs, f"{place + 1}/" if more else "")


def _page(blobs: Blobs, prefix: str, last: str) -> OtherData:
    """The blobs past `last`; `after` has no place before it."""
    listed = blobs.names(prefix, after=prefix + last if last else "", limit=MOST_BLOBS)
    shown: list[dict[str, Any]] = []
    size = 0
    for full in listed:
        name = full.removeprefix(prefix)
        if full.endswith(".png"):
            shown.append({"blob": full, "lines": []})
            continue
        lines, read, rest = _lines(blobs, full, 0)
        shown += lines
        size += read
        if rest:
            return OtherData(shown, f"{name}@{rest}")
        if size >= MOST_BYTES:
            return OtherData(shown, name)
    return OtherData(shown, listed[-1].removeprefix(prefix) if len(listed) == MOST_BLOBS else "")


def _lines(blobs: Blobs, name: str, offset: int) -> tuple[list[dict[str, Any]], int, int]:
    """The lines from `offset` on, how many bytes they have, and where the rest begins, or 0."""
    try:
        data = blobs.read_range(name, offset, MOST_BYTES)
    except Missing:  # it is being removed
        return [], 0, 0
    rest = 0
    if len(data) == MOST_BYTES:
        data = data[: data.rfind(b"\n") + 1] or data
        rest = offset + len(data)
    lines = [_value(line) for line in data.splitlines() if line]
    return [{"blob": name, "lines": lines}], len(data), rest


def _value(line: bytes) -> Any:
    try:
        return wire.decode(line)
    except msgspec.DecodeError:
        return line.decode("utf-8", "replace")
