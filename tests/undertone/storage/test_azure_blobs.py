"""What blobs on Azure Storage do beyond the contract suite."""

from __future__ import annotations

import uuid

import pytest
from azure.storage.blob import ContainerClient

from undertone.errors import Transient
from undertone.storage.account import Account
from undertone.storage.azure_blobs import AzureBlobs

pytestmark = pytest.mark.azurite


def test_a_container_that_is_not_there_is_no_job_that_is_gone(account: Account) -> None:
    nowhere = account.blobs(f"c{uuid.uuid4().hex}")
    for call in (lambda: nowhere.read("blob"), lambda: nowhere.create("blob", b"")):
        with pytest.raises(Transient, match="container of blob does not exist"):
            call()


def test_files_keep_their_content_type(container: ContainerClient) -> None:
    blobs = AzureBlobs(container)
    blobs.write("written", b"1", "text/csv; charset=utf-8")
    blobs.stage("staged", "01", b"1")
    blobs.commit("staged", ["01"], "application/x-ndjson")
    types = {blob.name: blob.content_settings.content_type for blob in container.list_blobs()}
    assert types == {"written": "text/csv; charset=utf-8", "staged": "application/x-ndjson"}


def test_the_answer_to_an_append_has_the_count(container: ContainerClient) -> None:
    """Azurite's is right as long as no two appends meet."""
    blobs = AzureBlobs(container)
    blobs.create_append("log")
    assert [blobs.append("log", b"x\n") for _ in range(3)] == [1, 2, 3]
