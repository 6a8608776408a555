"""The form of fuzzing inputs that are more than one value: like HTTP, so that editors show them.

status: 200
retry-after: 5

{"items": []}
%%
status: 404
"""

from __future__ import annotations

from typing import NamedTuple

SEPARATOR = b"\n%%\n"


class Part(NamedTuple):
    """Named fields, and the bytes below them."""

    fields: dict[str, str]
    body: bytes


def read_parts(data: bytes) -> list[Part]:
    """The parts of `data`, at least one. Bytes are Latin-1 in fields; a repeated name counts
    once."""
    return [_part(part) for part in data.split(SEPARATOR)]


def _part(data: bytes) -> Part:
    head, _, body = data.partition(b"\n\n")
    lines = (line.partition(b":") for line in head.split(b"\n"))
    fields = {name.decode("latin-1").strip().lower(): value for name, _, value in lines}
    return Part({name: value.decode("latin-1").strip() for name, value in fields.items()}, body)
