"""How often storage is tried, and for how long: real clients against a service that fails."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count

import pytest

from tests.fakes.storage_server import Asked, Service, Told, serving, settings
from undertone.errors import Transient
from undertone.storage.account import Account
from undertone.storage.retries import HTTP, WORK, BackOff, Patience

DEFAULT_WAIT = 12
"""Seconds that the SDK's own policy waits at least before a second try."""
BUSY = Told(503, code="ServerBusy")
TAKEN = b"""<QueueMessagesList><QueueMessage><MessageId>1</MessageId>
<InsertionTime>Fri, 20 Nov 2026 20:00:00 GMT</InsertionTime>
<ExpirationTime>Fri, 27 Nov 2026 20:00:00 GMT</ExpirationTime><PopReceipt>1</PopReceipt>
<TimeNextVisible>Fri, 20 Nov 2026 20:00:00 GMT</TimeNextVisible></QueueMessage>
</QueueMessagesList>"""
EAGER = Patience(tries=3, seconds=1, connect_seconds=0.3, answer_seconds=0.3)


def failing(times: int, with_: Told | None = BUSY) -> tuple[Service, list[Asked]]:
    """A service that fails `times` and then answers `content`; and what it was asked."""
    asked: list[Asked] = []

    def answer(request: Asked) -> Told | None:
        if "restype=container" in request.path:
            return Told(201)
        asked.append(request)
        if len(asked) <= times:
            return with_
        if "/messages" in request.path:
            return Told(201, TAKEN, headers={"Content-Type": "application/xml"})
        return Told(206, b"content", headers={"Content-Range": "bytes 0-6/7", "ETag": '"1"'})

    return answer, asked


@contextmanager
def account_on(service: Service, patience: Patience) -> Iterator[Account]:
    with serving(service) as storage:
        account = Account.connect(storage, patience)
        yield account
        account.close()


@contextmanager
def quicker_than(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


@pytest.mark.parametrize("patience", [HTTP, WORK])
@pytest.mark.parametrize("with_", [BUSY, None])
def test_a_second_try_comes_soon(patience: Patience, with_: Told | None) -> None:
    service, asked = failing(2, with_)
    with quicker_than(DEFAULT_WAIT), account_on(service, patience) as account:
        assert account.blobs("jobs").read("blob") == b"content"
    assert len(asked) == 3


def test_queues_are_tried_again_as_soon() -> None:
    service, asked = failing(2)
    with quicker_than(DEFAULT_WAIT), account_on(service, WORK) as account:
        account.queues().send("posts", b"body")
    assert len(asked) == 3


def tries(patience: Patience) -> int:
    service, asked = failing(1000)
    told = pytest.raises(Transient, match="storage answered 503 ServerBusy for blob")
    with account_on(service, patience) as account, told:
        account.blobs("jobs").read("blob")
    return len(asked)


def test_there_are_fewer_tries_while_a_caller_waits() -> None:
    assert tries(HTTP) == HTTP.tries < WORK.tries


def test_after_its_time_there_is_no_further_try() -> None:
    assert tries(EAGER._replace(tries=1000)) < 12


def test_waits_double_and_are_spread() -> None:
    policy = BackOff(WORK)
    for number, middle in zip(count(1), (0.2, 0.4, 0.8, 1.6, 3.2, 6.4), strict=False):
        state = {"count": number, "last": time.monotonic() + 1000}
        waits = [policy.get_backoff_time(state) for _ in range(200)]
        assert middle / 2 <= min(waits) < middle < max(waits) <= middle * 1.5
        assert len(set(waits)) > 100


def test_the_last_wait_ends_in_time() -> None:
    random.seed(1)
    state = {"count": 30, "last": time.monotonic() + 2}
    assert BackOff(WORK).get_backoff_time(state) <= 2


@contextmanager
def refusing() -> Iterator[int]:
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@contextmanager
def swallowing() -> Iterator[int]:
    """A port that takes no further connection and says nothing, as an address without a host."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port: int = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", port))
        yield port
        for client in waiting:
            client.close()


@pytest.mark.parametrize("unreachable", [refusing, swallowing])
def test_a_caller_is_told_within_seconds_that_storage_is_out_of_reach(
    unreachable: Callable[[], AbstractContextManager[int]],
) -> None:
    told = pytest.raises(Transient, match="storage could not be reached")
    with unreachable() as port, quicker_than(DEFAULT_WAIT), told:
        Account.connect(settings(port), HTTP)


def test_a_service_that_says_nothing_is_given_up() -> None:
    def silent(asked: Asked) -> Told | None:
        if "restype=container" in asked.path:
            return Told(201)
        time.sleep(2)
        return None

    told = pytest.raises(Transient, match="storage could not be reached for blob")
    with quicker_than(DEFAULT_WAIT), account_on(silent, EAGER) as account, told:
        account.blobs("jobs").read("blob")
