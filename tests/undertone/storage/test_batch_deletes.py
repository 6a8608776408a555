"""What a batch of deletions answers in the cloud, where it does otherwise than the emulator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from tests.fakes.storage_server import Asked, Told, serving
from undertone.errors import Transient
from undertone.ports import Blobs
from undertone.storage.account import Account

SUBREQUEST = re.compile(rb"Content-ID: (\d+).*?DELETE /account/jobs/([^\s?]+)", re.DOTALL)


@dataclass
class Service:
    """Answers each deletion of a batch with the blob's status; 404 where only blocks are staged."""

    statuses: dict[str, int] = field(default_factory=dict)
    staged: list[str] = field(default_factory=list)
    busy: int = 0
    """How many batches are answered with 503 first."""
    batches: list[int] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Told:
        if "comp=batch" in asked.path:
            return self._batch(SUBREQUEST.findall(asked.body))
        if "comp=list" in asked.path:
            return Told(200, self._listing(), headers={"Content-Type": "application/xml"})
        if asked.method == "DELETE":
            self.staged.remove(asked.path.partition("/jobs/")[2])
            return Told(202)
        return Told(201)

    def _batch(self, parts: list[tuple[bytes, bytes]]) -> Told:
        self.batches.append(len(parts))
        if len(self.batches) <= self.busy:
            return Told(503, code="ServerBusy")
        lines = [
            f"--x\r\nContent-Type: application/http\r\nContent-ID: {number.decode()}\r\n\r\n"
            f"HTTP/1.1 {self.statuses.get(name.decode(), 202)} Said\r\n\r\n\r\n"
            for number, name in parts
        ]
        kind = {"Content-Type": "multipart/mixed; boundary=x"}
        return Told(202, ("".join(lines) + "--x--").encode(), headers=kind)

    def _listing(self) -> bytes:
        facts = "<Properties><BlobType>BlockBlob</BlobType></Properties>"
        blobs = "".join(f"<Blob><Name>{name}</Name>{facts}</Blob>" for name in self.staged)
        return f"<EnumerationResults><Blobs>{blobs}</Blobs></EnumerationResults>".encode()


@contextmanager
def blobs_of(service: Service) -> Iterator[Blobs]:
    with serving(service) as storage:
        account = Account.connect(storage)
        yield account.blobs("jobs")
        account.close()


def test_those_that_cannot_be_deleted_are_named() -> None:
    service = Service({"leased": 412, "denied": 403, "gone": 404, "slow": 503})
    with blobs_of(service) as blobs:
        names = ["a", "leased", "b", "gone", "denied", "slow", "c"]
        assert blobs.remove_many(names) == ["leased", "denied", "slow"]


def test_staged_blocks_without_a_blob_go_too() -> None:
    service = Service({"staged": 404}, ["staged"])
    with blobs_of(service) as blobs:
        assert blobs.remove_many(["a", "staged"]) == []
    assert service.staged == []


def test_a_request_holds_as_many_as_the_service_takes() -> None:
    service = Service()
    with blobs_of(service) as blobs:
        assert blobs.remove_many([f"b{number}" for number in range(600)]) == []
    assert service.batches == [256, 256, 88]


def test_a_batch_is_tried_again() -> None:
    service = Service(busy=1)
    with blobs_of(service) as blobs:
        assert blobs.remove_many(["a", "b"]) == []
    assert service.batches == [2, 2]


def test_a_batch_that_is_refused_fails() -> None:
    service = Service(busy=100)
    with blobs_of(service) as blobs, pytest.raises(Transient, match="503 ServerBusy for a and"):
        blobs.remove_many(["a", "b"])
