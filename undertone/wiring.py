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
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from model.analyzer import Analyzer
from model.factory import LanguageService, build
from undertone.pipeline import names
from undertone.pipeline.absence_cache import AbsenceCache
from undertone.pipeline.services import Services
from undertone.pipeline.status import Watches
from undertone.pipeline.store import JobStore
from undertone.ports import Links, Source
from undertone.privacy.policy import Policy
from undertone.scrubbing import remember, scrub_logs
from undertone.settings import Settings, SettingsError
from undertone.storage.caching import BlobCache
from undertone.storage.containers import COMMENTS, JOBS, MODELS, RESULTS

if TYPE_CHECKING:
    from undertone.storage.account import Account
    from undertone.vault import Vault


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


def newest[K, T](build_it: Callable[[K], T]) -> Callable[[K], T]:
    """`build_it`, of which the newest outcome is kept: run again only for another argument."""
    lock = threading.Lock()
    built: list[tuple[K, T]] = []

    def get(key: K) -> T:
        with lock:
            if not built or built[0][0] != key:
                built[:] = [(key, build_it(key))]
            return built[0][1]

    return get


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


@once
def settings() -> Settings:
    """The app's settings, without the secrets of its Key Vault. Raises SettingsError."""
    logging.getLogger("azure").setLevel(logging.WARNING)  # a line for each request otherwise
    read = Settings.from_mapping(os.environ)
    remember(*read.secrets)
    scrub_logs()
    if read.privacy.authors != "plain" and not (read.privacy.authors_key or read.key_vault_url):
        raise SettingsError(
            "AUTHORS_KEY is missing, with which the authors of comments get pseudonyms: set it to "
            "what `openssl rand -base64 32` prints, or AUTHORS to `plain`"
        )
    return read


@once
def _vault() -> Vault:
    """Secrets, from the settings or from the Key Vault that they name."""
    from undertone import vault  # noqa: PLC0415 - its thread pool, not at import

    read = settings()
    get_secret = None
    if read.key_vault_url:
        identity = vault.managed_identity(read.storage.client_id)
        get_secret = vault.key_vault(read.key_vault_url, identity)
    return vault.Vault(os.environ, get_secret)


def _authors_key() -> str:
    """The secret that pseudonyms are made with; empty if there is none. Raises Transient."""
    own = settings().privacy.authors_key
    return own or _vault().secret("AUTHORS_KEY")


@once
def _http_account() -> Account:
    from undertone.storage import account, retries  # noqa: PLC0415 - 0.2 s, not at import

    return account.Account.connect(settings().storage, retries.HTTP)


@once
def _work_account() -> Account:
    from undertone.storage import account, retries  # noqa: PLC0415 - 0.2 s, not at import

    return account.Account.connect(settings().storage, retries.WORK)


@once
def _sources() -> Callable[[str], Source]:
    from undertone.sources.current import CurrentSources  # noqa: PLC0415 - only fetching needs it
    from undertone.sources.registry import build_sources  # noqa: PLC0415

    start_log = _work_account().blobs(COMMENTS)
    return CurrentSources(
        settings().sources,
        _vault().secrets,
        lambda config: build_sources(config, start_log, clock=now),
    )


def _analyzer() -> Analyzer:
    key = _vault().secret("LANGUAGE_KEY") if settings().analyzer == "azure" else ""
    return _analyzers(key)


@newest
def _analyzers(language_key: str) -> Analyzer:
    language = settings().language
    service = LanguageService(language.endpoint, language_key, language.language)
    return build(settings().analyzer, azure=service, fetch=_stored_model)


def _stored_model(name: str) -> Path:
    from undertone.stored_models import download_model  # noqa: PLC0415 - only for a stored model

    cache = Path(tempfile.gettempdir()) / "undertone"
    pinned = settings().model_digest
    return download_model(_work_account().blobs(MODELS), name, cache, pinned=pinned)


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
    privacy = settings().privacy
    return Services(
        store=store,
        results=account.blobs(RESULTS),
        queues=account.queues(),
        clock=now,
        source=lambda platform: _sources()(platform),  # noqa: PLW0108 - built when one is asked for
        analyzer=_analyzer,
        privacy=Policy(privacy.authors, privacy.mask, _authors_key),
        chunk_size=settings().comments_per_chunk,
    )


@once
def links() -> Links:
    """Signed links to results."""
    return _http_account().links(RESULTS, now)


@once
def watches() -> Watches:
    """What this instance has parsed of the jobs it was asked about."""
    return Watches()
