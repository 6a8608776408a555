"""Queues on Azure Storage, sent to through the SDK.

An output binding of Azure Functions would re-indent JSON and split a body that looks like a list.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import BinaryBase64EncodePolicy, QueueClient, QueueServiceClient

from undertone.errors import Transient
from undertone.storage.azure_errors import error_code

MAX_DELAY = timedelta(days=7) - timedelta(minutes=1)
"""A message lives seven days (the service's default), and must be seen once before that."""


class AzureQueues:
    """All queues of the app; each is created by the first message to it."""

    def __init__(self, service: QueueServiceClient) -> None:
        self._service = service
        self._clients: dict[str, QueueClient] = {}
        self._lock = threading.Lock()

    def send(self, queue: str, body: bytes, *, delay: float = 0) -> None:
        """Send exactly `body`, seen no sooner than after `delay` seconds. Raises Transient."""
        seconds = min(int(delay + 0.999), int(MAX_DELAY.total_seconds())) or None
        client = self._client(queue)
        try:
            try:
                client.send_message(body, visibility_timeout=seconds)
            except ResourceNotFoundError:
                _create_queue(client)
                client.send_message(body, visibility_timeout=seconds)
        except AzureError as error:
            cause = error_code(error) or type(error).__name__
            raise Transient(f"queue {queue} did not take a message: {cause}") from error

    def oldest(self, queue: str) -> datetime | None:
        """When the message that comes next was sent; None if none waits. Raises Transient."""
        try:
            messages = self._client(queue).peek_messages(max_messages=1)
        except ResourceNotFoundError:
            return None  # the queue is made by the first message to it
        except AzureError as error:
            cause = error_code(error) or type(error).__name__
            raise Transient(f"queue {queue} did not tell its next message: {cause}") from error
        return messages[0].inserted_on if messages else None

    def _client(self, queue: str) -> QueueClient:
        """One client for each queue, because making one takes longer than looking it up.

        The lock is there so that threads that send at the same time get the same one; without it
        each would make its own, and that nothing breaks then would rest on how Python stores into
        a dict.
        """
        with self._lock:
            if queue not in self._clients:
                self._clients[queue] = self._service.get_queue_client(
                    queue, message_encode_policy=BinaryBase64EncodePolicy()
                )
            return self._clients[queue]


def _create_queue(client: QueueClient) -> None:
    """Create the queue; it is as good if another sender has just done so."""
    try:
        client.create_queue()
    except ResourceExistsError:
        return
