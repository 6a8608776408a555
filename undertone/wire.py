"""JSON to records: the one place where msgspec is told of a type.

msgspec builds its table of a record's fields when the type is first decoded, and shows the table
to other threads before it is filled. Two threads that meet a nested type for the first time at the
same moment, as happens in every cold start, can so end the process with a segmentation fault (seen
with msgspec 0.22.0 on Python 3.13). Here the tables are built by one thread at a time; after
that nothing is locked.
"""

from __future__ import annotations

import json
import threading
from typing import Any, overload

import msgspec

from undertone.text import without_surrogates

_building = threading.Lock()
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


@overload
def decode(data: bytes | str) -> Any: ...
@overload
def decode[T](data: bytes | str, kind: type[T]) -> T: ...
def decode(data: bytes | str, kind: Any = Any) -> Any:
    """One JSON value as a `kind`. Raises msgspec.DecodeError, or its ValidationError."""
    try:
        return _decoder(kind).decode(data)
    except UnicodeDecodeError as error:  # msgspec lets it through from within texts
        raise msgspec.DecodeError(f"JSON is malformed: {error}") from None


def decode_lenient(data: bytes) -> Any:
    """The JSON value in `data`, which may come from a careless writer.

    Bad UTF-8 and lone surrogates become U+FFFD; NaN and infinities become null. Raises ValueError
    for what is no JSON or is nested too deep.
    """
    try:
        return decode(data)
    except (msgspec.DecodeError, UnicodeError):
        return _decode_repaired(data)
    except RecursionError:
        raise ValueError("JSON nested too deep") from None


def _decode_repaired(data: bytes) -> Any:
    """The slow way, for text that msgspec refuses: its Struct strings hold valid Unicode only."""
    try:
        value = json.loads(data.decode("utf-8-sig", "replace"), parse_constant=lambda _: None)
        return decode(without_surrogates(json.dumps(value, ensure_ascii=False)))
    except (msgspec.DecodeError, ValueError):
        raise ValueError("no valid JSON") from None
    except RecursionError:
        raise ValueError("JSON nested too deep") from None


def decode_lines[T](data: bytes | str, kind: type[T]) -> list[T]:
    """One JSON value a line. Raises as `decode` does."""
    try:
        return _decoder(kind).decode_lines(data)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(f"JSON is malformed: {error}") from None


def convert[T](value: object, kind: type[T], *, strict: bool = True) -> T:
    """Decoded JSON as a `kind`; with `strict` False numbers and truth values may be text.

    Raises msgspec.ValidationError.
    """
    _decoder(kind)
    return msgspec.convert(value, kind, strict=strict)


def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    found = _decoders.get(kind)
    if found is None:
        with _building:
            found = _decoders.setdefault(kind, msgspec.json.Decoder(kind))
    return found
