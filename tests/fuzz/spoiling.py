"""Changes of inputs that chance alone would hardly make: JSON that stays JSON, and long runs."""

from __future__ import annotations

import json
import random
from typing import Any

from tests.fuzz.parts import SEPARATOR

STRANGE: tuple[object, ...] = (
    None, True, False, "", "12", "x", "\ud800", "\x00", "&#0;<p>", [], {}, [None, [], {}, 3],
    -1, 0, 10**9, 10**12, 10**17, 10**30, 10**400, -(10**17), 1.5, 1e300, -1e300, float("nan"),
)  # fmt: skip


def spoilt(data: bytes, seed: int) -> bytes | None:
    """`data` with one place of the JSON in one of its parts changed; None if there is no JSON."""
    chance = random.Random(seed)
    parts = data.split(SEPARATOR)
    number = chance.randrange(len(parts))
    head, blank, body = parts[number].rpartition(b"\n\n")
    try:
        value = json.loads(body)
        if not (places := _places(value)):
            return None
        holder, key = chance.choice(places)
        _spoil(holder, key, places, chance)
        written = json.dumps(value, ensure_ascii=chance.random() < 0.8)
        parts[number] = head + blank + written.encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):
        return None
    return SEPARATOR.join(parts)


def blown_up(data: bytes, seed: int, longest: int) -> bytes:
    """`data` with a piece of a few bytes repeated, up to `longest` bytes: for limits, and for work
    that grows faster than the input."""
    chance = random.Random(seed)
    start = chance.randrange(len(data) + 1)
    piece = data[start : start + chance.randrange(1, 9)] or b"9"
    times = chance.choice((10, 100, 1000, longest)) // len(piece) + 1
    room = longest - len(data)
    return data[:start] + (piece * times)[: max(room, 0)] + data[start:]


Place = tuple[Any, Any]
"""An object or array, and the name or index of a value in it."""


def _spoil(holder: Any, key: Any, places: list[Place], chance: random.Random) -> None:
    what = chance.randrange(6)
    if what == 0:
        del holder[key]
    elif what == 1:
        other, place = chance.choice(places)
        holder[key] = json.loads(json.dumps(other[place]))
    elif what == 2 and isinstance(holder, list):
        holder.append(holder[key])
    elif what == 3 and isinstance(holder[key], str):
        holder[key] = holder[key] * chance.randrange(1, 30)
    elif what == 4:
        holder[key] = [holder[key]]
    else:
        holder[key] = chance.choice(STRANGE)


def _places(value: object) -> list[Place]:
    """Every place in `value` where something else could stand."""
    found: list[Place] = []
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, dict):
            found += [(inner, key) for key in inner]
            waiting += inner.values()
        elif isinstance(inner, list):
            found += [(inner, index) for index in range(len(inner))]
            waiting += inner
    return found
