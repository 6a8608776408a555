"""How an account is reached, and which implementation it gives."""

from __future__ import annotations

import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient

from undertone.settings import StorageSettings
from undertone.storage.account import Account
from undertone.storage.azure_blobs import AzureBlobs
from undertone.storage.azurite_blobs import AzuriteBlobs
from undertone.storage.caching import BlobCache


@pytest.mark.azurite
def test_connecting_makes_the_containers(service: BlobServiceClient, account: Account) -> None:
    containers = {container.name for container in service.list_containers()}
    assert {"jobs", "comments", "results", "models"} <= containers


@pytest.mark.azurite
def test_the_emulator_s_quirks_are_for_the_emulator(account: Account) -> None:
    assert isinstance(account.blobs("jobs"), AzuriteBlobs)


def test_an_identity_reaches_an_account_in_the_cloud_without_quirks() -> None:
    account = Account.connect(
        StorageSettings(
            blob_url="https://acct.blob.core.windows.net",
            queue_url="https://acct.queue.core.windows.net",
        )
    )
    assert type(account.blobs("jobs")) is AzureBlobs


@pytest.mark.azurite
def test_immutable_blobs_are_read_once(account: Account, container: ContainerClient) -> None:
    blobs = account.caching_blobs(
        container.container_name,
        is_immutable=lambda name: name == "fixed",
        is_counted=lambda _: True,
        cache=BlobCache(),
    )
    others = account.blobs(container.container_name)
    for name in ("fixed", "changing"):
        others.write(name, b"first")
        assert blobs.read(name) == b"first"
        others.write(name, b"second")
    assert blobs.read("fixed") == b"first"
    assert blobs.read("changing") == b"second"
