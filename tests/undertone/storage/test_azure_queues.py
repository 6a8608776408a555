"""Messages arrive as they were sent, and not before their time."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from azure.storage.queue import QueueMessage, QueueServiceClient

from undertone.errors import Transient
from undertone.storage.account import Account
from undertone.storage.azure_queues import MAX_DELAY

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
        if messages := received(service, queue):
            return messages
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
    bodies = {base64.b64decode(message.content) for message in received(service, queue)}
    assert bodies == set(BODIES)


@pytest.mark.azurite
def test_a_queue_is_made_by_the_first_messages_of_many_threads(
    account: Account, service: QueueServiceClient, queue: str
) -> None:
    queues = account.queues()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: queues.send(queue, b"%d" % number), range(24)))
    bodies = {base64.b64decode(message.content) for message in received(service, queue)}
    assert bodies == {b"%d" % number for number in range(24)}


@pytest.mark.azurite
def test_a_queue_that_cannot_take_a_message_is_named(account: Account) -> None:
    with pytest.raises(Transient, match="queue no_such-NAME did not take a message: "):
        account.queues().send("no_such-NAME", b"body")


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
