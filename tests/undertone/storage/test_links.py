"""Signed links read one blob, for a while, and nothing else."""

from __future__ import annotations

import base64
import hmac
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlencode, urlsplit

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


def changed(link: str, **query: str) -> str:
    """The link with these parameters in its query; an empty one is left out."""
    address, _, text = link.partition("?")
    given = {**{name: values[0] for name, values in parse_qs(text).items()}, **query}
    return f"{address}?{urlencode({name: value for name, value in given.items() if value})}"


BLOCK = "YmxvY2s="
LATER = "2036-01-01T00:00:00Z"
ATTEMPTS: dict[str, tuple[str, Callable[[str], str], dict[str, str]]] = {
    "lists the container": (
        "GET",
        lambda link: changed(link.replace("/job/posts.csv", ""), restype="container", comp="list"),
        {},
    ),
    "lists all containers": (
        "GET",
        lambda link: changed(f"{link.partition('/devstoreaccount1/')[0]}/devstoreaccount1/?"
                             f"{link.partition('?')[2]}", comp="list"),
        {},
    ),
    "reads another blob": ("GET", lambda link: link.replace("posts.csv?", "comments.jsonl?"), {}),
    "reads a blob above": (
        "GET", lambda link: link.replace("posts.csv?", "x/../comments.jsonl?"), {},
    ),
    "reads it from another container": (
        "GET", lambda link: re.sub(r"devstoreaccount1/[^/]+/", "devstoreaccount1/jobs/", link), {},
    ),
    "reads without a signature": ("GET", lambda link: changed(link, sig=""), {}),
    "reads with another signature": ("GET", lambda link: changed(link, sig="AAAA"), {}),
    "lives longer": ("GET", lambda link: changed(link, se=LATER), {}),
    "may do more": ("PUT", lambda link: changed(link, sp="rwdl"), {"x-ms-blob-type": "BlockBlob"}),
    "is for the container": (
        "GET",
        lambda link: changed(link, sr="c").replace("posts.csv?", "comments.jsonl?"),
        {},
    ),
    "looks like a page": ("GET", lambda link: changed(link, rsct="text/html"), {}),
    "writes over it": ("PUT", lambda link: link, {"x-ms-blob-type": "BlockBlob"}),
    "writes a new one": (
        "PUT", lambda link: link.replace("posts.csv?", "new.csv?"), {"x-ms-blob-type": "BlockBlob"},
    ),
    "stages a block": ("PUT", lambda link: changed(link, comp="block", blockid=BLOCK), {}),
    "commits blocks": ("PUT", lambda link: changed(link, comp="blocklist"), {}),
    "appends": ("PUT", lambda link: changed(link, comp="appendblock"), {}),
    "copies onto it": ("PUT", lambda link: link, {"x-ms-copy-source": "http://127.0.0.1:1/a/b/c"}),
    "sets metadata": ("PUT", lambda link: changed(link, comp="metadata"), {"x-ms-meta-a": "b"}),
    "sets its type": ("PUT", lambda link: changed(link, comp="properties"), {}),
    "makes a snapshot": ("PUT", lambda link: changed(link, comp="snapshot"), {}),
    "leases it": (
        "PUT",
        lambda link: changed(link, comp="lease"),
        {"x-ms-lease-action": "acquire", "x-ms-lease-duration": "-1"},
    ),
    "deletes it": ("DELETE", lambda link: link, {}),
    "deletes the container": (
        "DELETE",
        lambda link: changed(link.replace("/job/posts.csv", ""), restype="container"),
        {},
    ),
}  # fmt: skip


@pytest.mark.azurite
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_link_is_refused_all_but_reading_its_blob(
    account: Account, results: str, service: BlobServiceClient, attempt: str
) -> None:
    link = account.links(results, now).read_link("job/posts.csv", file_name=NAME, minutes=5)
    method, change, headers = ATTEMPTS[attempt]
    request = requests.Request(method, "http://x/", headers=headers, data=b"").prepare()
    request.url = change(link)  # as it stands: a client would take `..` out of it
    with requests.Session() as session:
        answer = session.send(request, timeout=10)
    assert answer.status_code in {400, 403, 404}, answer.text
    assert b"row" not in answer.content
    container = service.get_container_client(results)
    kept = {
        blob.name: (container.download_blob(blob.name).readall(), blob.metadata, blob.snapshot)
        for blob in container.list_blobs(include=["metadata", "snapshots", "uncommittedblobs"])
    }
    assert kept == {
        "job/posts.csv": (b"row\r\n1\r\n", {}, None),
        "job/comments.jsonl": (b"{}\n", {}, None),
    }


