"""Blobs that hold one record each: one place that knows a kind's name, type, encoding and version.

Whether a missing blob is an error or an answer is the caller's choice of method: `read` raises
Missing, `find` gives None.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from undertone.errors import Missing
from undertone.ports import Blobs
from undertone.records import StoredRecord
from undertone.versions import decode_record


class WithETag[R](NamedTuple):
    """A record, and the ETag that stands for exactly this content of its blob."""

    record: R
    etag: str


@dataclass(frozen=True)
class RecordBlobs[**Key, R: StoredRecord]:
    """All blobs of one kind. Every method takes the parts of the blob's name last."""

    blobs: Blobs
    name: Callable[Key, str]
    type: type[R]

    def read(self, *key: Key.args, **named: Key.kwargs) -> R:
        """Raises Missing, NewerVersion."""
        return decode_record(self.blobs.read(self.name(*key, **named)), self.type)

    def find(self, *key: Key.args, **named: Key.kwargs) -> R | None:
        """The record, or None where its absence is an answer. Raises NewerVersion."""
        try:
            return self.read(*key, **named)
        except Missing:
            return None

    def find_with_etag(self, *key: Key.args, **named: Key.kwargs) -> WithETag[R] | None:
        """The record and its ETag, or None if there is none. Raises NewerVersion."""
        try:
            data, etag = self.blobs.read_versioned(self.name(*key, **named))
        except Missing:
            return None
        return WithETag(decode_record(data, self.type), etag)

    def write(self, record: R, *key: Key.args, **named: Key.kwargs) -> None:
        """Create or overwrite."""
        self.blobs.write(self.name(*key, **named), msgspec.json.encode(record))

    def create(self, record: R, *key: Key.args, **named: Key.kwargs) -> bool:
        """Create if it is not there. False, and untouched, if it is.

        False also for what this process wrote itself, where the answer was lost (see `replace`):
        who goes on only if he was first must read what stands.
        """
        return self.blobs.create(self.name(*key, **named), msgspec.json.encode(record))

    def create_or_read(self, record: R, *key: Key.args, **named: Key.kwargs) -> R:
        """The record that stands: `record`, or the one that was there before it."""
        return record if self.create(record, *key, **named) else self.read(*key, **named)

    def replace(self, record: R, etag: str, *key: Key.args, **named: Key.kwargs) -> bool:
        """Overwrite if it is still the one with `etag`. False if it changed or is gone.

        True also where `record` stands although storage said no: the answer to a write was lost,
        the client wrote again, and met what it had written itself. Where two could write equal
        records and only one may go on, a field must tell their writers apart.
        """
        name, data = self.name(*key, **named), msgspec.json.encode(record)
        if self.blobs.replace(name, data, etag):
            return True
        try:
            return self.blobs.read_versioned(name).data == data
        except Missing:
            return False

    def remove(self, *key: Key.args, **named: Key.kwargs) -> None:
        """Delete it if it is there."""
        self.blobs.remove(self.name(*key, **named))

    def remove_if(self, etag: str, *key: Key.args, **named: Key.kwargs) -> bool:
        """Delete it if it is still the one with `etag`. False if it changed or is gone."""
        return self.blobs.remove_if(self.name(*key, **named), etag)
