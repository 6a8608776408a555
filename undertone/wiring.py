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

import msgspec

from model.analyzer import Analyzer, Reader
from model.encoder import Encoder
from model.factory import LanguageService, build, build_encoder
from undertone.errors import Missing, Transient
from undertone.own_posts.names import PERSONAL
from undertone.pipeline import names
from undertone.pipeline.absence_cache import AbsenceCache
from undertone.pipeline.search_index import Indexes
from undertone.pipeline.services import Services
from undertone.pipeline.status import Watches
from undertone.pipeline.store import JobStore
from undertone.ports import Blobs, Links, Source
from undertone.privacy.policy import Policy
from undertone.readiness import Readiness
from undertone.scrubbing import remember, scrub_logs
from undertone.settings import Settings, SettingsError
from undertone.sources.config import PAID_SECRETS, paid_platforms
from undertone.storage.caching import BlobCache
from undertone.storage.containers import (
    ALL,
    COMMENTS,
    CONTENT,
    JOBS,
    LIMITS,
    MODELS,
    POSTS,
    RESULTS,
)
from undertone.telemetry import SILENT, Telemetry
from undertone.warming import warm

if TYPE_CHECKING:
    from undertone.content.image_model import ImageModel
    from undertone.content.language_model import LanguageModel
    from undertone.content.service import Content
    from undertone.content.workers import Workers
    from undertone.feed.following import FollowStore
    from undertone.identity.allowances import Allowances
    from undertone.identity.gate import Gate
    from undertone.identity.rates import RateLimiter
    from undertone.identity.tokens import TokenVerifier
    from undertone.own_posts.analysis import Analyst
    from undertone.own_posts.bulk import Bulk
    from undertone.own_posts.records import CommentsAt
    from undertone.own_posts.store import OwnPosts
    from undertone.storage.account import Account
    from undertone.vault import Vault


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
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
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
        lambda config: build_sources(config, start_log, clock=now, purse=_allowances()),
    )


def _analyzer() -> Reader:
    is_service = "azure" in settings().analyzer
    return _analyzers(_vault().secret("LANGUAGE_KEY") if is_service else "")


@newest
def _analyzers(language_key: str) -> Reader:
    from undertone.languages.by_language import ByLanguage  # noqa: PLC0415 - only scoring needs it
    from undertone.languages.choice import parse_choice  # noqa: PLC0415
    from undertone.languages.detector import Detector  # noqa: PLC0415

    language = settings().language
    service = LanguageService(language.endpoint, language_key, language.language)

    def build_one(name: str) -> Analyzer:
        return build(name, azure=service, fetch=_stored_model)

    choice = parse_choice(settings().analyzer)
    return ByLanguage(build_one(choice.first), choice.others, build_one, Detector().detect)


def _stored_model(name: str) -> Path:
    from undertone.stored_models import download_model  # noqa: PLC0415 - only for a stored model

    cache = Path(tempfile.gettempdir()) / "undertone"
    pinned = settings().model_digest
    return download_model(_work_account().blobs(MODELS), name, cache, pinned=pinned)


def gate() -> Gate:
    """Every HTTP call's way in, with the keys of programs that hold now."""
    return _gates(_api_keys())


def _api_keys() -> str:
    """A vault that does not answer keeps no token out."""
    try:
        return _vault().secret("API_KEYS")
    except Transient:
        if not settings().identity.issuers:
            raise
        return ""


@newest
def _gates(api_keys: str) -> Gate:
    from undertone.identity.gate import Gate  # noqa: PLC0415 - only HTTP calls need it

    return Gate(
        settings().identity.with_keys(api_keys),
        settings().limits,
        is_emulator=settings().storage.is_emulator,
        verifier=_token_verifier,
        limiter=_rate_limiter,
    )


@once
def _token_verifier() -> TokenVerifier:
    from undertone.identity.fetching import fetch  # noqa: PLC0415 - only for tokens
    from undertone.identity.tokens import TokenVerifier  # noqa: PLC0415

    return TokenVerifier(settings().identity, fetch, now)


@once
def _rate_limiter() -> RateLimiter:
    from undertone.identity.rates import RateLimiter  # noqa: PLC0415 - see `gate`

    return RateLimiter(_http_account().counters(LIMITS), now)


@once
def _allowances() -> Allowances:
    from undertone.identity.allowances import Allowances  # noqa: PLC0415 - with `services`
    from undertone.identity.running import RunningJobs  # noqa: PLC0415

    account, jobs = _http_account(), _http_account().blobs(JOBS)
    limits = settings().limits
    running = RunningJobs(
        account.blobs(LIMITS),
        limits.jobs_at_once,
        lambda job: bool(jobs.names(names.open_marker(job), limit=1)),
    )
    return Allowances(limits, account.counters(LIMITS), running, now, _paid_platforms)


def _paid_platforms() -> frozenset[str]:
    return paid_platforms(_vault().secrets(PAID_SECRETS))


def limit_counters() -> Blobs:
    """The blobs in which limits are counted, for the timer to clean up."""
    return _work_account().blobs(LIMITS)


@once
def telemetry() -> Telemetry:
    """Where spans and metrics go; what they need is imported only if they go anywhere."""
    configured = settings().telemetry
    if not configured.is_on:
        return SILENT
    from undertone.open_telemetry import start  # noqa: PLC0415 - 0.15 s, if asked for

    return start(configured, LOADED)


