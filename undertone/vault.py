"""Secrets from Key Vault, for apps whose settings do not refer to the vault by themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields

from undertone.errors import Transient
from undertone.sources.config import SourcesConfig

GetSecret = Callable[[str], str | None]
"""Returns the secret of that name, None if the vault has none. Raises Transient."""

SECRET_SETTINGS = (
    *(entry.name.upper() for entry in fields(SourcesConfig) if not entry.repr),
    "LANGUAGE_KEY",
    "CONTENT_MODEL_KEY",
)
"""Names of the settings that are secrets: those whose values a repr leaves out."""


def with_secrets(settings: Mapping[str, str], get_secret: GetSecret) -> dict[str, str]:
    """A copy of `settings` in which secrets that were empty or absent come from the vault.

    The setting `YOUTUBE_API_KEY` is the secret `YOUTUBE-API-KEY`: names of secrets may not have
    underscores. Raises what `get_secret` raises.
    """
    unset = [name for name in SECRET_SETTINGS if not settings.get(name, "").strip()]
    secrets = {name: get_secret(name.replace("_", "-")) for name in unset}
    return {**settings, **{name: secret for name, secret in secrets.items() if secret}}


def key_vault(vault_url: str, client_id: str) -> GetSecret:
    """The vault at `vault_url`, read with the app's managed identity.

    `client_id`: that of a user-assigned identity; empty for the system-assigned one.
    """
    from azure.core.exceptions import AzureError, ResourceNotFoundError  # noqa: PLC0415 - if asked
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415
    from azure.keyvault.secrets import SecretClient  # noqa: PLC0415

    credential = DefaultAzureCredential(managed_identity_client_id=client_id or None)
    client = SecretClient(vault_url=vault_url, credential=credential)

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
