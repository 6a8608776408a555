"""Messages arrive byte by byte, when they should."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from time import sleep

import pytest
from azure.storage.queue import QueueMessage, QueueServiceClient

from undertone.storage.account import Account
from undertone.storage.azure_queues import MAX_DELAY
from undertone.storage.memory import MemoryQueues

BODIES = [
    b'{"job":"j","post":1}',
    b'["looks","like","many"]',
    '{"text":"ü 😀"}'.encode(),
    b"\x00\xff no text",
]


@pytest.fixture
def queue() -> str:
    return f"q{uuid.uuid4().hex}"


@pytest.fixture
def service(azurite: str) -> Iterator[QueueServiceClient]:
    with QueueServiceClient.from_connection_string(azurite) as client:
        yield client


def received(service: QueueServiceClient, queue: str) -> list[QueueMessage]:
    return list(service.get_queue_client(queue).receive_messages(messages_per_page=32))


def awaited(service: QueueServiceClient, queue: str) -> list[QueueMessage]:
    for _ in range(100):
        if found := received(service, queue):
            return found
        sleep(0.1)
    raise AssertionError(f"nothing arrived in {queue}")


@pytest.mark.azurite
@pytest.mark.parametrize("body", BODIES)
def test_exactly_the_body_comes_back_as_base64(
    account: Account, service: QueueServiceClient, queue: str, body: bytes
) -> None:
    account.queues().send(queue, body)
    (message,) = received(service, queue)
    assert base64.b64decode(message.content, validate=True) == body
    assert message.dequeue_count == 1


@pytest.mark.azurite
def test_a_queue_is_made_by_the_first_message(
    account: Account, service: QueueServiceClient, queue: str
) -> None:
    queues = account.queues()
    for body in BODIES:
        queues.send(queue, body)
    found = {base64.b64decode(message.content) for message in received(service, queue)}
    assert found == set(BODIES)


@pytest.mark.azurite
def test_a_delayed_message_is_not_seen_before(
    account: Account, service: QueueServiceClient, queue: str
) -> None:
    account.queues().send(queue, b"later", delay=0.4)
    assert received(service, queue) == []
    assert service.get_queue_client(queue).get_queue_properties().approximate_message_count == 1
    assert [base64.b64decode(message.content) for message in awaited(service, queue)] == [b"later"]


@pytest.mark.azurite
def test_a_delay_past_a_messages_life_is_cut(
    account: Account, service: QueueServiceClient, queue: str
) -> None:
    account.queues().send(queue, b"much later", delay=30 * 24 * 3600)
    assert received(service, queue) == []
    assert service.get_queue_client(queue).get_queue_properties().approximate_message_count == 1
    assert MAX_DELAY.total_seconds() < 7 * 24 * 3600


def test_memory_keeps_bodies_and_delays() -> None:
    queues = MemoryQueues()
    for body in BODIES:
        queues.send("q", body, delay=2)
    assert queues.sent == {"q": [(body, 2) for body in BODIES]}
