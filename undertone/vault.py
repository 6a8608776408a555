"""Platform keys from Key Vault, where no Key Vault reference puts them into the app's settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields

from undertone.errors import Transient
from undertone.sources.config import SourcesConfig

GetSecret = Callable[[str], str | None]
"""The secret of that name, or None if the vault has none. Raises Transient."""

SECRETS = (
    *(entry.name.upper() for entry in fields(SourcesConfig) if not entry.repr),
    "LANGUAGE_KEY",
)
"""Settings that are secrets: the ones whose values never show in a repr."""


def with_secrets(settings: Mapping[str, str], get_secret: GetSecret) -> dict[str, str]:
    """`settings`, with the secrets they lack from the vault; there `YOUTUBE_API_KEY` is called
    `YOUTUBE-API-KEY`, because names of secrets have no underscores."""
    lacking = [name for name in SECRETS if not settings.get(name, "").strip()]
    found = {name: get_secret(name.replace("_", "-")) for name in lacking}
    return {**settings, **{name: value for name, value in found.items() if value}}


def secrets_of(vault_url: str, client_id: str) -> GetSecret:
    """The vault at `vault_url`, read with the app's managed identity."""
    from azure.core.exceptions import AzureError, ResourceNotFoundError  # noqa: PLC0415 - if asked
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415
    from azure.keyvault.secrets import SecretClient  # noqa: PLC0415

    credential = DefaultAzureCredential(managed_identity_client_id=client_id or None)
    client = SecretClient(vault_url=vault_url, credential=credential)

    def get(name: str) -> str | None:
        try:
            return client.get_secret(name).value
        except ResourceNotFoundError:
            return None
        except AzureError as error:
            raise Transient(
                f"Key Vault {vault_url} did not answer for secret {name}: {type(error).__name__}; "
                "does the app's identity have the role Key Vault Secrets User?"
            ) from error

    return get
