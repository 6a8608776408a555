"""JSON of any size as Python values, without ever holding all of it.

A value of up to 256 KiB is decoded at once. Of a larger one only the frame is: an object with its
fields, in which a long list is a `LazyList` that decodes its elements while they are asked for.
Every byte is looked at a few times, whatever the nesting.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from functools import cache
from typing import Any

from undertone import wire
from undertone.limits import MAX_COLUMNS, MAX_TEXT, too_many_columns

AT_ONCE = 256 * 1024
"""Bytes of JSON that are decoded together; as Python values they may take forty times as much."""
_MAX_DEPTH = 500
_MAX_FRAMES = 8
"""Large objects within one another of which the frames are seen."""
_MAX_PLAIN = 6 * MAX_TEXT
r"""Bytes of a text or a number; `\uXXXX` has six."""

_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_NESTED = b""
for _ in range(5):  # containers of up to so many levels are passed over by one match
    _NESTED = (
        rb'[\[{](?:[^"\[\]{}]++|' + _STRING + (b"|" + _NESTED if _NESTED else b"") + rb")*+[\]}]"
    )
_SCALAR = rb'[^\s,:\[\]{}"]++'

_SPACE = rb"\s*+"
_ELEMENTS = rb"(?:\s*+(?:" + _STRING + b"|" + _NESTED + b"|" + _SCALAR + rb")\s*+,)*+"
_FLAT = rb'(?:[^"\[\]{}]++|' + _STRING + b"|" + _NESTED + rb")*+"
_PLAIN = _STRING + b"|" + _SCALAR
_NAME = rb"\s*+(" + _STRING + rb")\s*+:\s*+"


@cache
def _pattern(source: bytes) -> re.Pattern[bytes]:
    return re.compile(source, re.DOTALL)  # takes milliseconds, which no cold start should pay


class BrokenJson(ValueError):  # noqa: N818 - reads as what it is
    """What was looked at is no JSON."""


class LazyList:
    """A long list; each iteration decodes it anew and raises BrokenJson where it is none."""

    def __init__(self, source: _Source, start: int) -> None:
        self._source = source
        self._start = start

    def __iter__(self) -> Iterator[Any]:
        source, data = self._source, self._source.data
        place = source.after_space(self._start + 1)
        if data[place : place + 1] == b"]":
            return
        while True:
            end = source.end_of_elements(place)
            if end > place:
                yield from _decode(b"[" + data[place : end - 1] + b"]")
            start = source.after_space(end)
            end = source.end_of_value(start)
            yield source.frame(start, end)
            place = source.after_space(end)
            if data[place : place + 1] == b"]":
                return
            if data[place : place + 1] != b",":
                raise BrokenJson(f"no valid JSON near byte {place:,}")
            place += 1


def read(data: bytes, start: int = 0, end: int | None = None, *, at_once: int = AT_ONCE) -> Any:
    """The JSON value in `data`, or in its bytes from `start` to `end`.

    `at_once`: bytes that are decoded together. Raises BrokenJson for what is seen to be none;
    what is wrong within a long list is only seen when that place is asked for. Raises Rejected
    for a large object of too many fields.
    """
    end = len(data) if end is None else end
    if end - start <= at_once:
        return _decode(data[start:end])
    if data.startswith(BOM_UTF8, start):
        start += len(BOM_UTF8)
    return _Source(data, at_once).outermost(start, end)


def _decode(data: bytes) -> Any:
    try:
        return wire.decode_lenient(data)
    except ValueError as error:
        raise BrokenJson(str(error)) from None


class _Source:
    """Bytes of JSON, and where their large parts end."""

    def __init__(self, data: bytes, at_once: int) -> None:
        self.data = data
        self._at_once = at_once
        self._left = 0
        """Bytes of containers that may still be decoded in the frame at hand: all frames within
        one another together hold four times as much as is decoded at once."""
        self._ends: dict[int, int] = {}
        """Start → end of containers that are too large to be decoded at once, as far as known."""

    def outermost(self, start: int, limit: int) -> Any:
        """The one value from `start` to `limit`."""
        start = self.after_space(start)
        end = self.end_of_value(start)
        if self.after_space(end) < limit:
            raise BrokenJson(f"no valid JSON: there is more after byte {end:,}")
        return self.frame(start, end)

    def frame(self, start: int, end: int) -> Any:
        """As `view`, of a value that is in no frame yet."""
        self._left = 4 * self._at_once
        return self.view(start, end)

    def view(self, start: int, end: int, depth: int = _MAX_FRAMES) -> Any:
        """The value from `start` to `end`: decoded, or the frame of a large one.

        Of large objects within one another `depth` are seen; a further one becomes None.
        """
        first = self.data[start : start + 1]
        is_large = end - start > self._at_once
        if is_large and first == b"[":
            return LazyList(self, start)
        if is_large and first == b"{":
            return dict(self._fields(start, depth - 1)) if depth else None
        if end - start > _MAX_PLAIN:
            raise BrokenJson(
                f"one text of the JSON has {end - start:,} bytes, at most {_MAX_PLAIN:,} are read"
            )
        return _decode(self.data[start:end])

    def _fields(self, start: int, depth: int) -> Iterator[tuple[str, Any]]:
        """Names and values of a large object, in which `depth` large ones may stand."""
        place = self.after_space(start + 1)
        if self.data[place : place + 1] == b"}":
            return
        for number in range(MAX_COLUMNS + 1):
            if number == MAX_COLUMNS:
                raise too_many_columns(f"more than {MAX_COLUMNS:,}")
            name = _pattern(_NAME).match(self.data, place)
            if name is None:
                raise BrokenJson(f"no valid JSON near byte {place:,}")
            end = self.end_of_value(name.end())
            yield self.view(*name.span(1)), self._field(name.end(), end, depth)
            place = self.after_space(end)
            if self.data[place : place + 1] == b"}":
                return
            if self.data[place : place + 1] != b",":
                raise BrokenJson(f"no valid JSON near byte {place:,}")
            place += 1

    def _field(self, start: int, end: int, depth: int) -> Any:
        size, first = end - start, self.data[start : start + 1]
        if first not in {b"[", b"{"} or size > self._at_once:
            return self.view(start, end, depth)
        if size > self._left:
            return LazyList(self, start) if first == b"[" else None
        self._left -= size
        return _decode(self.data[start:end])

    def after_space(self, place: int) -> int:
        match = _pattern(_SPACE).match(self.data, place)
        return match.end() if match else place

    def end_of_elements(self, place: int) -> int:
        """Where the elements of a list end that can be decoded at once, with their last comma."""
        match = _pattern(_ELEMENTS).match(
            self.data, place, min(len(self.data), place + self._at_once)
        )
        return match.end() if match else place

    def end_of_value(self, start: int) -> int:
        """Where the value that begins at `start` ends."""
        if self.data[start : start + 1] in {b"[", b"{"}:
            return self._ends.get(start) or self._end_of_container(start)
        plain = _pattern(_PLAIN).match(self.data, start)
        if plain is None:
            raise BrokenJson(f"no valid JSON near byte {start:,}")
        return plain.end()

    def _end_of_container(self, start: int) -> int:
        opened = [start]
        place = start + 1
        while opened:
            flat = _pattern(_FLAT).match(self.data, place)
            place = flat.end() if flat else place
            bracket = self.data[place : place + 1]
            if bracket in {b"[", b"{"}:
                opened.append(place)
                if len(opened) > _MAX_DEPTH:
                    raise BrokenJson("JSON nested too deep")
            elif bracket in {b"]", b"}"}:
                began = opened.pop()
                if place - began > self._at_once:
                    self._ends[began] = place + 1
            else:
                raise BrokenJson("no valid JSON: it ends too soon")
            place += 1
        return place
