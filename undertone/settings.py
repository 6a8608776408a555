"""The app's settings and their defaults, read from the environment here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal
from urllib.parse import urlsplit

from undertone.identity.config import IdentityConfig, LimitsConfig
from undertone.sources.config import SourcesConfig

STORAGE = "AzureWebJobsStorage"
"""The setting that says where storage is, to the Functions host and to us."""
DEFAULT_ANALYZER = "compact;*=compact-multilingual"
"""English by the one bundled model, what else is read by the other."""
EMULATOR_CONNECTION = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
    "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
    "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;"
    "QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1;"
)
"""What `UseDevelopmentStorage=true` stands for; the emulator's key is public."""


EMULATOR_ACCOUNT = "devstoreaccount1"
"""The emulator's only account has this name, and no account in the cloud can have it."""
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


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

    @property
    def is_emulator(self) -> bool:
        """Whether this is the emulator on this machine, which nobody else reaches."""
        parts = dict(part.partition("=")[::2] for part in self.connection.split(";"))
        host = urlsplit(parts.get("BlobEndpoint", "")).hostname
        return parts.get("AccountName") == EMULATOR_ACCOUNT and host in LOOPBACK

    @property
    def secrets(self) -> list[str]:
        """The parts of the connection string that let one in."""
        parts = dict(part.partition("=")[::2] for part in self.connection.split(";"))
        return [parts[name] for name in ("AccountKey", "SharedAccessSignature") if name in parts]


@dataclass(frozen=True, kw_only=True)
class PrivacySettings:
    """What is kept of the people who write comments, and for how long."""

    authors: Literal["plain", "hashed", "none"] = "plain"
    authors_key: str = field(default="", repr=False)
    """The secret that pseudonyms are made with."""
    mask: bool = False
    """Whether e-mail addresses, numbers and handles in comments are masked in every job."""
    retention_days: int = 90
    """Jobs, results and comments that are older are deleted."""


@dataclass(frozen=True, kw_only=True)
class LanguageSettings:
    """Azure AI Language, which the analyzer `azure` calls."""

    endpoint: str = ""
    key: str = field(default="", repr=False)
    language: str = "en"


@dataclass(frozen=True, kw_only=True)
class TelemetrySettings:
    """Where spans and metrics go; nowhere if both addresses are empty."""

    otlp_endpoint: str = ""
    """The collector's address, to which `/v1/traces` and `/v1/metrics` are added."""
    azure_connection: str = field(default="", repr=False)
    """Of Application Insights."""
    azure_identity: str | None = None
    """The client id of the identity that may publish there (empty: the system-assigned one); None
    sends with the key in the connection string alone."""
    traced_share: float = 1.0
    """Of the jobs whose callers began no trace."""

    @property
    def is_on(self) -> bool:
        """Whether there is somebody to tell."""
        return bool(self.otlp_endpoint or self.azure_connection)


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
    identity: IdentityConfig
    limits: LimitsConfig
    language: LanguageSettings
    privacy: PrivacySettings
    model_digest: str
    """What the manifest of a model from storage must have as its SHA-256; empty: anything."""

    @property
    def secrets(self) -> list[str]:
        """The values of all secrets among them."""
        credentials = (e.name for e in fields(self.sources) if not e.repr)
        own = [self.language.key, self.privacy.authors_key, self.telemetry.azure_connection]
        own += self.storage.secrets
        return [
            value for value in (*(getattr(self.sources, n) for n in credentials), *own) if value
        ]

    telemetry: TelemetrySettings = TelemetrySettings()

    @classmethod
    def from_mapping(cls, settings: Mapping[str, str]) -> Settings:
        """Read and check the app's settings. Raises SettingsError."""
        storage = _storage(settings)
        try:
            sources = SourcesConfig.from_settings(settings)
            identity = IdentityConfig.from_settings(settings)
            are_on = not storage.is_emulator
            limits = LimitsConfig.from_settings(settings, are_on=are_on)
        except ValueError as error:
            raise SettingsError(str(error)) from None
        if sources.platforms_base and not storage.is_emulator:
            raise SettingsError(
                "PLATFORMS_BASE names stand-in platforms, which are for development only: remove "
                f"it, or set {STORAGE} to the emulator"
            )
        return cls(
            storage=storage,
            analyzer=settings.get("ANALYZER", "").strip() or DEFAULT_ANALYZER,
            comments_per_chunk=_integer(
                settings, "COMMENTS_A_CHUNK", default=250, minimum=10, maximum=10_000
            ),
            link_minutes=_integer(settings, "LINK_MINUTES", default=15, minimum=1, maximum=1440),
            analysis_minutes=_integer(
                settings, "ANALYSIS_MINUTES", default=15, minimum=0, maximum=1440
            ),
            key_vault_url=settings.get("KEY_VAULT_URL", "").strip(),
            sources=sources,
            identity=identity,
            limits=limits,
            language=LanguageSettings(
                endpoint=settings.get("LANGUAGE_ENDPOINT", "").strip(),
                key=settings.get("LANGUAGE_KEY", "").strip(),
                language=settings.get("LANGUAGE_CODE", "").strip() or "en",
            ),
            privacy=_privacy(settings, storage),
            model_digest=_digest(settings, "MODEL_DIGEST"),
            telemetry=_telemetry(settings),
        )


