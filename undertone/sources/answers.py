"""What a platform's bytes say: JSON that may be broken or of an undocumented shape.

Each source describes the fields it uses as msgspec Structs and fits the decoded JSON into them:
the envelope must fit (else the post fails with the platform's name), of a list's items each is
fitted alone, so that one odd comment does not lose the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from undertone import wire
from undertone.errors import Permanent


def decode_json(data: bytes) -> Any:
    """The JSON value in `data`. Bad UTF-8 and lone surrogates become U+FFFD. Raises ValueError."""
    try:
        return wire.decode(data)
    except (msgspec.DecodeError, UnicodeError):
        return _decode_broken(data)
    except RecursionError:
        raise ValueError("JSON nested too deep") from None


def _decode_broken(data: bytes) -> Any:
    """The slow way, for text that msgspec refuses: its Struct strings hold valid Unicode only."""
    try:
        value = json.loads(data.decode("utf-8-sig", "replace"), parse_constant=lambda _: None)
        text = json.dumps(value, ensure_ascii=False)
        whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return wire.decode(whole)
    except (msgspec.DecodeError, ValueError):
        raise ValueError("no valid JSON") from None
    except RecursionError:
        raise ValueError("JSON nested too deep") from None


def fit[T](name: str, value: object, shape: type[T]) -> T:
    """`value` as a `shape`; numbers and booleans may be text. Raises Permanent naming `name`."""
    try:
        return wire.convert(value, shape, strict=False)
    except (msgspec.ValidationError, RecursionError) as error:
        raise malformed(name, str(error)) from None


def fit_each[T](values: Iterable[object], shape: type[T]) -> tuple[list[T], int]:
    """Those of `values` that are a `shape`, in order, and how many are not."""
    fitting: list[T] = []
    others = 0
    for value in values:
        try:
            fitting.append(wire.convert(value, shape, strict=False))
        except (msgspec.ValidationError, RecursionError):
            others += 1
    return fitting, others


def malformed(name: str, detail: str) -> Permanent:
    """The error for an answer that is not what `name`'s documentation promises."""
    return Permanent(
        f"{name} answered in a form that Undertone does not know ({excerpt(detail)}); if other "
        f"posts of {name} fail too, its API has changed"
    )


def excerpt(text: str, limit: int = 200) -> str:
    """`text` on one line, printable, cut to `limit` characters: for messages."""
    line = "".join(char if char.isprintable() else " " for char in text)
    line = " ".join(line.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def note_of_misfits(name: str, count: int) -> str:
    """The note for a page of which `count` items did not fit; empty for none."""
    return f"{count} items of {name}'s answer were not understood" if count else ""
