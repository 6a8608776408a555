"""What `ports.Queues` promises of the message that comes next, for every implementation."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from undertone.ports import Queues
from undertone.storage.account import Account
from undertone.storage.memory import MemoryQueues


@pytest.fixture(params=["memory", pytest.param("azurite", marks=pytest.mark.azurite)])
def queues(request: pytest.FixtureRequest) -> Queues:
    if request.param == "memory":
        return MemoryQueues()
    account: Account = request.getfixturevalue("account")
    return account.queues()


@pytest.fixture
def queue() -> str:
    return f"q{uuid.uuid4().hex}"


def is_now(moment: datetime | None) -> bool:
    """Whether it is, as far as a clock of whole seconds can tell."""
    return moment is not None and abs(datetime.now(UTC) - moment) < timedelta(seconds=30)


def test_in_a_queue_that_nobody_has_sent_to_nothing_waits(queues: Queues, queue: str) -> None:
    assert queues.oldest(queue) is None


def test_what_waits_tells_when_it_was_sent(queues: Queues, queue: str) -> None:
    queues.send(queue, b"first")
    first = queues.oldest(queue)
    assert is_now(first)
    queues.send(queue, b"second")
    assert queues.oldest(queue) == first


def test_what_is_delayed_does_not_wait(queues: Queues, queue: str) -> None:
    queues.send(queue, b"later", delay=600)
    assert queues.oldest(queue) is None
    queues.send(queue, b"now")
    assert is_now(queues.oldest(queue))


def test_asking_takes_nothing_away(queues: Queues, queue: str) -> None:
    queues.send(queue, b"body")
    assert queues.oldest(queue) == queues.oldest(queue)
