"""Signed links to result files: read one blob, for minutes, as a download with a sensible name.

With an account key (the emulator, a connection string) the link is signed by it. With a managed
identity it is signed by a user delegation key, which the service hands out for at most seven days;
one is used for an hour of links here.
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
KEY_LIFE = timedelta(hours=1)
CONTENT_TYPES = {".csv": "text/csv; charset=utf-8", ".jsonl": "application/x-ndjson"}


class SignedLinks:
    """Links to the blobs of one container."""

    def __init__(self, service: BlobServiceClient, container: str, clock: Clock) -> None:
        self._service = service
        self._container = container
        self._clock = clock
        self._lock = threading.Lock()
        self._delegation: tuple[datetime, UserDelegationKey] | None = None

    def read_link(self, name: str, *, file_name: str, minutes: int) -> str:
        """A URL that reads `name` for `minutes`. Raises Transient."""
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
            content_disposition=_attachment(file_name),
            content_type=CONTENT_TYPES["." + name.rpartition(".")[2]],
            cache_control="private, no-store",
        )
        blob = self._service.get_blob_client(self._container, name)
        return f"{blob.url}?{signature}"

    def _delegation_key(self, now: datetime, expiry: datetime) -> UserDelegationKey:
        """A key that lives as long as the link: with the key's end a link ends too."""
        with self._lock:
            if self._delegation is None or self._delegation[0] < expiry:
                ends = expiry + KEY_LIFE
                try:
                    key = self._service.get_user_delegation_key(now - CLOCK_SKEW, ends)
                except AzureError as error:
                    raise Transient(
                        "no key to sign links with could be had; does the app's identity have the "
                        "role Storage Blob Delegator?"
                    ) from error
                self._delegation = (ends, key)
            return self._delegation[1]


def _attachment(file_name: str) -> str:
    """RFC 6266: a plain name for all, the exact one for those that understand it."""
    plain = file_name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"
