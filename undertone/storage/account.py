"""One storage account, reached with a connection string or with the app's managed identity."""

from __future__ import annotations

from collections.abc import Callable

import requests
from azure.core.exceptions import ResourceExistsError
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient
from requests.adapters import HTTPAdapter

from undertone.ports import Blobs, Clock, Links, Queues
from undertone.settings import StorageSettings
from undertone.storage.azure_blobs import AzureBlobs
from undertone.storage.azure_errors import answers
from undertone.storage.azure_queues import AzureQueues
from undertone.storage.caching import RememberingBlobs
from undertone.storage.containers import ALL
from undertone.storage.links import SignedLinks

CONNECTIONS = 64
"""Kept open to one endpoint: more than a worker process has threads."""
EMULATED = "devstoreaccount1"
"""The name of the emulator's account, always."""

Named = Callable[[str], bool]
"""Tells by its name whether a blob is of some kind."""


class Account:
    """One storage account."""

    def __init__(self, blobs: BlobServiceClient, queues: QueueServiceClient) -> None:
        self._blobs = blobs
        self._queues = queues

    @classmethod
    def connect(cls, storage: StorageSettings) -> Account:
        """With a connection string, or with the app's managed identity."""
        transport = RequestsTransport(session=_session(), session_owner=False)
        if storage.connection:
            account = cls(
                BlobServiceClient.from_connection_string(storage.connection, transport=transport),
                QueueServiceClient.from_connection_string(storage.connection, transport=transport),
            )
            account._create_containers()
            return account
        from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - slow, cloud only

        identity = DefaultAzureCredential(managed_identity_client_id=storage.client_id or None)
        return cls(
            BlobServiceClient(storage.blob_url, credential=identity, transport=transport),
            QueueServiceClient(storage.queue_url, credential=identity, transport=transport),
        )

    def _create_containers(self) -> None:
        """The emulator starts empty; in the cloud Bicep has made them."""
        for name in ALL:
            with answers(name):
                try:
                    self._blobs.create_container(name)
                except ResourceExistsError:
                    continue

    def blobs(self, container: str) -> Blobs:
        """One container, which exists."""
        recount = self._emulated_appends(lambda _: True)
        return AzureBlobs(self._blobs.get_container_client(container), recount=recount)

    def remembering(self, container: str, *, never_changes: Named, is_counted: Named) -> Blobs:
        """One container, of which the blobs that never change are read once in this process.

        `is_counted` tells of which append blobs the number of blocks is of importance.
        """
        return RememberingBlobs(
            self._blobs.get_container_client(container),
            recount=self._emulated_appends(is_counted),
            never_changes=never_changes,
        )

    def _emulated_appends(self, is_counted: Named) -> Named:
        """Whose appends are counted again: only the emulator's answers are wrong."""
        return is_counted if self._blobs.account_name == EMULATED else lambda _: False

    def queues(self) -> Queues:
        """All queues."""
        return AzureQueues(self._queues)

    def links(self, container: str, clock: Clock) -> Links:
        """Signed links to the blobs of `container`."""
        return SignedLinks(self._blobs, container, clock)


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """The SDK has signed the request; without any `auth` requests looks for a .netrc each time."""
    return request


def _session() -> requests.Session:
    """A connection for every thread; requests' default pool of ten would open new ones."""
    session = requests.Session()
    session.auth = _as_it_is
    adapter = HTTPAdapter(pool_connections=CONNECTIONS, pool_maxsize=CONNECTIONS)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
