"""Signed links read one blob, for a while, and nothing else."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobServiceClient, ContainerClient, UserDelegationKey

from undertone.errors import Transient
from undertone.storage.account import Account
from undertone.storage.links import SignedLinks

NAME = "Frühling “1”.csv"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def results(container: ContainerClient) -> str:
    """Name of a container with two files of a job."""
    container.upload_blob("job/posts.csv", b"row\r\n1\r\n")
    container.upload_blob("job/comments.jsonl", b"{}\n")
    return container.container_name


def ask(method: str, link: str) -> requests.Response:
    headers = {"x-ms-blob-type": "BlockBlob"} if method == "PUT" else {}
    return requests.request(method, link, headers=headers, timeout=10)


@pytest.mark.azurite
def test_a_link_reads_its_blob_as_a_download(account: Account, results: str) -> None:
    link = account.links(results, now).read_link("job/posts.csv", file_name=NAME, minutes=5)
    answer = ask("GET", link)
    assert (answer.status_code, answer.content) == (200, b"row\r\n1\r\n")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"Fr_hling _1_.csv\"; filename*=UTF-8''"
        "Fr%C3%BChling%20%E2%80%9C1%E2%80%9D.csv"
    )


@pytest.mark.azurite
def test_json_lines_have_their_own_type(account: Account, results: str) -> None:
    link = account.links(results, now).read_link("job/comments.jsonl", file_name="x", minutes=5)
    assert ask("GET", link).headers["Content-Type"] == "application/x-ndjson"


@pytest.mark.azurite
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_link_only_reads(
    account: Account, results: str, service: BlobServiceClient, method: str
) -> None:
    link = account.links(results, now).read_link("job/posts.csv", file_name=NAME, minutes=5)
    assert ask(method, link).status_code == 403
    kept = service.get_blob_client(results, "job/posts.csv").download_blob().readall()
    assert kept == b"row\r\n1\r\n"


@pytest.mark.azurite
def test_a_link_reads_no_other_blob(account: Account, results: str) -> None:
    link = account.links(results, now).read_link("job/posts.csv", file_name=NAME, minutes=5)
    assert ask("GET", link.replace("posts.csv?", "comments.jsonl?")).status_code == 403
    listing = link.replace("/job/posts.csv?", "?restype=container&comp=list&")
    assert ask("GET", listing).status_code == 403


@pytest.mark.azurite
def test_a_link_ends(account: Account, results: str) -> None:
    links = account.links(results, lambda: now() - timedelta(minutes=5, seconds=1))
    link = links.read_link("job/posts.csv", file_name=NAME, minutes=5)
    assert ask("GET", link).status_code == 403


class Delegating:
    """A service that is reached with an identity: it has no account key, and hands out keys."""

    account_name = "acct"
    scheme = "https"
    credential = SimpleNamespace()

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses = refuses
        self.asked: list[tuple[datetime, datetime]] = []

    def get_user_delegation_key(self, start: datetime, end: datetime) -> Any:
        if self.refuses:
            raise HttpResponseError("403")
        self.asked.append((start, end))
        key = cast("Any", UserDelegationKey)()
        key.signed_oid = key.signed_tid = str(uuid.UUID(int=1))
        key.signed_start = start.strftime("%Y-%m-%dT%H:%M:%SZ")
        key.signed_expiry = end.strftime("%Y-%m-%dT%H:%M:%SZ")
        key.signed_service, key.signed_version = "b", "2025-01-05"
        key.value = "c2VjcmV0"
        return key

    def get_blob_client(self, container: str, name: str) -> Any:
        return SimpleNamespace(url=f"https://acct.blob.core.windows.net/{container}/{name}")


class Hours:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 20, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def delegated(service: Delegating, clock: Hours) -> SignedLinks:
    return SignedLinks(cast("BlobServiceClient", service), "results", clock)


def test_without_an_account_key_the_service_lends_one() -> None:
    service, clock = Delegating(), Hours()
    link = delegated(service, clock).read_link("j/posts.csv", file_name="p.csv", minutes=15)
    address, query = urlsplit(link), parse_qs(urlsplit(link).query)
    assert address.path == "/results/j/posts.csv"
    assert (query["sp"], query["sr"], query["spr"]) == (["r"], ["b"], ["https"])
    assert query["se"] == ["2026-11-21T20:15:00Z"]
    assert query["skoid"] == [str(uuid.UUID(int=1))]


def test_a_lent_key_serves_until_a_link_would_outlive_it() -> None:
    service, clock = Delegating(), Hours()
    links = delegated(service, clock)
    for minutes in (0, 30, 60):
        clock.now = datetime(2026, 11, 21, 20, tzinfo=UTC) + timedelta(minutes=minutes)
        links.read_link("j/posts.csv", file_name="p.csv", minutes=15)
    assert len(service.asked) == 1
    clock.now += timedelta(minutes=1)
    links.read_link("j/posts.csv", file_name="p.csv", minutes=15)
    assert len(service.asked) == 2


@pytest.mark.parametrize("minutes", [1, 90, 1440])
def test_a_lent_key_never_ends_before_its_link(minutes: int) -> None:
    service, clock = Delegating(), Hours()
    links = delegated(service, clock)
    for _ in range(5):
        links.read_link("j/posts.csv", file_name="p.csv", minutes=minutes)
        assert service.asked[-1][1] >= clock.now + timedelta(minutes=minutes)
        clock.now += timedelta(minutes=40)


def test_without_the_role_it_says_which_is_missing() -> None:
    with pytest.raises(Transient, match="Storage Blob Delegator"):
        delegated(Delegating(refuses=True), Hours()).read_link(
            "j/posts.csv", file_name="p.csv", minutes=15
        )
