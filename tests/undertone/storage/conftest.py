"""Both implementations of the storage ports, for one suite."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from azure.storage.blob import BlobServiceClient

from undertone.ports import Blobs
from undertone.settings import StorageSettings
from undertone.storage.account import Account
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


@pytest.fixture(params=["memory", pytest.param("azurite", marks=pytest.mark.azurite)])
def blobs(request: pytest.FixtureRequest) -> Blobs:
    """An empty container."""
    if request.param == "memory":
        return MemoryBlobs()
    container = f"c{uuid.uuid4().hex}"
    request.getfixturevalue("service").create_container(container)
    made: Blobs = request.getfixturevalue("account").blobs(container)
    return made
