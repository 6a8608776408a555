"""Decode stored records; one that a newer version of the app wrote is told from a broken one."""

from __future__ import annotations

import msgspec

from undertone import wire
from undertone.errors import NewerVersion
from undertone.records import VERSION


class _Version(msgspec.Struct):
    v: int = 0


def decode_record[R](data: bytes, kind: type[R]) -> R:
    """The record in `data`. Raises NewerVersion."""
    try:
        return wire.decode(data, kind)
    except msgspec.ValidationError:
        _check_version(data)
        raise


def decode_records[R](lines: bytes, kind: type[R]) -> list[R]:
    """The records in `lines`, one each. Raises NewerVersion."""
    try:
        return wire.decode_lines(lines, kind)
    except msgspec.ValidationError:
        for line in lines.splitlines():
            _check_version(line)
        raise


def _check_version(data: bytes) -> None:
    version = wire.decode(data, _Version).v
    if version > VERSION:
        raise NewerVersion(f"a newer version of the app wrote this (version {version})")
