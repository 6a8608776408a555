"""Platforms' answers as typed records: JSON of a shape that may be undocumented or have changed.

Each source describes the fields it uses as msgspec Structs and validates the decoded JSON against
them. The envelope must be valid, else the post fails with the platform's name; of a list's items
each is validated alone, so that one malformed comment does not lose the others.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from undertone import wire
from undertone.errors import Permanent
from undertone.text import excerpt


def validate[T](name: str, value: object, shape: type[T]) -> T:
    """`value` as a `shape`; numbers and booleans may be text. Raises Permanent naming `name`."""
    try:
        return wire.convert(value, shape, strict=False)
    except (msgspec.ValidationError, RecursionError) as error:
        raise malformed(name, str(error)) from None


def validate_each[T](values: Iterable[object], shape: type[T]) -> tuple[list[T], int]:
    """Those of `values` that are a `shape`, in order, and how many are not."""
    valid: list[T] = []
    invalid = 0
    for value in values:
        try:
            valid.append(wire.convert(value, shape, strict=False))
        except (msgspec.ValidationError, RecursionError):
            invalid += 1
    return valid, invalid


def malformed(name: str, detail: str) -> Permanent:
    """The error for an answer that is not what `name`'s documentation promises."""
    return Permanent(
        f"{name} answered in a form that Undertone does not know ({excerpt(detail)}); if other "
        f"posts of {name} fail too, its API has changed"
    )


def note_of_invalid(name: str, count: int) -> str:
    """The note for a page of which `count` items were not valid; empty for none."""
    return f"{count} items of {name}'s answer were not understood" if count else ""
