"""Blobs of one container on the emulator Azurite, which answers some calls otherwise than Azure."""

from __future__ import annotations

from collections.abc import Callable
from typing import override

from azure.storage.blob import ContainerClient

from undertone.storage.azure_blobs import AzureBlobs
from undertone.storage.azure_errors import translated_errors


class AzuriteBlobs(AzureBlobs):
    """The blobs of one container on the emulator."""

    def __init__(
        self, container: ContainerClient, *, is_counted: Callable[[str], bool] = lambda _: True
    ) -> None:
        """`is_counted(name)`: whether callers use the block count that an append returns.

        Counting costs a second request: it is left out for blobs whose count nobody uses.
        """
        super().__init__(container)
        self._is_counted = is_counted

    @override
    def append(self, name: str, data: bytes) -> int:
        """Append one block; returns how many blocks the blob has now. Raises Missing, Full.

        Azure tells each append its own count. Azurite counts, waits, then appends: of appends at
        the same time none may be told the full count, and then a barrier would never open. So the
        count is asked for after the append; two callers may both be told the full one.
        """
        count = super().append(name, data)
        if not self._is_counted(name):
            return count
        with translated_errors(name):
            properties = self._container.get_blob_client(name).get_blob_properties()
            return properties.append_blob_committed_block_count or 0
