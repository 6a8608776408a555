"""All that the environment can say; the only reader of it is `Settings.from_mapping`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from undertone.sources.config import SourcesConfig

STORAGE = "AzureWebJobsStorage"
EMULATOR = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
    "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
    "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;"
    "QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1;"
)
"""What `UseDevelopmentStorage=true` stands for. The key is the emulator's, known to everyone."""


class BadSettings(ValueError):  # noqa: N818 - reads as what it is
    """A setting is missing or wrong; says which, and how it should be."""


@dataclass(frozen=True, kw_only=True)
class StorageSettings:
    """Where blobs and queues are: a connection string, or two addresses and an identity."""

    connection: str = field(default="", repr=False)
    blob_url: str = ""
    queue_url: str = ""
    client_id: str = ""
    """Of a user-assigned identity; empty for the system-assigned one."""


@dataclass(frozen=True, kw_only=True)
class LanguageSettings:
    """Azure AI Language, for the analyzer `azure`."""

    endpoint: str = ""
    key: str = field(default="", repr=False)
    language: str = "en"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One deployment's settings."""

    storage: StorageSettings
    analyzer: str
    chunk: int
    link_minutes: int
    key_vault_url: str
    sources: SourcesConfig
    language: LanguageSettings

    @classmethod
    def from_mapping(cls, settings: Mapping[str, str]) -> Settings:
        """Read the app's settings. Raises BadSettings naming what is missing or wrong."""
        try:
            sources = SourcesConfig.from_settings(settings)
        except ValueError as error:
            raise BadSettings(str(error)) from None
        return cls(
            storage=_storage(settings),
            analyzer=settings.get("ANALYZER", "").strip() or "compact",
            chunk=_whole(settings, "COMMENTS_A_CHUNK", default=250, least=10, most=10_000),
            link_minutes=_whole(settings, "LINK_MINUTES", default=15, least=1, most=1440),
            key_vault_url=settings.get("KEY_VAULT_URL", "").strip(),
            sources=sources,
            language=LanguageSettings(
                endpoint=settings.get("LANGUAGE_ENDPOINT", "").strip(),
                key=settings.get("LANGUAGE_KEY", "").strip(),
                language=settings.get("LANGUAGE_CODE", "").strip() or "en",
            ),
        )


def _storage(settings: Mapping[str, str]) -> StorageSettings:
    connection = settings.get(STORAGE, "").strip()
    if connection:
        if connection.lower().rstrip(";") == "usedevelopmentstorage=true":
            connection = EMULATOR
        return StorageSettings(connection=connection)
    account = settings.get(f"{STORAGE}__accountName", "").strip()
    blob = settings.get(f"{STORAGE}__blobServiceUri", "").strip()
    queue = settings.get(f"{STORAGE}__queueServiceUri", "").strip()
    if account:
        blob = blob or f"https://{account}.blob.core.windows.net"
        queue = queue or f"https://{account}.queue.core.windows.net"
    if not (blob and queue):
        raise BadSettings(
            f"no storage: set {STORAGE} to a connection string, or {STORAGE}__accountName to an "
            "account that the app's managed identity may use"
        )
    client_id = settings.get(f"{STORAGE}__clientId", "").strip()
    return StorageSettings(blob_url=blob, queue_url=queue, client_id=client_id)


def _whole(settings: Mapping[str, str], name: str, *, default: int, least: int, most: int) -> int:
    text = settings.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or not least <= int(text) <= most:
        raise BadSettings(f"{name} must be a whole number from {least} to {most}, not {text!r}")
    return int(text)
