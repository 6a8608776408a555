"""The implementations of `Blobs` that the contract suite is run over, and the emulator."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient

from undertone.ports import Blobs
from undertone.settings import StorageSettings
from undertone.storage.account import Account
from undertone.storage.caching import BlobCache, CachingBlobs
from undertone.storage.memory import MemoryBlobs


@pytest.fixture(scope="session")
def service(azurite: str) -> Iterator[BlobServiceClient]:
    """The emulator, asked directly."""
    with BlobServiceClient.from_connection_string(azurite) as client:
        yield client


@pytest.fixture(scope="session")
def account(azurite: str) -> Account:
    """The emulator, as the app reaches it."""
    return Account.connect(StorageSettings(connection=azurite))


@pytest.fixture
def container(service: BlobServiceClient) -> ContainerClient:
    """An empty container of the emulator."""
    return service.create_container(f"c{uuid.uuid4().hex}")


@pytest.fixture(params=["memory", "caching", pytest.param("azurite", marks=pytest.mark.azurite)])
def blobs(request: pytest.FixtureRequest) -> Blobs:
    """An empty container.

    The cache is told that every blob is immutable: the contract must hold all the same.
    """
    if request.param == "memory":
        return MemoryBlobs()
    if request.param == "caching":
        return CachingBlobs(MemoryBlobs(), is_immutable=lambda _: True, cache=BlobCache())
    container: ContainerClient = request.getfixturevalue("container")
    account: Account = request.getfixturevalue("account")
    return account.blobs(container.container_name)
