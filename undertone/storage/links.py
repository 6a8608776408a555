"""Signed links to result files: each reads one blob, for minutes, by https, as a download.

They are signed by a user delegation key, which the service hands out to an identity for at most
seven days; one such key is used for about an hour's links, and revoking it ends them all. Only on
the emulator the account's key signs, which is public there, and http will do.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote

from azure.core.exceptions import AzureError
from azure.storage.blob import (
    BlobSasPermissions,
    BlobServiceClient,
    UserDelegationKey,
    generate_blob_sas,
)

from undertone.errors import Transient
from undertone.ports import Clock

CLOCK_SKEW = timedelta(minutes=5)
"""Links and keys are valid from so long ago, for the service's clock may be behind ours."""
KEY_REUSE = timedelta(hours=1)
"""A delegation key is asked to live so much longer than the link it is made for, to sign others."""
CONTENT_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".jsonl": "application/x-ndjson",
    ".png": "image/png",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".zip": "application/zip",
}


class _LentKey(NamedTuple):
    key: UserDelegationKey
    start: datetime
    expiry: datetime


class SignedLinks:
    """Links to the blobs of one container."""

    def __init__(
        self,
        service: BlobServiceClient,
        container: str,
        clock: Clock,
        *,
        account_key: str | None = None,
    ) -> None:
        """`account_key`: that of the emulator, which signs then; else `service` lends a key, and
        must be reached with an identity."""
        self._service = service
        self._account_key = account_key
        self._container = container
        self._clock = clock
        self._lock = threading.Lock()
        self._lent: _LentKey | None = None

    def read_link(self, name: str, *, file_name: str, minutes: int) -> str:
        """A URL that reads blob `name` for `minutes`, saved as `file_name`. Raises Transient."""
        now = self._clock()
        expiry = now + timedelta(minutes=minutes)
        on_emulator = self._account_key is not None
        signature = generate_blob_sas(
            account_name=str(self._service.account_name),
            container_name=self._container,
            blob_name=name,
            account_key=self._account_key,
            user_delegation_key=None if on_emulator else self._delegation_key(now, expiry),
            permission=BlobSasPermissions(read=True),
            start=now - CLOCK_SKEW,
            expiry=expiry,
            protocol="https,http" if on_emulator else "https",
            content_disposition=_content_disposition(file_name),
            content_type=CONTENT_TYPES["." + name.rpartition(".")[2]],
            cache_control="private, no-store",
        )
        blob = self._service.get_blob_client(self._container, name)
        return f"{blob.url}?{signature}"

    def _delegation_key(self, now: datetime, expiry: datetime) -> UserDelegationKey:
        """A key that is valid as long as the link: a link ends when its key does.

        Also from as early on: a clock that was set back makes links that begin before a kept key.
        """
        start, key_expiry = now - CLOCK_SKEW, expiry + KEY_REUSE
        with self._lock:  # one thread asks for a key, the others wait for it and use it too
            lent = self._lent
            if lent is None or lent.expiry < expiry or lent.start > start:
                try:
                    key = self._service.get_user_delegation_key(start, key_expiry)
                except AzureError as error:
                    raise Transient(
                        "no key to sign links with could be had; does the app's identity have the "
                        "role Storage Blob Delegator?"
                    ) from error
                lent = self._lent = _LentKey(key, start, key_expiry)
            return lent.key


def _content_disposition(file_name: str) -> str:
    """An attachment (RFC 6266): an ASCII name for all clients, the exact one for most."""
    plain = file_name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"
