"""What the emulator is asked otherwise than Azure; the contract suite runs over it too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient

from undertone.storage.azurite_blobs import AzuriteBlobs

pytestmark = pytest.mark.azurite


@pytest.fixture
def requests() -> list[str]:
    """The methods of the requests that were made through `watched`."""
    return []


@pytest.fixture
def watched(
    azurite: str, container: ContainerClient, requests: list[str]
) -> Iterator[ContainerClient]:
    def record(request: Any) -> None:
        requests.append(request.http_request.method)

    with BlobServiceClient.from_connection_string(azurite, raw_request_hook=record) as service:
        yield service.get_container_client(container.container_name)


def test_blocks_are_counted_only_where_their_number_is_used(
    watched: ContainerClient, requests: list[str]
) -> None:
    blobs = AzuriteBlobs(watched, is_counted=lambda name: name == "barrier")
    for name in ("barrier", "progress"):
        blobs.create_append(name)
    requests.clear()
    assert [blobs.append("barrier", b"x\n") for _ in range(2)] == [1, 2]
    assert requests == ["PUT", "HEAD", "PUT", "HEAD"]
    requests.clear()
    assert [blobs.append("progress", b"x\n") for _ in range(2)] == [1, 2]
    assert requests == ["PUT", "PUT"]


def test_by_default_all_are_counted(watched: ContainerClient, requests: list[str]) -> None:
    blobs = AzuriteBlobs(watched)
    blobs.create_append("log")
    requests.clear()
    blobs.append("log", b"x\n")
    assert requests == ["PUT", "HEAD"]