DEVELOPMENT_AUTHORS_KEY = "this key is public: it makes pseudonyms on the emulator only"
"""What AUTHORS_KEY is where nothing but the emulator is at stake."""
_SHORTEST_AUTHORS_KEY = 32


def _privacy(settings: Mapping[str, str], storage: StorageSettings) -> PrivacySettings:
    default = "plain" if storage.is_emulator else "hashed"
    authors = settings.get("AUTHORS", "").strip() or default
    if authors not in {"plain", "hashed", "none"}:
        raise SettingsError("AUTHORS must be `plain`, `hashed` or `none`")
    key = settings.get("AUTHORS_KEY", "").strip()
    if key and len(key) < _SHORTEST_AUTHORS_KEY:
        raise SettingsError(
            f"AUTHORS_KEY has {len(key)} characters and must have {_SHORTEST_AUTHORS_KEY} at "
            "least: who can guess it can undo the pseudonyms; make one with `openssl rand -base64 "
            "32`"
        )
    masked = settings.get("MASK_COMMENTS", "").strip().lower()
    if masked not in {"", "true", "false"}:
        raise SettingsError("MASK_COMMENTS must be `true` or `false`")
    return PrivacySettings(
        authors=authors,  # type: ignore[arg-type] # checked above
        authors_key=key or (DEVELOPMENT_AUTHORS_KEY if storage.is_emulator else ""),
        mask=masked == "true",
        retention_days=_integer(settings, "RETENTION_DAYS", default=90, minimum=7, maximum=3650),
    )


def _digest(settings: Mapping[str, str], name: str) -> str:
    text = settings.get(name, "").strip().lower()
    if text and re.fullmatch("[0-9a-f]{64}", text) is None:
        raise SettingsError(f"{name} must be a SHA-256: 64 digits in hex")
    return text


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


def _telemetry(settings: Mapping[str, str]) -> TelemetrySettings:
    """Where telemetry goes: by the names that OpenTelemetry and the Functions host use."""
    endpoint = settings.get("OTEL_EXPORTER_OTLP_ENDPOINT", "").strip().rstrip("/")
    if endpoint and not endpoint.startswith(("http://", "https://")):
        raise SettingsError(
            "OTEL_EXPORTER_OTLP_ENDPOINT must be an address like http://collector:4318, not "
            f"{endpoint!r}"
        )
    return TelemetrySettings(
        otlp_endpoint=endpoint,
        azure_connection=settings.get("APPLICATIONINSIGHTS_CONNECTION_STRING", "").strip(),
        azure_identity=_publisher(settings.get("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "")),
        traced_share=_share(settings, "OTEL_TRACES_SAMPLER_ARG"),
    )


def _publisher(text: str) -> str | None:
    """The client id in `ClientId=…;Authorization=AAD`, as the host reads it."""
    pairs = dict(part.strip().partition("=")[::2] for part in text.split(";") if part.strip())
    if pairs.get("Authorization", "").upper() != "AAD":
        return None
    return pairs.get("ClientId", "")


def _share(settings: Mapping[str, str], name: str) -> float:
    text = settings.get(name, "").strip()
    if not text:
        return 1.0
    if not re.fullmatch(r"0(\.\d+)?|1(\.0+)?", text):
        raise SettingsError(f"{name} must be a share from 0 to 1 like 0.25, not {text[:20]!r}")
    return float(text)


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
