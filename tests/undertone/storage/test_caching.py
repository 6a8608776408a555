"""What is remembered of a container, and what never is."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient

from undertone.errors import Missing
from undertone.storage.azure_blobs import AzureBlobs
from undertone.storage.caching import RememberingBlobs

pytestmark = pytest.mark.azurite


@pytest.fixture
def container(azurite: str) -> Iterator[ContainerClient]:
    with BlobServiceClient.from_connection_string(azurite) as service:
        yield service.create_container(f"r{uuid.uuid4().hex}")


def remembering(container: ContainerClient, most_bytes: int = 1000) -> RememberingBlobs:
    return RememberingBlobs(
        container, never_changes=lambda name: name.startswith("fixed/"), most_bytes=most_bytes
    )


def test_what_never_changes_is_read_once(container: ContainerClient) -> None:
    blobs, others = remembering(container), AzureBlobs(container)
    others.write("fixed/a", b"first")
    others.write("other", b"first")
    assert (blobs.read("fixed/a"), blobs.read("other")) == (b"first", b"first")
    others.write("fixed/a", b"second")
    others.write("other", b"second")
    assert (blobs.read("fixed/a"), blobs.read("other")) == (b"first", b"second")


def test_absence_is_not_remembered(container: ContainerClient) -> None:
    blobs = remembering(container)
    with pytest.raises(Missing):
        blobs.read("fixed/a")
    blobs.create("fixed/a", b"here")
    assert blobs.read("fixed/a") == b"here"


def test_what_is_removed_here_is_forgotten(container: ContainerClient) -> None:
    blobs = remembering(container)
    blobs.create("fixed/a", b"here")
    blobs.read("fixed/a")
    blobs.remove("fixed/a")
    with pytest.raises(Missing):
        blobs.read("fixed/a")


def test_memory_is_bounded_and_the_oldest_goes(container: ContainerClient) -> None:
    blobs, others = remembering(container, most_bytes=80), AzureBlobs(container)
    names = [f"fixed/{letter}" for letter in "abcdefghi"]
    for name in names:
        others.write(name, b"x" * 10)
        blobs.read(name)
        others.write(name, b"changed")
    assert [blobs.read(name) for name in names[1:]] == [b"x" * 10] * 8
    assert blobs.read(names[0]) == b"changed"


def test_what_was_created_here_is_not_read_at_all(container: ContainerClient) -> None:
    blobs, others = remembering(container), AzureBlobs(container)
    assert blobs.create("fixed/a", b"0123456789")
    others.write("fixed/a", b"changed")
    assert blobs.read("fixed/a") == b"0123456789"
    assert blobs.read_range("fixed/a", 2, 3) == b"234"
    assert blobs.read_range("fixed/a", 8) == b"89"


def test_what_another_created_first_is_read(container: ContainerClient) -> None:
    blobs, others = remembering(container), AzureBlobs(container)
    others.write("fixed/a", b"theirs")
    assert not blobs.create("fixed/a", b"ours")
    assert blobs.read("fixed/a") == b"theirs"


def test_what_changes_is_not_kept_when_created(container: ContainerClient) -> None:
    blobs, others = remembering(container), AzureBlobs(container)
    blobs.create("other", b"first")
    others.write("other", b"second")
    assert blobs.read_range("other", 0, 3) == b"sec"


def test_a_large_blob_does_not_push_out_all_others(container: ContainerClient) -> None:
    blobs, others = remembering(container, most_bytes=80), AzureBlobs(container)
    blobs.create("fixed/small", b"small")
    blobs.create("fixed/large", b"x" * 11)
    others.write("fixed/small", b"changed")
    others.write("fixed/large", b"changed")
    assert blobs.read("fixed/small") == b"small"
    assert blobs.read("fixed/large") == b"changed"
