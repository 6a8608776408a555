"""Signed links to result files: each reads one blob, for minutes, as a download.

With an account key (the emulator, a connection string) the link is signed by that key. With a
managed identity it is signed by a user delegation key, which the service hands out for at most
seven days; one such key is used for about an hour's links.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
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
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".zip": "application/zip",
}


class SignedLinks:
    """Links to the blobs of one container."""

    def __init__(self, service: BlobServiceClient, container: str, clock: Clock) -> None:
        self._service = service
        self._container = container
        self._clock = clock
        self._lock = threading.Lock()
        self._key_and_expiry: tuple[UserDelegationKey, datetime] | None = None

    def read_link(self, name: str, *, file_name: str, minutes: int) -> str:
        """A URL that reads blob `name` for `minutes`, saved as `file_name`. Raises Transient."""
        now = self._clock()
        expiry = now + timedelta(minutes=minutes)
        account_key = getattr(self._service.credential, "account_key", None)
        signature = generate_blob_sas(
            account_name=str(self._service.account_name),
            container_name=self._container,
            blob_name=name,
            account_key=account_key,
            user_delegation_key=None if account_key else self._delegation_key(now, expiry),
            permission=BlobSasPermissions(read=True),
            start=now - CLOCK_SKEW,
            expiry=expiry,
            protocol="https" if self._service.scheme == "https" else "https,http",
            content_disposition=_content_disposition(file_name),
            content_type=CONTENT_TYPES["." + name.rpartition(".")[2]],
            cache_control="private, no-store",
        )
        blob = self._service.get_blob_client(self._container, name)
        return f"{blob.url}?{signature}"

    def _delegation_key(self, now: datetime, expiry: datetime) -> UserDelegationKey:
        """A key that is valid until `expiry` at least: a link ends when its key does."""
        with self._lock:  # one thread asks for a key, the others wait for it and use it too
            if self._key_and_expiry is None or self._key_and_expiry[1] < expiry:
                key_expiry = expiry + KEY_REUSE
                try:
                    key = self._service.get_user_delegation_key(now - CLOCK_SKEW, key_expiry)
                except AzureError as error:
                    raise Transient(
                        "no key to sign links with could be had; does the app's identity have the "
                        "role Storage Blob Delegator?"
                    ) from error
                self._key_and_expiry = (key, key_expiry)
            return self._key_and_expiry[0]


def _content_disposition(file_name: str) -> str:
    """An attachment (RFC 6266): an ASCII name for all clients, the exact one for most."""
    plain = file_name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"
