"""The app on an emulator, with stand-in platforms, and its queues delivered by hand."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueServiceClient

from tests.fakes.app import running
from tests.fakes.world import World
from tests.functions.running_app import Answer, App, running_app

QUEUES = {
    "jobs": "expand",
    "posts": "fetch",
    "comments": "score",
    "finished": "aggregate",
    "facts": "facts",
    "windows": "windows",
}


@pytest.fixture(scope="session")
def platforms() -> Iterator[World]:
    with running() as world:
        yield world


@pytest.fixture(scope="session")
def app(azurite: str, platforms: World) -> Iterator[App]:
    settings = {
        "AzureWebJobsStorage": azurite,
        "ANALYZER": "vader",
        "PLATFORMS_BASE": platforms.base,
    }
    with running_app(settings) as started:
        yield started


@dataclass
class Host:
    """Takes messages out of the queues and delivers them."""

    app: App
    queues: QueueServiceClient

    def take(self, queue: str) -> list[bytes]:
        """The bodies of all messages that can be seen now; they are gone from the queue."""
        client = self.queues.get_queue_client(queue)
        bodies: list[bytes] = []
        try:
            while batch := list(client.receive_messages(messages_per_page=32, max_messages=32)):
                for message in batch:
                    bodies.append(base64.b64decode(message.content))
                    client.delete_message(message)
        except ResourceNotFoundError:
            return []
        return bodies

    def drain(self) -> int:
        """Deliver until nothing is left; how many messages there were."""
        count = 0
        while found := [(q, body) for q in QUEUES for body in self.take(q)]:
            for queue, body in found:
                error = self.app.queue(QUEUES[queue], body)
                assert not error, error
            count += len(found)
        return count


@pytest.fixture
def host(app: App, azurite: str) -> Iterator[Host]:
    with QueueServiceClient.from_connection_string(azurite) as queues:
        made = Host(app, queues)
        for queue in (*QUEUES, "posts-poison", "comments-poison", "facts-poison"):
            made.take(queue)
        yield made


def refused(answer: Answer, status: int = 422) -> dict[str, Any]:
    """The problem (RFC 9457), its wrong fields as a mapping."""
    assert answer.status == status, answer.body[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json
    assert body["status"] == status
    assert {"type", "title", "detail"} <= body.keys()
    body["errors"] = {each["field"]: each["problem"] for each in body.get("errors", [])}
    return body


def accepted(answer: Answer) -> dict[str, Any]:
    assert answer.status == 202, answer.body[:500]
    body: dict[str, Any] = answer.json
    return body
