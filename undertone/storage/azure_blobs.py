"""Blobs of one container on Azure Storage; Azurite answers the same calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import BlobBlock, ContainerClient, ContentSettings

from undertone.errors import Missing
from undertone.ports import Versioned
from undertone.storage.azure_errors import answers


class AzureBlobs:
    """One container, which exists."""

    def __init__(
        self, container: ContainerClient, *, recount: Callable[[str], bool] = lambda _: False
    ) -> None:
        """`recount`: of which blobs the number of blocks is asked for after each append.

        The answer to an append should tell it. But Azurite counts before it appends and waits in
        between: of appends that meet, none may be told the full count, and a barrier would not
        fire.
        """
        self._container = container
        self._recount = recount

    def read(self, name: str) -> bytes:
        """All of it. Raises Missing."""
        return self.read_versioned(name).data

    def read_versioned(self, name: str) -> Versioned:
        """All of it with its ETag. Raises Missing."""
        with answers(name):
            download = self._container.download_blob(name)
            return Versioned(download.readall(), download.properties.etag or "")

    def read_range(self, name: str, start: int, length: int | None = None) -> bytes:
        """Bytes from `start`, at most `length` of them. Raises Missing."""
        with answers(name):
            if length == 0:  # HTTP has no range of no bytes
                self._container.get_blob_client(name).get_blob_properties()
                return b""
            try:
                return self._container.download_blob(name, offset=start, length=length).readall()
            except HttpResponseError as error:
                if error.status_code == 416:  # at or past the end
                    return b""
                raise

    def write(self, name: str, data: bytes, content_type: str = "application/json") -> None:
        """Create or overwrite."""
        with answers(name):
            self._container.upload_blob(
                name,
                data,
                overwrite=True,
                content_settings=ContentSettings(content_type=content_type),
            )

    def create(self, name: str, data: bytes) -> bool:
        """Create if it is not there (If-None-Match: *)."""
        with answers(name):
            try:
                self._container.upload_blob(name, data, overwrite=False)
            except ResourceExistsError:
                return False
            return True

    def replace(self, name: str, data: bytes, etag: str) -> bool:
        """Overwrite if it is still the one with `etag` (If-Match)."""
        with answers(name):
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
        with answers(name):
            try:
                self._container.get_blob_client(name).create_append_blob(
                    match_condition=MatchConditions.IfMissing
                )
            except ResourceExistsError:
                return False
            return True

    def append(self, name: str, data: bytes) -> int:
        """Append one block; how many blocks it has now. Raises Missing, Full."""
        with answers(name):
            blob = self._container.get_blob_client(name)
            answer = blob.append_block(data)
            if self._recount(name):
                return blob.get_blob_properties().append_blob_committed_block_count or 0
            return int(str(answer["blob_committed_block_count"]))

    def stage(self, name: str, block_id: str, data: bytes) -> None:
        """Stage a block."""
        with answers(name):
            self._container.get_blob_client(name).stage_block(block_id, data, length=len(data))

    def commit(self, name: str, block_ids: Sequence[str], content_type: str) -> None:
        """Make the blob consist of these blocks. Raises MissingBlocks."""
        with answers(name):
            self._container.get_blob_client(name).commit_block_list(
                [BlobBlock(block_id) for block_id in block_ids],
                content_settings=ContentSettings(content_type=content_type),
            )

    def missing(self, name: str, block_ids: Sequence[str]) -> list[str]:
        """Those of `block_ids` that are neither staged nor committed."""
        try:
            with answers(name):
                committed, staged = self._container.get_blob_client(name).get_block_list("all")
        except Missing:
            return list(block_ids)
        known = {block.id for block in (*committed, *staged)}
        return [block_id for block_id in block_ids if block_id not in known]

    def names(self, prefix: str, *, after: str = "", limit: int | None = None) -> list[str]:
        """Names that start with `prefix`, sorted, past `after`; uncommitted blobs too."""
        with answers(prefix):
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

        Delete Blob does not see a blob that has only staged blocks; writing it over makes it one
        that can be deleted.
        """
        blob = self._container.get_blob_client(name)
        try:
            with answers(name):
                blob.delete_blob()
        except Missing:
            if self.names(name, limit=1) != [name]:
                return
            with answers(name):
                blob.upload_blob(b"", overwrite=True)
                blob.delete_blob()

    def remove_if(self, name: str, etag: str) -> bool:
        """Delete it if it is still the one with `etag`."""
        with answers(name):
            try:
                self._container.delete_blob(
                    name, etag=etag, match_condition=MatchConditions.IfNotModified
                )
            except (ResourceModifiedError, ResourceNotFoundError):
                return False
            return True
