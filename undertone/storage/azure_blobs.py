"""Blobs of one container on Azure Storage. What the emulator does otherwise: `azurite_blobs`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from http import HTTPStatus
from itertools import batched

from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import BlobBlock, ContainerClient, ContentSettings

from undertone.errors import Missing, Transient
from undertone.ports import Versioned
from undertone.storage.azure_errors import error_code, translated_errors

PIECE = 32 * 1024 * 1024
"""Bytes that the SDK reads with its first request; more it reads in parts."""
MOST_IN_BATCH = 256
"""Blobs that the service deletes with one request."""
MOST_READS = 6
"""How often a blob is read that others append to so fast that the service gives up the read."""


class AzureBlobs:
    """The blobs of one container, which must exist."""

    def __init__(self, container: ContainerClient) -> None:
        self._container = container

    def read(self, name: str) -> bytes:
        """The whole content. Raises Missing."""
        return self.read_versioned(name).data

    def read_versioned(self, name: str) -> Versioned:
        """The whole content and its ETag. Raises Missing.

        A blob longer than `PIECE` that changes meanwhile cannot be read whole: the SDK asks for
        its parts with the first one's ETag.
        """
        with translated_errors(name):

            def read() -> Versioned:
                download = self._container.download_blob(name)
                return Versioned(download.readall(), download.properties.etag or "")

            return _undisturbed(read)

    def read_range(self, name: str, start: int, length: int | None = None) -> bytes:
        """At most `length` bytes from `start` on; none past the end. Raises Missing.

        In pieces of one request each, without a condition: so a log that grows while it is read
        can be read to the end that it had when the last piece was.
        """
        with translated_errors(name):
            if length == 0:  # HTTP cannot ask for an empty range; the blob must exist all the same
                self._container.get_blob_client(name).get_blob_properties()
                return b""
            pieces: list[bytes] = []
            left = sys.maxsize if length is None else length
            while left:
                wanted = min(left, PIECE)
                pieces.append(self._piece(name, start, wanted))
                if len(pieces[-1]) < wanted:
                    break
                start, left = start + wanted, left - wanted
            return b"".join(pieces)

    def _piece(self, name: str, start: int, length: int) -> bytes:
        def read() -> bytes:
            return self._container.download_blob(name, offset=start, length=length).readall()

        try:
            return _undisturbed(read)
        except HttpResponseError as error:
            if error.status_code == 416:  # Range Not Satisfiable: `start` is at or past the end
                return b""
            raise

    def write(self, name: str, data: bytes, content_type: str = "application/json") -> None:
        """Create or overwrite the blob."""
        with translated_errors(name):
            self._container.upload_blob(
                name,
                data,
                overwrite=True,
                content_settings=ContentSettings(content_type=content_type),
            )

    def create(self, name: str, data: bytes) -> bool:
        """Create the blob unless it exists (If-None-Match: *); whether it was created."""
        with translated_errors(name):
            try:
                self._container.upload_blob(name, data, overwrite=False)
            except ResourceExistsError:
                return False
            return True

    def replace(self, name: str, data: bytes, etag: str) -> bool:
        """Overwrite the blob if its ETag is still `etag` (If-Match); whether it was."""
        with translated_errors(name):
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
        """Create an empty append blob unless the blob exists; whether it was created.

        Without our condition the SDK's create_append_blob would overwrite.
        """
        with translated_errors(name):
            try:
                self._container.get_blob_client(name).create_append_blob(
                    match_condition=MatchConditions.IfMissing
                )
            except ResourceExistsError:
                return False
            return True

    def append(self, name: str, data: bytes) -> int:
        """Append one block; returns how many blocks the blob has now. Raises Missing, Full."""
        with translated_errors(name):
            answer = self._container.get_blob_client(name).append_block(data)
            return int(str(answer["blob_committed_block_count"]))

    def stage(self, name: str, block_id: str, data: bytes) -> None:
        """Upload a block that no content shows before it is committed."""
        with translated_errors(name):
            self._container.get_blob_client(name).stage_block(block_id, data, length=len(data))

    def commit(self, name: str, block_ids: Sequence[str], content_type: str) -> None:
        """Make these blocks, in this order, the blob's content. Raises MissingBlocks."""
        with translated_errors(name):
            self._container.get_blob_client(name).commit_block_list(
                [BlobBlock(block_id) for block_id in block_ids],
                content_settings=ContentSettings(content_type=content_type),
            )

    def missing(self, name: str, block_ids: Sequence[str]) -> list[str]:
        """Those of `block_ids` that are neither staged nor committed, in the order given."""
        try:
            with translated_errors(name):
                committed, staged = self._container.get_blob_client(name).get_block_list("all")
        except Missing:
            return list(block_ids)
        known = {block.id for block in (*committed, *staged)}
        return [block_id for block_id in block_ids if block_id not in known]

    def names(self, prefix: str, *, after: str = "", limit: int | None = None) -> list[str]:
        """Sorted names that start with `prefix` and follow `after`, at most `limit`."""
        with translated_errors(prefix):
            names: list[str] = []
            for blob in self._container.list_blobs(
                name_starts_with=prefix,
                include=["uncommittedblobs"],
                results_per_page=None if after else limit,
            ):
                if blob.name > after:
                    names.append(blob.name)
                if limit is not None and len(names) >= limit:
                    break
            return names

    def remove(self, name: str) -> None:
        """Delete the blob and its staged blocks, if there are any.

        For a blob that has nothing but staged blocks Delete Blob answers 404; once overwritten it
        can be deleted like any other.
        """
        try:
            with translated_errors(name):
                self._container.delete_blob(name)
        except Missing:
            self._remove_staged(name)

    def _remove_staged(self, name: str) -> None:
        if self.names(name, limit=1) == [name]:
            with translated_errors(name):
                blob = self._container.get_blob_client(name)
                blob.upload_blob(b"", overwrite=True)
                blob.delete_blob()

    def remove_many(self, names: Sequence[str]) -> list[str]:
        """Delete these blobs and their staged blocks; those that could not be deleted."""
        stuck: list[str] = []
        for batch in batched(names, MOST_IN_BATCH, strict=False):
            with translated_errors(f"{batch[0]} and those after it"):
                answers = self._container.delete_blobs(*batch, raise_on_any_failure=False)
                statuses = [answer.status_code for answer in answers]
            for name, status in zip(batch, statuses, strict=True):
                if not self._is_removed(name, status):
                    stuck.append(name)
        return stuck

    def _is_removed(self, name: str, status: int) -> bool:
        """Whether the blob is gone, of which a batch says `status`."""
        if status != HTTPStatus.NOT_FOUND:
            return status == HTTPStatus.ACCEPTED
        try:
            self._remove_staged(name)
        except Transient:
            return False
        return True

    def remove_if(self, name: str, etag: str) -> bool:
        """Delete the blob if its ETag is still `etag` (If-Match); whether it was deleted."""
        with translated_errors(name):
            try:
                self._container.delete_blob(
                    name, etag=etag, match_condition=MatchConditions.IfNotModified
                )
            except (ResourceModifiedError, ResourceNotFoundError):
                return False
            return True


def _undisturbed[R](read: Callable[[], R]) -> R:
    """`read`, again at once if the blob was appended to meanwhile; the SDK does not retry that."""
    for _ in range(MOST_READS - 1):
        try:
            return read()
        except HttpResponseError as error:
            if error_code(error) != "BlobModifiedWhileReading":
                raise
    return read()
