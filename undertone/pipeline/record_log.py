"""Append blobs of records, a line each, that have room for ever.

The service takes 50,000 blocks in an append blob. A log whose blob is full goes on in a further
one, its next *part*, which exists from then on. A part that is full never changes again and only
then has a successor; so the parts, read one after the other, are one sequence of bytes to which
bytes are only ever added, and a position in it means the same to every reader at any time.
docs/decisions/0001-fan-in.md argues with that.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from undertone.errors import Full, Missing
from undertone.pipeline import names
from undertone.ports import MAX_APPENDS, Blobs
from undertone.records import StoredRecord
from undertone.versions import decode_records

MAX_PARTS = 100
"""Blobs of one log: five million lines, a hundred times what the largest job needs."""


class LogPart[R](NamedTuple):
    """Records of a log, from its beginning, and how many bytes they have."""

    records: list[R]
    size: int


class LogPosition(NamedTuple):
    """How far a log was read: in which of its blobs, and how far in that."""

    part: int = 0
    bytes: int = 0
    lines: int = 0


class NewRecords[R](NamedTuple):
    """What a log has from some position on, and the position behind it."""

    records: list[R]
    end: LogPosition


@dataclass(frozen=True)
class RecordLog[**Key, R: StoredRecord]:
    """All logs of one kind: a record a line, each appended as one block."""

    blobs: Blobs
    name: Callable[Key, str]
    type: type[R]
    max_appends: int = MAX_APPENDS
    """Blocks in one blob; a blob with as many lines may have a next part, others have none."""

    def create(self, *key: Key.args, **named: Key.kwargs) -> bool:
        """Create it, empty. False, and untouched, if it is there."""
        return self.blobs.create_append(self.name(*key, **named))

    def append(self, record: R, *key: Key.args, **named: Key.kwargs) -> int:
        """Append a line; how many there are now.

        Raises Missing if the log was not created, and Full after `MAX_PARTS` blobs.
        """
        name, line = self.name(*key, **named), msgspec.json.encode(record) + b"\n"
        for part in range(MAX_PARTS):
            with suppress(Full):
                return part * self.max_appends + self._append(name, part, line)
        raise Full(name)

    def _append(self, name: str, part: int, line: bytes) -> int:
        blob = names.log_part(name, part)
        try:
            return self.blobs.append(blob, line)
        except Missing:
            if part == 0:
                raise
        self.blobs.create_append(blob)
        return self.blobs.append(blob, line)

    def read(self, *key: Key.args, **named: Key.kwargs) -> LogPart[R]:
        """All of it. Raises Missing, NewerVersion."""
        return self._decoded(self._bytes(self.name(*key, **named)))

    def read_from(self, start: LogPosition, *key: Key.args, **named: Key.kwargs) -> NewRecords[R]:
        """All from `start` on, which is the end of what was read before.

        Raises Missing, NewerVersion.
        """
        name, found = self.name(*key, **named), b""
        part, offset, lines = start
        while True:
            try:
                data = self.blobs.read_range(names.log_part(name, part), offset)
            except Missing:
                if part == 0:
                    raise
                data = b""
            found += data
            offset, lines = offset + len(data), lines + data.count(b"\n")
            if lines < self.max_appends:
                return NewRecords(
                    decode_records(found, self.type), LogPosition(part, offset, lines)
                )
            part, offset, lines = part + 1, 0, 0

    def read_page(
        self, start: LogPosition, most: int, *key: Key.args, **named: Key.kwargs
    ) -> NewRecords[R]:
        """The lines from `start` on that `most` bytes hold; none at the end.

        `most` must hold the longest line. Raises Missing, NewerVersion.
        """
        name, (part, offset, lines) = self.name(*key, **named), start
        try:
            data = self.blobs.read_range(names.log_part(name, part), offset, most)
        except Missing:
            if part == 0:
                raise
            data = b""
        whole = data[: data.rfind(b"\n") + 1]
        if not whole and lines >= self.max_appends:
            return self.read_page(LogPosition(part + 1), most, *key, **named)
        end = LogPosition(part, offset + len(whole), lines + whole.count(b"\n"))
        return NewRecords(decode_records(whole, self.type), end)

    def read_to(self, end: int, *key: Key.args, **named: Key.kwargs) -> LogPart[R]:
        """The first `end` bytes, which were there before. Raises Missing, NewerVersion."""
        name = self.name(*key, **named)
        data, part = self.blobs.read_range(name, 0, end), 0
        while len(data) < end:  # so this part is full
            part += 1
            data += self.blobs.read_range(names.log_part(name, part), 0, end - len(data))
        return self._decoded(data)

    def size(self, *key: Key.args, **named: Key.kwargs) -> int:
        """Bytes so far. Raises Missing."""
        return len(self._bytes(self.name(*key, **named)))

    def has_records(self, *key: Key.args, **named: Key.kwargs) -> bool:
        """Whether there are any. Raises Missing."""
        return bool(self.blobs.read_range(self.name(*key, **named), 0, 1))

    def _bytes(self, name: str) -> bytes:
        # As ranges: others may append meanwhile, and a whole read wants a blob that stands still.
        parts = [self.blobs.read_range(name, 0)]
        while parts[-1].count(b"\n") >= self.max_appends:
            try:
                parts.append(self.blobs.read_range(names.log_part(name, len(parts)), 0))
            except Missing:
                break
        return b"".join(parts)

    def _decoded(self, lines: bytes) -> LogPart[R]:
        return LogPart(decode_records(lines, self.type), len(lines))
