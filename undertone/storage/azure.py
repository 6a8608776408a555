"""Blobs, queues and links on Azure Storage; Azurite answers the same calls.

The SDK retries connection trouble and 5xx by itself; what outlives that becomes Transient, so
that the host delivers the message again. Expected answers (404, 409, 412) become StorageAnswers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import requests
from azure.core import MatchConditions
from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.blob import BlobBlock, BlobServiceClient, ContainerClient, ContentSettings
from azure.storage.queue import QueueClient, QueueServiceClient, TextBase64EncodePolicy
from requests.adapters import HTTPAdapter

from undertone.errors import Full, Missing, MissingBlocks, Transient
from undertone.ports import Blobs, Clock, Links, Queues, Versioned
from undertone.settings import StorageSettings
from undertone.storage.containers import ALL
from undertone.storage.links import SignedLinks

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError as _AzureError

CONNECTIONS = 64
"""Kept open to one endpoint: more than a worker process has threads."""
MAX_DELAY = timedelta(days=7) - timedelta(minutes=1)
"""A message lives seven days (the service's default), and must be seen once before that."""


def _code(error: _AzureError) -> str:
    return str(getattr(error, "error_code", "") or "")


@contextmanager
def _answers(name: str) -> Iterator[None]:
    """Turn the SDK's exceptions about blob `name` into ours."""
    try:
        yield
    except ResourceNotFoundError as error:
        raise Missing(name) from error
    except HttpResponseError as error:
        code = _code(error)
        if code == "BlockCountExceedsLimit":
            raise Full(name) from error
        if code in {"InvalidBlockList", "InvalidBlockId"}:
            raise MissingBlocks(name) from error
        raise Transient(f"storage answered {error.status_code} {code} for {name}") from error
    except AzureError as error:
        raise Transient(
            f"storage could not be reached for {name}: {type(error).__name__}"
        ) from error


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
            with _answers(name):
                try:
                    self._blobs.create_container(name)
                except ResourceExistsError:
                    continue

    def blobs(self, container: str) -> Blobs:
        """One container, which exists."""
        return AzureBlobs(self._blobs.get_container_client(container))

    def queues(self) -> Queues:
        """All queues."""
        return AzureQueues(self._queues)

    def links(self, container: str, clock: Clock) -> Links:
        """Signed links to the blobs of `container`."""
        return SignedLinks(self._blobs, container, clock)


def _session() -> requests.Session:
    """A connection for every thread; requests' default pool of ten would open new ones."""
    session = requests.Session()
    adapter = HTTPAdapter(pool_connections=CONNECTIONS, pool_maxsize=CONNECTIONS)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


class AzureBlobs:
    """One container, which exists."""

    def __init__(self, container: ContainerClient) -> None:
        self._container = container

    def read(self, name: str) -> bytes:
        """All of it. Raises Missing."""
        return self.read_versioned(name).data

    def read_versioned(self, name: str) -> Versioned:
        """All of it with its ETag. Raises Missing."""
        with _answers(name):
            download = self._container.download_blob(name)
            return Versioned(download.readall(), download.properties.etag or "")

    def read_range(self, name: str, start: int, length: int | None = None) -> bytes:
        """Bytes from `start`, at most `length` of them. Raises Missing."""
        with _answers(name):
            try:
                return self._container.download_blob(name, offset=start, length=length).readall()
            except HttpResponseError as error:
                if error.status_code == 416:  # at or past the end
                    return b""
                raise

    def write(self, name: str, data: bytes, content_type: str = "application/json") -> None:
        """Create or overwrite."""
        with _answers(name):
            self._container.upload_blob(
                name,
                data,
                overwrite=True,
                content_settings=ContentSettings(content_type=content_type),
            )

    def create(self, name: str, data: bytes) -> bool:
        """Create if it is not there (If-None-Match: *)."""
        with _answers(name):
            try:
                self._container.upload_blob(name, data, overwrite=False)
            except ResourceExistsError:
                return False
            return True

    def replace(self, name: str, data: bytes, etag: str) -> bool:
        """Overwrite if it is still the one with `etag` (If-Match)."""
        with _answers(name):
            try:
                self._container.upload_blob(
                    name,
                    data,
                    overwrite=True,
                    etag=etag,
                    match_condition=MatchConditions.IfNotModified,
                )
            except (ResourceModifiedError, ResourceNotFoundError):
                return False
            return True

    def create_append(self, name: str) -> bool:
        """Create an empty append blob if there is none.

        The condition is ours: the SDK's create_append_blob overwrites.
        """
        with _answers(name):
            try:
                self._container.get_blob_client(name).create_append_blob(
                    match_condition=MatchConditions.IfMissing
                )
            except ResourceExistsError:
                return False
            return True

    def append(self, name: str, data: bytes) -> int:
        """Append one block; how many blocks it has now. Raises Missing, Full."""
        with _answers(name):
            answer = self._container.get_blob_client(name).append_block(data)
            return int(str(answer["blob_committed_block_count"]))

    def stage(self, name: str, block_id: str, data: bytes) -> None:
        """Stage a block."""
        with _answers(name):
            self._container.get_blob_client(name).stage_block(block_id, data, length=len(data))

    def commit(self, name: str, block_ids: Sequence[str], content_type: str) -> None:
        """Make the blob consist of these blocks. Raises MissingBlocks."""
        with _answers(name):
            self._container.get_blob_client(name).commit_block_list(
                [BlobBlock(block_id) for block_id in block_ids],
                content_settings=ContentSettings(content_type=content_type),
            )

    def missing(self, name: str, block_ids: Sequence[str]) -> list[str]:
        """Those of `block_ids` that are neither staged nor committed."""
        try:
            with _answers(name):
                committed, staged = self._container.get_blob_client(name).get_block_list("all")
        except Missing:
            return list(block_ids)
        known = {block.id for block in (*committed, *staged)}
        return [block_id for block_id in block_ids if block_id not in known]

    def names(self, prefix: str, *, after: str = "", limit: int | None = None) -> list[str]:
        """Names that start with `prefix`, sorted, past `after`; uncommitted blobs too."""
        with _answers(prefix):
            found: list[str] = []
            for blob in self._container.list_blobs(
                name_starts_with=prefix, include=["uncommittedblobs"]
            ):
                if blob.name > after:
                    found.append(blob.name)
                if limit is not None and len(found) >= limit:
                    break
            return found

    def remove(self, name: str) -> None:
        """Delete it with all staged blocks.

        Delete Blob does not see a blob that has only staged blocks; committing an empty list
        makes it one that can be deleted.
        """
        blob = self._container.get_blob_client(name)
        try:
            with _answers(name):
                blob.delete_blob()
        except Missing:
            if self.names(name, limit=1) != [name]:
                return
            with _answers(name):
                blob.upload_blob(b"", overwrite=True)
                blob.delete_blob()

    def remove_if(self, name: str, etag: str) -> bool:
        """Delete it if it is still the one with `etag`."""
        with _answers(name):
            try:
                self._container.delete_blob(
                    name, etag=etag, match_condition=MatchConditions.IfNotModified
                )
            except (ResourceModifiedError, ResourceNotFoundError):
                return False
            return True


class AzureQueues:
    """All queues of the app, created when first sent to."""

    def __init__(self, service: QueueServiceClient) -> None:
        self._service = service
        self._clients: dict[str, QueueClient] = {}

    def _client(self, queue: str) -> QueueClient:
        if queue not in self._clients:
            self._clients[queue] = self._service.get_queue_client(
                queue, message_encode_policy=TextBase64EncodePolicy()
            )
        return self._clients[queue]

    def send(self, queue: str, body: bytes, *, delay: float = 0) -> None:
        """Send exactly `body`, seen no sooner than after `delay` seconds."""
        seconds = min(int(delay + 0.999), int(MAX_DELAY.total_seconds()))
        client = self._client(queue)

        def send() -> None:
            client.send_message(body.decode(), visibility_timeout=seconds or None)

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
        cause = _code(error) or type(error).__name__
        raise Transient(f"queue {client.queue_name} did not take a message: {cause}") from error


def _create_queue(client: QueueClient) -> None:
    try:
        client.create_queue()
    except ResourceExistsError:
        return
