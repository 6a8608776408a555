from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import requests
from azure.core.exceptions import HttpResponseError, ServiceRequestError, ServiceResponseError
from azure.storage.blob import (
    BlobSasPermissions,
    BlobServiceClient,
    ContainerClient,
    LinearRetry,
    generate_blob_sas,
)
from azure.storage.queue import QueueServiceClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from devhost.azurite import ACCOUNT, KEY, connection_string
from tests.fakes.server import serving
from tools.faults.emulator import addresses
from tools.faults.plan import FaultPlan, Kind
from tools.faults.proxy import FaultProxy
from tools.faults.relay import Address
from undertone.storage.azure_errors import error_code

ALWAYS = {kind: FaultPlan(1, {kind: 1.0}) for kind in Kind}
LOST = (requests.ConnectionError,)


class Echo:
    """A service that answers with what it got, and counts."""

    def __init__(self) -> None:
        self.got: list[bytes] = []

    async def answer(self, request: Request) -> Response:
        self.got.append(await request.body())
        return Response(self.got[-1], headers={"X-Method": request.method})


@contextmanager
def echoing() -> Iterator[tuple[Echo, FaultProxy, str]]:
    """An echo, a proxy before it, and its address."""
    echo = Echo()
    route = Route("/{path:path}", echo.answer, methods=["GET", "HEAD", "PUT", "POST", "DELETE"])
    with serving(Starlette(routes=[route])) as base, FaultProxy() as proxy:
        port = int(base.rpartition(":")[2])
        proxy.point_at({"blob": Address("127.0.0.1", port)})
        yield echo, proxy, proxy.url("blob")


def test_without_a_plan_all_passes_on_one_connection() -> None:
    with echoing() as (echo, proxy, url), requests.Session() as session:
        for number in range(50):
            assert session.put(f"{url}/{number}", data=b"x" * number).content == b"x" * number
        assert session.head(url).headers["X-Method"] == "HEAD"
        assert session.post(url, data=iter([b"in ", b"chunks"])).content == b"in chunks"
        large = bytes(range(256)) * 40_000
        assert session.put(url, data=large).content == large
        assert len(echo.got) == 53
        assert proxy.injected == Counter()
        assert {seen.number for seen in proxy.log} == {-1}