@once
def encoder() -> Encoder:
    """The sentence encoder; loading it takes a second, so only insights and search ask."""
    return build_encoder()


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
        encoder=encoder,
        privacy=Policy(privacy.authors, privacy.mask, _authors_key),
        telemetry=telemetry(),
        chunk_size=settings().comments_per_chunk,
        personal=(
            *((account.blobs(POSTS), prefix) for prefix in PERSONAL),
            (account.blobs(CONTENT), ""),
        ),
        admission=_allowances(),
        metered=_allowances().metered,
    )


def _look_at_vault() -> None:
    """Raises Transient if a secret could not be had."""
    from undertone.vault import SECRET_SETTINGS  # noqa: PLC0415 - see `_vault`

    _vault().secrets(SECRET_SETTINGS)


def _look_at_storage() -> None:
    """Raises Transient unless every container is there and may be read, and queues answer."""
    account = _http_account()
    for container in ALL:
        with suppress(Missing):  # which says that the container is there
            account.blobs(container).read("ready")
    account.queues().oldest(names.QUEUE_JOBS)


def _warm_fetch() -> None:
    from undertone.sources import registry  # noqa: F401, PLC0415 - what sources are built with

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
            "vault": _look_at_vault,
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


@once
def own_posts() -> OwnPosts:
    """Posts that people keep here."""
    from undertone.own_posts.store import OwnPosts  # noqa: PLC0415 - not for a plain job

    return OwnPosts(_http_account().blobs(POSTS), now)


@once
def bulk() -> Bulk:
    """Posts sent in bulk, as HTTP calls see them."""
    from undertone.own_posts.bulk import Bulk  # noqa: PLC0415 - not for a plain job

    return Bulk(own_posts(), services().queues)


@once
def work_bulk() -> Bulk:
    """Posts sent in bulk, as queue messages see them."""
    from undertone.own_posts.bulk import Bulk  # noqa: PLC0415 - not for a plain job
    from undertone.own_posts.store import OwnPosts  # noqa: PLC0415 - not for a plain job

    return Bulk(OwnPosts(_work_account().blobs(POSTS), now), work_services().queues)


@once
def analyst() -> Analyst:
    """Analyses posts."""
    from undertone.own_posts.analysis import Analyst  # noqa: PLC0415 - `regex` is not for all

    keep = timedelta(minutes=settings().analysis_minutes)
    return Analyst(own_posts(), _analyzer, row_of=_job_row, keep=keep)


def _job_row(owner: str, at: CommentsAt) -> dict[str, object] | None:
    from undertone.pipeline.reports import find_row  # noqa: PLC0415 - with what analyses posts

    row = find_row(services(), owner, at.job, at.row)
    return None if row is None else msgspec.to_builtins(row)


@once
def following() -> FollowStore:
    """Who follows what."""
    from undertone.feed.following import FollowStore  # noqa: PLC0415 - not for a plain job

    return FollowStore(_http_account().blobs(POSTS))


@once
def content() -> Content:
    """Requests for content, as HTTP calls see them."""
    from undertone.content.service import Content, ContentStore  # noqa: PLC0415 - if asked for
    from undertone.said import Said  # noqa: PLC0415

    store = ContentStore(_http_account().blobs(CONTENT), now)
    return Content(store, services().queues, Said(services(), own_posts()))


@once
def content_links() -> Links:
    """Signed links to pictures."""
    return _http_account().links(CONTENT, now)


@once
def content_workers() -> Workers:
    """Make texts and pictures, as queue messages ask for them."""
    from undertone.content.retrieval import rank  # noqa: PLC0415 - not for a plain job
    from undertone.content.service import ContentStore  # noqa: PLC0415
    from undertone.content.workers import Pictures, Workers  # noqa: PLC0415
    from undertone.own_posts.store import OwnPosts  # noqa: PLC0415
    from undertone.results.cards import draw_card, draw_poster, fit_picture  # noqa: PLC0415 - Pillow
    from undertone.said import Said  # noqa: PLC0415

    account = _work_account()
    return Workers(
        ContentStore(account.blobs(CONTENT), now),
        Said(work_services(), OwnPosts(account.blobs(POSTS), now)),
        rank=rank,
        pictures=Pictures(draw_card, draw_poster, fit_picture),
        model=_content_model,
        image_model=_image_model,
    )


def _content_model() -> LanguageModel | None:
    return (
        _language_models(_vault().secret("CONTENT_MODEL_KEY")) if settings().content.model else None
    )


@newest
def _language_models(key: str) -> LanguageModel:
    from undertone.content.language_model import OpenAIModel  # noqa: PLC0415 - if it is set

    found = settings().content
    return OpenAIModel(found.address, key, found.model)


def _image_model() -> ImageModel | None:
    has_one = settings().content.image_model
    return _image_models(_vault().secret("CONTENT_MODEL_KEY")) if has_one else None


@newest
def _image_models(key: str) -> ImageModel:
    from undertone.content.image_model import OpenAIImages  # noqa: PLC0415 - if it is set

    found = settings().content
    return OpenAIImages(found.address, key, found.image_model)


@once
def indexes() -> Indexes:
    """What this instance has read of the jobs that were searched."""
    return Indexes()
