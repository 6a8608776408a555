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
from undertone.storage import containers
from undertone.storage.azure_blobs import AzureBlobs
from undertone.storage.azure_errors import translated_errors
from undertone.storage.azure_queues import AzureQueues
from undertone.storage.azurite_blobs import AzuriteBlobs
from undertone.storage.caching import CachingBlobs
from undertone.storage.links import SignedLinks

MAX_CONNECTIONS = 64
"""Kept open to one endpoint: more than a worker process has threads."""
EMULATOR_ACCOUNT = "devstoreaccount1"
"""The emulator's only account has this name, and no account in the cloud can have it."""


class Account:
    """One storage account. Its parts share a pool of connections and may be used by all threads."""

    def __init__(self, blobs: BlobServiceClient, queues: QueueServiceClient) -> None:
        self._blobs = blobs
        self._queues = queues

    @classmethod
    def connect(cls, storage: StorageSettings) -> Account:
        """The account that the settings name. Raises Transient."""
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
        """An account that Bicep has not deployed, like the emulator's, starts empty."""
        for name in containers.ALL:
            with translated_errors(name):
                try:
                    self._blobs.create_container(name)
                except ResourceExistsError:
                    continue

    def blobs(self, container: str, *, is_counted: Callable[[str], bool] = lambda _: True) -> Blobs:
        """The blobs of one container, which must exist.

        `is_counted(name)`: whether callers use the block count that an append returns. Azure's
        count is right for any blob; the emulator's costs a request more, and is right only for
        these.
        """
        client = self._blobs.get_container_client(container)
        if self._blobs.account_name == EMULATOR_ACCOUNT:
            return AzuriteBlobs(client, is_counted=is_counted)
        return AzureBlobs(client)

    def caching_blobs(
        self,
        container: str,
        *,
        is_immutable: Callable[[str], bool],
        is_counted: Callable[[str], bool],
    ) -> Blobs:
        """The same, with a cache for the blobs for which `is_immutable(name)`."""
        return CachingBlobs(self.blobs(container, is_counted=is_counted), is_immutable=is_immutable)

    def queues(self) -> Queues:
        """All queues of the account."""
        return AzureQueues(self._queues)

    def links(self, container: str, clock: Clock) -> Links:
        """Signed links to the blobs of `container`."""
        return SignedLinks(self._blobs, container, clock)


def _session() -> requests.Session:
    """A session with a connection for every thread; the default pool of ten would open new ones."""
    session = requests.Session()
    session.auth = _no_netrc_auth
    adapter = HTTPAdapter(pool_connections=MAX_CONNECTIONS, pool_maxsize=MAX_CONNECTIONS)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _no_netrc_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave the request as the SDK signed it; a session without `auth` reads .netrc each time."""
    return request
