"""The only builder of real things, each when it is first needed and once a process.

Nothing here runs at import: an exception while function_app.py loads would make every function
disappear, and each import delays a cold start.
"""

from __future__ import annotations

import logging
import os
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from model.analyzer import Analyzer
from model.factory import LanguageService, build
from undertone.errors import Missing
from undertone.pipeline import names
from undertone.pipeline.absence_cache import AbsenceCache
from undertone.pipeline.services import Services
from undertone.pipeline.status import Watches
from undertone.pipeline.store import JobStore
from undertone.ports import Links, Source
from undertone.readiness import Readiness
from undertone.settings import Settings
from undertone.storage.caching import BlobCache
from undertone.storage.containers import ALL, COMMENTS, JOBS, MODELS, RESULTS
from undertone.telemetry import SILENT, Telemetry
from undertone.warming import warm

if TYPE_CHECKING:
    from undertone.storage.account import Account


LOADED = monotonic()
"""When the app was loaded: in the cloud the process itself may be much older."""
CHATTY = ("azure.core", "azure.identity", "azure.storage", "azure.keyvault", "azure.monitor")
"""Loggers with a line for each request. Not `azure` as a whole: the Functions worker's own are
below it."""


def once[T](build_it: Callable[[], T]) -> Callable[[], T]:
    """`build_it`, run at the first call and never twice, whichever threads call."""
    lock = threading.Lock()
    built: list[T] = []

    def get() -> T:
        with lock:
            if not built:
                built.append(build_it())
            return built[0]

    return get


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


@once
def settings() -> Settings:
    """The app's settings as the environment has them. Raises SettingsError."""
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
    return Settings.from_mapping(os.environ)


@once
def _settings_with_secrets() -> Settings:
    """The same with the secrets of its Key Vault, for what uses them. Raises Transient too."""
    plain = settings()
    if not plain.key_vault_url:
        return plain
    from undertone.vault import key_vault, with_secrets  # noqa: PLC0415 - only with a vault

    get_secret = key_vault(plain.key_vault_url, plain.storage.client_id)
    return Settings.from_mapping(with_secrets(os.environ, get_secret))


@once
def _http_account() -> Account:
    from undertone.storage import account, retries  # noqa: PLC0415 - 0.2 s, not at import

    return account.Account.connect(settings().storage, retries.HTTP)


@once
def _work_account() -> Account:
    from undertone.storage import account, retries  # noqa: PLC0415 - 0.2 s, not at import

    return account.Account.connect(settings().storage, retries.WORK)


@once
def _sources() -> dict[str, Source]:
    from undertone.sources.registry import build_sources  # noqa: PLC0415 - only fetching needs it

    return build_sources(
        _settings_with_secrets().sources, _work_account().blobs(COMMENTS), clock=now
    )


@once
def _analyzer() -> Analyzer:
    choice = settings().analyzer
    language = (_settings_with_secrets() if choice == "azure" else settings()).language
    service = LanguageService(language.endpoint, language.key, language.language)
    return build(choice, azure=service, fetch=_stored_model)


def _stored_model(name: str) -> Path:
    from undertone.stored_models import download_model  # noqa: PLC0415 - only for a stored model

    cache = Path(tempfile.gettempdir()) / "undertone"
    return download_model(_work_account().blobs(MODELS), name, cache)


@once
def telemetry() -> Telemetry:
    """Where spans and metrics go; what they need is imported only if they go anywhere."""
    configured = settings().telemetry
    if not configured.is_on:
        return SILENT
    from undertone.open_telemetry import start  # noqa: PLC0415 - 0.15 s, if asked for

    return start(configured, LOADED)


@once
def services() -> Services:
    """What HTTP calls work with: storage that is out of reach is told within seconds."""
    return _services(_http_account())


@once
def work_services() -> Services:
    """What queue messages and the timer work with: storage is given longer to come back."""
    return _services(_work_account())


@once
def _blob_cache() -> BlobCache:
    return BlobCache()


@once
def _absences() -> AbsenceCache:
    return AbsenceCache(now, timedelta(seconds=1))


def _services(account: Account) -> Services:
    """What the process remembers of blobs is the same for all."""
    store = JobStore(
        jobs=account.caching_blobs(
            JOBS,
            is_immutable=names.is_immutable,
            is_counted=names.is_barrier,
            cache=_blob_cache(),
        ),
        cache=account.blobs(COMMENTS),
        absences=_absences(),
    )
    return Services(
        store=store,
        results=account.blobs(RESULTS),
        queues=account.queues(),
        clock=now,
        source=lambda platform: _sources()[platform],
        analyzer=_analyzer,
        telemetry=telemetry(),
        chunk_size=settings().comments_per_chunk,
    )


def _look_at_storage() -> None:
    """Raises Transient unless every container is there and may be read, and queues answer."""
    account = _http_account()
    for container in ALL:
        with suppress(Missing):  # which says that the container is there
            account.blobs(container).read("ready")
    account.queues().oldest(names.QUEUE_JOBS)


def _warm_fetch() -> None:
    work_services()
    _sources()


def _warm_score() -> None:
    analyzer = threading.Thread(target=_analyzer, daemon=True)
    analyzer.start()  # beside the storage SDK's import
    work_services()


def warm_up() -> None:
    """Bring what this instance's function needs, beside the host's own start."""
    warm(
        os.environ,
        {
            "http": services,
            "expand": work_services,
            "fetch": _warm_fetch,
            "score": _warm_score,
            "aggregate": work_services,
        },
    )


@once
def readiness() -> Readiness:
    """What the app needs in order to work."""
    return Readiness(
        {
            "settings": settings,
            "vault": _settings_with_secrets,
            "storage": _look_at_storage,
            "model": _analyzer,
        }
    )


@once
def links() -> Links:
    """Signed links to results."""
    return _http_account().links(RESULTS, now)


@once
def watches() -> Watches:
    """What this instance has parsed of the jobs it was asked about."""
    return Watches()
