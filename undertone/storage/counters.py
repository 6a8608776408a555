"""Numbers that all instances count together: an append blob each, as long as what is counted.

An append carries as many bytes as it counts, on the condition that the blob then is no longer than
the limit (`x-ms-blob-condition-maxsize`). The service checks that and appends in one step, so of
any number of callers exactly as many succeed as there is room for, with one request each, and a
refused one leaves nothing behind.
"""

from __future__ import annotations

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceExistsError
from azure.storage.blob import ContainerClient

from undertone.errors import Full, Missing
from undertone.storage.azure_errors import error_code, translated_errors

MOST_AT_ONCE = 4 * 1024 * 1024
"""Bytes of one block, so what one call can count."""


class BlobCounters:
    """The counters of one container, which must exist."""

    def __init__(self, container: ContainerClient) -> None:
        self._container = container

    def take(self, name: str, count: int, most: int) -> int | None:
        """Count `count` more, unless that made more than `most`; what is counted now, or None.

        An answer that is lost is asked for again by the SDK, and so counted twice.
        """
        if count > min(most, MOST_AT_ONCE):
            return None
        if most == 1:
            return self._take_only(name)
        try:
            return self._append(name, count, most)
        except Missing:
            self._create(name)
            return self._append(name, count, most)
        except Full:
            return None

    def _append(self, name: str, count: int, most: int) -> int | None:
        blob = self._container.get_blob_client(name)
        with translated_errors(name):
            try:
                appended = blob.append_block(b"." * count, maxsize_condition=most)
            except HttpResponseError as error:
                if error_code(error) == "MaxBlobSizeConditionNotMet":
                    return None
                raise
        return int(str(appended["blob_append_offset"])) + count

    def _create(self, name: str) -> None:
        with translated_errors(name):
            try:
                self._container.get_blob_client(name).create_append_blob(
                    match_condition=MatchConditions.IfMissing
                )
            except ResourceExistsError:
                return

    def _take_only(self, name: str) -> int | None:
        """Of one there is one: the blob itself, created by a single request."""
        with translated_errors(name):
            try:
                self._container.upload_blob(name, b".", overwrite=False)
            except ResourceExistsError:
                return None
        return 1
