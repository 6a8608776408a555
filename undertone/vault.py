"""Secrets from Key Vault, for apps whose settings do not refer to the vault by themselves.

A secret is asked for when something needs it, several at once where several are needed, and again
after a while: so one that was rotated is known without a restart. A vault that does not answer
hurts only what needs a secret that is not known yet: what was known stays in use meanwhile.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from typing import TYPE_CHECKING, Any, NamedTuple

from undertone.errors import Transient
from undertone.scrubbing import remember
from undertone.sources.config import SourcesConfig

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

log = logging.getLogger(__name__)

GetSecret = Callable[[str], str | None]
"""Returns the secret of that name, None if the vault has none. Raises Transient."""

SECRET_SETTINGS = (
    *(entry.name.upper() for entry in fields(SourcesConfig) if not entry.repr),
    "LANGUAGE_KEY",
    "API_KEYS",
    "AUTHORS_KEY",
)
"""Names of the settings that are secrets: those whose values a repr leaves out."""

TIME_TO_LIVE = 600.0
"""Seconds after which a secret is asked for again: within these a rotation takes effect."""
PAUSE = 15.0
"""Seconds for which a vault that did not answer is not asked again for the same secret."""
CONNECT_SECONDS, ANSWER_SECONDS, RETRIES = 3, 5, 1
AT_ONCE = 8


class _Known(NamedTuple):
    value: str | None
    until: float
    error: str = ""
    """Why there is no value; empty if the vault has answered."""


class Vault:
    """Settings, of which secrets that are empty or absent come from a vault. Safe for threads."""

    def __init__(
        self,
        settings: Mapping[str, str],
        get_secret: GetSecret | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`get_secret` None: there is no vault, and what is not set is empty."""
        self._settings = settings
        self._get_secret = get_secret
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._locks = {name: threading.Lock() for name in SECRET_SETTINGS}

    def secret(self, name: str) -> str:
        """The setting `name`, from the vault if it is not set; empty if it is nowhere.

        Raises Transient if the vault does not answer and has not before.
        """
        own = self._settings.get(name, "").strip()
        if own or self._get_secret is None:
            return own
        with self._locks[name]:  # one thread asks, the others wait for its answer
            known = self._known.get(name)
            if known is None or self._clock() >= known.until:
                known = self._ask(name, known)
                self._known[name] = known
        if known.value is None and known.error:
            raise Transient(known.error)
        return known.value or ""

    def secrets(self, names: Iterable[str]) -> dict[str, str]:
        """All these settings; what the vault must be asked for is asked for at once."""
        wanted = list(names)
        if len(wanted) < 2 or self._get_secret is None:
            return {name: self.secret(name) for name in wanted}
        with ThreadPoolExecutor(min(AT_ONCE, len(wanted))) as pool:
            return dict(zip(wanted, pool.map(self.secret, wanted), strict=True))

    def _ask(self, name: str, known: _Known | None) -> _Known:
        assert self._get_secret is not None  # noqa: S101 - see `secret`
        try:
            # YOUTUBE_API_KEY is the secret YOUTUBE-API-KEY: names there may not have underscores.
            value = self._get_secret(name.replace("_", "-"))
        except Transient as error:
            log.warning("%s", error)
            return _Known(known.value if known else None, self._clock() + PAUSE, str(error))
        value = value.strip() if value else value
        if value:
            remember(value)
        return _Known(value, self._clock() + TIME_TO_LIVE)


def managed_identity(client_id: str) -> TokenCredential:
    """The app's identity; `client_id` of a user-assigned one, empty for the system-assigned one."""
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - if asked

    return DefaultAzureCredential(managed_identity_client_id=client_id or None)


def key_vault(vault_url: str, credential: TokenCredential, **options: Any) -> GetSecret:
    """The vault at `vault_url`; `options` are those of azure-core, such as its transport."""
    from azure.core.exceptions import AzureError, ResourceNotFoundError  # noqa: PLC0415 - if asked
    from azure.keyvault.secrets import SecretClient  # noqa: PLC0415

    client = SecretClient(
        vault_url=vault_url,
        credential=credential,
        connection_timeout=CONNECT_SECONDS,
        read_timeout=ANSWER_SECONDS,
        retry_total=RETRIES,
        **options,
    )

    def get_secret(name: str) -> str | None:
        try:
            return client.get_secret(name).value
        except ResourceNotFoundError:
            return None
        except AzureError as error:
            raise Transient(
                f"Key Vault {vault_url} did not answer for secret {name}: {type(error).__name__}; "
                "does the app's identity have the role Key Vault Secrets User?"
            ) from error

    return get_secret