@pytest.mark.azurite
def test_a_link_lives_so_long_and_no_longer(account: Account, results: str) -> None:
    """As the service sees it, by a clock that is set back: one that is just alive, one just not."""
    for seconds_left, status in ((5, 200), (-1, 403)):
        links = account.links(
            results,
            lambda: now() - timedelta(minutes=1) + timedelta(seconds=seconds_left),  # noqa: B023
        )
        link = links.read_link("job/posts.csv", file_name=NAME, minutes=1)
        assert ask("GET", link).status_code == status


@pytest.mark.azurite
def test_on_the_emulator_a_link_may_be_used_by_http_and_has_no_identity(
    account: Account, results: str
) -> None:
    link = account.links(results, now).read_link("job/posts.csv", file_name=NAME, minutes=5)
    query = parse_qs(urlsplit(link).query)
    assert query["spr"] == ["https,http"]
    assert "skoid" not in query


def test_a_connection_string_of_the_cloud_signs_no_link() -> None:
    """Its key could sign anything; a link is signed by a key that is lent to an identity."""
    connection = (
        "DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=c2VjcmV0;"
        "EndpointSuffix=core.windows.net"
    )
    client = BlobServiceClient.from_connection_string(connection)
    account = Account(client, cast("Any", None), requests.Session())
    links = account.links("results", now)
    assert links._account_key is None  # type: ignore[attr-defined] # which kind of link this is
    assert not hasattr(links._service.credential, "account_key")  # type: ignore[attr-defined]


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


def test_a_lent_key_begins_before_its_link_also_when_the_clock_is_set_back() -> None:
    service, clock = Delegating(), Hours()
    links = delegated(service, clock)
    links.read_link("j/posts.csv", file_name="p.csv", minutes=15)
    clock.now -= timedelta(minutes=10)
    link = links.read_link("j/posts.csv", file_name="p.csv", minutes=15)
    start = datetime.fromisoformat(parse_qs(urlsplit(link).query)["st"][0])
    key_start, key_end = service.asked[-1]
    assert len(service.asked) == 2
    assert key_start <= start
    assert key_end - key_start <= timedelta(days=7)
    assert start == clock.now - timedelta(minutes=5), "the service's clock may be behind ours"


def test_off_the_emulator_a_link_is_for_https_alone() -> None:
    service = Delegating()
    service.scheme = "http"
    link = delegated(service, Hours()).read_link("j/posts.csv", file_name="p.csv", minutes=15)
    assert parse_qs(urlsplit(link).query)["spr"] == ["https"]


def test_the_signature_is_that_of_the_documentation() -> None:
    """https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas: the fields
    are joined here by hand, in the order of the newest version there."""
    link = delegated(Delegating(), Hours()).read_link("j/posts.csv", file_name="p.csv", minutes=15)
    q = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    to_sign = [
        q["sp"], q["st"], q["se"], "/blob/acct/results/j/posts.csv",
        q["skoid"], q["sktid"], q["skt"], q["ske"], q["sks"], q["skv"],
        "", "", "", "", "",  # authorized and unauthorized user, correlation, delegated user
        "", q["spr"], q["sv"], q["sr"], "", "", "", "",  # address; snapshot, scope, headers, query
        q["rscc"], q["rscd"], "", "", q["rsct"],
    ]  # fmt: skip
    key = base64.b64decode("c2VjcmV0")
    signature = hmac.digest(key, "\n".join(to_sign).encode(), "sha256")
    assert q["sig"] == base64.b64encode(signature).decode()
    assert q["sp"] == "r"
    assert q["sr"] == "b"


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