def test_100_continue_is_answered() -> None:
    with echoing() as (echo, _, url):
        port = int(url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(
                b"PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n"
                b"Connection: close\r\n\r\n"
            )
            assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
            connection.sendall(b"hello")
            answer = b"".join(iter(lambda: connection.recv(1000), b""))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert echo.got == [b"hello"]


def test_503_is_answered_and_nothing_is_done() -> None:
    with echoing() as (echo, proxy, url), requests.Session() as session:
        proxy.set_plan(ALWAYS[Kind.UNAVAILABLE])
        for _ in range(3):
            answer = session.put(url, data=b"x")
            assert answer.status_code == 503
            assert answer.headers["x-ms-error-code"] == "ServerBusy"
        assert session.head(url).status_code == 503
        assert echo.got == []
        assert proxy.injected == {Kind.UNAVAILABLE: 4}
        proxy.set_plan(None)
        assert session.put(url, data=b"x").ok


def test_a_reset_comes_before_anything_is_done() -> None:
    with echoing() as (echo, proxy, url):
        proxy.set_plan(ALWAYS[Kind.RESET])
        with pytest.raises(LOST, match="reset by peer"):
            requests.put(url, data=b"x", timeout=30)
        assert echo.got == []
        assert proxy.injected == {Kind.RESET: 1}


def test_a_dropped_answer_is_one_of_work_that_was_done() -> None:
    with echoing() as (echo, proxy, url):
        proxy.set_plan(ALWAYS[Kind.DROPPED])
        with pytest.raises(LOST, match="reset by peer"):
            requests.put(url, data=b"x", timeout=30)
        assert echo.got == [b"x"]
        assert proxy.injected == {Kind.DROPPED: 1}
        assert [(seen.fault, seen.status) for seen in proxy.log] == [("dropped", 200)]


def test_delayed_requests_are_late_and_done() -> None:
    with echoing() as (echo, proxy, url), requests.Session() as session:
        proxy.set_plan(ALWAYS[Kind.DELAYED])
        for number in range(3):
            fault = ALWAYS[Kind.DELAYED].fault_of(number)
            assert fault is not None
            began = time.monotonic()
            assert session.put(url, data=b"x").content == b"x"
            assert time.monotonic() - began >= fault.seconds
        assert echo.got == [b"x"] * 3
        assert proxy.injected == {Kind.DELAYED: 3}


def test_the_same_seed_spoils_the_same_requests() -> None:
    plan = FaultPlan(3, {Kind.UNAVAILABLE: 0.1, Kind.RESET: 0.1, Kind.DROPPED: 0.1})
    spoiled = []
    for _ in range(2):
        with echoing() as (_, proxy, url):
            proxy.set_plan(plan)
            for number in range(60):
                try:
                    requests.get(f"{url}/{number}", timeout=30)
                except LOST:
                    continue
            assert proxy.requests == 60
            spoiled.append([(seen.number, seen.fault) for seen in proxy.log])
    assert spoiled[0] == spoiled[1]
    assert {fault for _, fault in spoiled[0]} == {"", "503", "reset", "dropped"}


def test_while_a_service_is_away_connections_are_reset() -> None:
    with echoing() as (echo, proxy, url), requests.Session() as session:
        assert session.get(url).ok
        port = proxy.url("blob")
        proxy.cut_off()
        proxy.set_plan(ALWAYS[Kind.DROPPED])
        with pytest.raises(LOST):
            session.get(url)
        assert proxy.injected == Counter(), "nothing was done whose answer could be dropped"
        assert proxy.url("blob") == port
        assert len(echo.got) == 1


@contextmanager
def before(azurite: str) -> Iterator[tuple[FaultProxy, str]]:
    """A proxy before the emulator, and the connection string that leads through it."""
    with FaultProxy() as proxy:
        proxy.point_at(addresses(azurite))
        yield proxy, connection_string(*(proxy.url(name) for name in ("blob", "queue", "table")))


def _container(connection: str) -> ContainerClient:
    impatient = LinearRetry(retry_total=0)
    service = BlobServiceClient.from_connection_string(connection, retry_policy=impatient)
    container = service.get_container_client(f"proxied-{time.monotonic_ns()}")
    container.create_container()
    return container


@pytest.mark.azurite
def test_signed_requests_and_signed_links_pass(azurite: str) -> None:
    with before(azurite) as (proxy, connection):
        container = _container(connection)
        container.upload_blob("a folder/ü.txt", b"content", metadata={"key": "a  value"})
        blob = container.get_blob_client("a folder/ü.txt")
        assert blob.download_blob().readall() == b"content"
        signature = generate_blob_sas(
            ACCOUNT,
            container.container_name,
            "a folder/ü.txt",
            account_key=KEY,
            permission=BlobSasPermissions(read=True),
            expiry=datetime.now(UTC) + timedelta(minutes=5),
        )
        assert blob.url.startswith(proxy.url("blob"))
        assert requests.get(f"{blob.url}?{signature}", timeout=30).content == b"content"
        assert requests.get(blob.url, timeout=30).status_code in {401, 403, 404}, "not signed"
        with QueueServiceClient.from_connection_string(connection) as queues:
            queue = queues.create_queue(f"proxied-{time.monotonic_ns()}")
            queue.send_message("hello")
            assert [message.content for message in queue.receive_messages()] == ["hello"]
        container.delete_container()


@pytest.mark.azurite
def test_the_sdk_sees_the_faults_as_such(azurite: str) -> None:
    with before(azurite) as (proxy, connection):
        container = _container(connection)
        proxy.set_plan(ALWAYS[Kind.UNAVAILABLE])
        with pytest.raises(HttpResponseError) as busy:
            container.upload_blob("busy", b"x")
        assert (busy.value.status_code, error_code(busy.value)) == (503, "ServerBusy")
        proxy.set_plan(ALWAYS[Kind.RESET])
        with pytest.raises((ServiceRequestError, ServiceResponseError)):
            container.upload_blob("reset", b"x")
        proxy.set_plan(ALWAYS[Kind.DROPPED])
        with pytest.raises((ServiceRequestError, ServiceResponseError)):
            container.upload_blob("dropped", b"x")
        proxy.set_plan(None)
        assert [blob.name for blob in container.list_blobs()] == ["dropped"]
        container.delete_container()
