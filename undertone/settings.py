"""The app's settings and their defaults, read from the environment here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from undertone.sources.config import SourcesConfig

STORAGE = "AzureWebJobsStorage"
"""The setting that says where storage is, to the Functions host and to us."""
EMULATOR_CONNECTION = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
    "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
    "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;"
    "QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1;"
)
"""What `UseDevelopmentStorage=true` stands for; the emulator's key is public."""


class SettingsError(ValueError):
    """A setting is missing or wrong; the message says which, and what it must be."""


@dataclass(frozen=True, kw_only=True)
class StorageSettings:
    """Where blobs and queues are: a connection string, or two URLs and a managed identity."""

    connection: str = field(default="", repr=False)
    """A connection string; empty if a managed identity is used."""
    blob_url: str = ""
    queue_url: str = ""
    client_id: str = ""
    """Client id of a user-assigned identity; empty for the system-assigned one."""


@dataclass(frozen=True, kw_only=True)
class LanguageSettings:
    """Azure AI Language, which the analyzer `azure` calls."""

    endpoint: str = ""
    key: str = field(default="", repr=False)
    language: str = "en"


@dataclass(frozen=True, kw_only=True)
class ContentSettings:
    """The models that make content; templates write and posters are drawn where there are none."""

    address: str = ""
    """Of an OpenAI-compatible service, as the SDK's `base_url`."""
    key: str = field(default="", repr=False)
    model: str = ""
    image_model: str = ""
    """At the same address; where it is empty, a prompt is set as a poster."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One deployment's settings."""

    storage: StorageSettings
    analyzer: str
    comments_per_chunk: int
    link_minutes: int
    """Minutes for which a download link can be used."""
    analysis_minutes: int
    """Minutes for which the analysis of a post serves."""
    key_vault_url: str
    sources: SourcesConfig
    language: LanguageSettings
    content: ContentSettings

    @classmethod
    def from_mapping(cls, settings: Mapping[str, str]) -> Settings:
        """Read and check the app's settings. Raises SettingsError."""
        try:
            sources = SourcesConfig.from_settings(settings)
        except ValueError as error:
            raise SettingsError(str(error)) from None
        return cls(
            storage=_storage(settings),
            analyzer=settings.get("ANALYZER", "").strip() or "compact",
            comments_per_chunk=_integer(
                settings, "COMMENTS_A_CHUNK", default=250, minimum=10, maximum=10_000
            ),
            link_minutes=_integer(settings, "LINK_MINUTES", default=15, minimum=1, maximum=1440),
            analysis_minutes=_integer(
                settings, "ANALYSIS_MINUTES", default=15, minimum=0, maximum=1440
            ),
            key_vault_url=settings.get("KEY_VAULT_URL", "").strip(),
            sources=sources,
            language=LanguageSettings(
                endpoint=settings.get("LANGUAGE_ENDPOINT", "").strip(),
                key=settings.get("LANGUAGE_KEY", "").strip(),
                language=settings.get("LANGUAGE_CODE", "").strip() or "en",
            ),
            content=_content(settings),
        )


def _content(settings: Mapping[str, str]) -> ContentSettings:
    """Address, key and at least one model, or nothing. Raises SettingsError."""
    address, key, model = (
        settings.get(f"CONTENT_MODEL{end}", "").strip() for end in ("_ADDRESS", "_KEY", "")
    )
    image_model = settings.get("CONTENT_IMAGE_MODEL", "").strip()
    if not (address or key or model or image_model):
        return ContentSettings()
    if not address.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise SettingsError(
            "CONTENT_MODEL_ADDRESS must be the https address of an OpenAI-compatible service, such "
            "as https://NAME.openai.azure.com/openai/v1/"
        )
    if not (key and (model or image_model)):
        raise SettingsError(
            "CONTENT_MODEL_ADDRESS is set, so CONTENT_MODEL_KEY and a model's name, CONTENT_MODEL "
            "or CONTENT_IMAGE_MODEL, must be set, too"
        )
    return ContentSettings(address=address, key=key, model=model, image_model=image_model)


def _storage(settings: Mapping[str, str]) -> StorageSettings:
    """The connection string if there is one; else the account's name, or its two URLs."""
    connection = settings.get(STORAGE, "").strip()
    if connection:
        if connection.lower().rstrip(";") == "usedevelopmentstorage=true":
            connection = EMULATOR_CONNECTION
        return StorageSettings(connection=connection)
    account = settings.get(f"{STORAGE}__accountName", "").strip()
    blob = settings.get(f"{STORAGE}__blobServiceUri", "").strip()
    queue = settings.get(f"{STORAGE}__queueServiceUri", "").strip()
    if account:
        blob = blob or f"https://{account}.blob.core.windows.net"
        queue = queue or f"https://{account}.queue.core.windows.net"
    if not (blob and queue):
        raise SettingsError(
            f"no storage: set {STORAGE} to a connection string, or {STORAGE}__accountName to an "
            "account that the app's managed identity may use"
        )
    client_id = settings.get(f"{STORAGE}__clientId", "").strip()
    return StorageSettings(blob_url=blob, queue_url=queue, client_id=client_id)


def _integer(
    settings: Mapping[str, str], name: str, *, default: int, minimum: int, maximum: int
) -> int:
    """The setting as a number, `default` if it is empty. Raises SettingsError."""
    text = settings.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or not minimum <= int(text) <= maximum:
        raise SettingsError(
            f"{name} must be a whole number from {minimum} to {maximum}, not {text!r}"
        )
    return int(text)
