"""Queues on Azure Storage, sent to through the SDK.

An output binding would re-indent JSON and take apart what looks like a list.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import BinaryBase64EncodePolicy, QueueClient, QueueServiceClient

from undertone.errors import Transient
from undertone.storage.azure_errors import code_of

MAX_DELAY = timedelta(days=7) - timedelta(minutes=1)
"""A message lives seven days (the service's default), and must be seen once before that."""


class AzureQueues:
    """All queues of the app, created when first sent to."""

    def __init__(self, service: QueueServiceClient) -> None:
        self._service = service
        self._clients: dict[str, QueueClient] = {}

    def _client(self, queue: str) -> QueueClient:
        if queue not in self._clients:
            self._clients[queue] = self._service.get_queue_client(
                queue, message_encode_policy=BinaryBase64EncodePolicy()
            )
        return self._clients[queue]

    def send(self, queue: str, body: bytes, *, delay: float = 0) -> None:
        """Send exactly `body`, seen no sooner than after `delay` seconds."""
        seconds = min(int(delay + 0.999), int(MAX_DELAY.total_seconds()))
        client = self._client(queue)

        def send() -> None:
            client.send_message(body, visibility_timeout=seconds or None)

        _with_queue(client, send)


def _with_queue(client: QueueClient, act: Callable[[], None]) -> None:
    """Run `act`; create the queue and run it once more if it is not there."""
    try:
        try:
            act()
        except ResourceNotFoundError:
            _create_queue(client)
            act()
    except AzureError as error:
        cause = code_of(error) or type(error).__name__
        raise Transient(f"queue {client.queue_name} did not take a message: {cause}") from error


def _create_queue(client: QueueClient) -> None:
    try:
        client.create_queue()
    except ResourceExistsError:
        return
