"""One storage account, reached with a connection string or with the app's managed identity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests
from azure.core.exceptions import ResourceExistsError
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient
from requests.adapters import HTTPAdapter

from undertone.ports import Blobs, Clock, Counters, Links, Queues
from undertone.settings import EMULATOR_ACCOUNT, StorageSettings
from undertone.storage import containers
from undertone.storage.azure_blobs import AzureBlobs
from undertone.storage.azure_errors import translated_errors
from undertone.storage.azure_queues import AzureQueues
from undertone.storage.azurite_blobs import AzuriteBlobs
from undertone.storage.caching import BlobCache, CachingBlobs
from undertone.storage.counters import BlobCounters
from undertone.storage.links import SignedLinks
from undertone.storage.retries import HTTP, BackOff, Patience

MAX_CONNECTIONS = 64
"""Kept open to one endpoint: more than a worker process has threads."""


class Account:
    """One storage account. Its parts share a pool of connections and may be used by all threads."""

    def __init__(
        self, blobs: BlobServiceClient, queues: QueueServiceClient, session: requests.Session
    ) -> None:
        self._blobs = blobs
        self._queues = queues
        self._session = session

    @classmethod
    def connect(cls, storage: StorageSettings, patience: Patience = HTTP) -> Account:
        """The account that the settings name; each call of it has `patience`. Raises Transient."""
        session = _session()
        transport = RequestsTransport(
            session=session,
            session_owner=False,
            connection_timeout=patience.connect_seconds,
            read_timeout=patience.answer_seconds,
        )

        def options() -> dict[str, Any]:
            return {"transport": transport, "retry_policy": BackOff(patience)}

        if storage.connection:
            account = cls(
                BlobServiceClient.from_connection_string(storage.connection, **options()),
                QueueServiceClient.from_connection_string(storage.connection, **options()),
                session,
            )
            account._create_containers()
            return account
        from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - slow, cloud only

        identity = DefaultAzureCredential(managed_identity_client_id=storage.client_id or None)
        return cls(
            BlobServiceClient(storage.blob_url, credential=identity, **options()),
            QueueServiceClient(storage.queue_url, credential=identity, **options()),
            session,
        )

    def close(self) -> None:
        """Close all connections; the app keeps them as long as its process lives."""
        self._session.close()

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
        cache: BlobCache,
    ) -> Blobs:
        """The same, with a cache for the blobs for which `is_immutable(name)`."""
        inner = self.blobs(container, is_counted=is_counted)
        return CachingBlobs(inner, is_immutable=is_immutable, cache=cache)

    def counters(self, container: str) -> Counters:
        """Numbers that all instances count together, kept in `container`."""
        return BlobCounters(self._blobs.get_container_client(container))

    def queues(self) -> Queues:
        """All queues of the account."""
        return AzureQueues(self._queues)

    def links(self, container: str, clock: Clock) -> Links:
        """Signed links to the blobs of `container`.

        Off the emulator no account key signs them, also where a connection string has one: then the
        app's managed identity is asked for a key.
        """
        if self._blobs.account_name == EMULATOR_ACCOUNT:
            key = self._blobs.credential.account_key
            return SignedLinks(self._blobs, container, clock, account_key=key)
        if hasattr(self._blobs.credential, "account_key"):
            from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - slow, cloud only

            identified = BlobServiceClient(
                f"{self._blobs.scheme}://{self._blobs.primary_hostname}",
                credential=DefaultAzureCredential(),
                transport=RequestsTransport(session=self._session, session_owner=False),
            )
            return SignedLinks(identified, container, clock)
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
