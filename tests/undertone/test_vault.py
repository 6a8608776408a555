"""Secrets from Key Vault: late, at once, anew after a while, and without harm to others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import Any, override

import pytest
import requests
from azure.core.credentials import AccessToken
from azure.core.pipeline.transport import RequestsTransport
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.server import serving
from undertone import vault
from undertone.errors import Transient
from undertone.scrubbing import REMOVED, scrub
from undertone.settings import LanguageSettings, PrivacySettings
from undertone.sources.config import SourcesConfig, secrets_of
from undertone.vault import PAUSE, SECRET_SETTINGS, TIME_TO_LIVE, Vault, key_vault

URL = "https://undertone.vault.azure.net"


@dataclass
class Store:
    """A vault, as a function that is asked for secrets."""

    secrets: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    down: bool = False
    seconds: float = 0.0
    now: float = 0.0

    def __call__(self, name: str) -> str | None:
        self.asked.append(name)
        time.sleep(self.seconds)
        if self.down:
            raise Transient("the vault does not answer")
        return self.secrets.get(name)

    def vault(self, **settings: str) -> Vault:
        return Vault(settings, self, lambda: self.now)


def test_what_is_missing_comes_from_the_vault_under_its_name_there() -> None:
    store = Store({"YOUTUBE-API-KEY": " from the vault\n", "APIFY-TOKEN": "never asked"})
    secrets = store.vault(APIFY_TOKEN="from the app", REDDIT_CLIENT_ID="  ")
    assert store.asked == []
    assert secrets.secret("YOUTUBE_API_KEY") == "from the vault"
    assert secrets.secret("APIFY_TOKEN") == "from the app"
    assert secrets.secret("REDDIT_CLIENT_ID") == ""
    assert store.asked == ["YOUTUBE-API-KEY", "REDDIT-CLIENT-ID"]


def test_without_a_vault_what_is_not_set_is_empty() -> None:
    assert Vault({}, None).secrets(SECRET_SETTINGS) == dict.fromkeys(SECRET_SETTINGS, "")


def test_it_is_asked_again_after_a_while_and_knows_what_was_rotated() -> None:
    store = Store({"APIFY-TOKEN": "the first"})
    secrets = store.vault()
    for moment in (0.0, 1.0, TIME_TO_LIVE - 1):
        store.now = moment
        assert secrets.secret("APIFY_TOKEN") == "the first"
    assert len(store.asked) == 1
    store.secrets["APIFY-TOKEN"] = "the second"
    store.now = TIME_TO_LIVE
    assert secrets.secret("APIFY_TOKEN") == "the second"


def test_a_secret_that_was_added_is_found() -> None:
    store = Store()
    secrets = store.vault()
    assert secrets.secret("APIFY_TOKEN") == ""
    store.secrets["APIFY-TOKEN"] = "added"
    store.now = TIME_TO_LIVE
    assert secrets.secret("APIFY_TOKEN") == "added"


def test_a_vault_that_does_not_answer_is_no_empty_vault_nor_is_it_asked_all_the_time() -> None:
    store = Store({"APIFY-TOKEN": "there"}, down=True)
    secrets = store.vault()
    for _ in range(3):
        with pytest.raises(Transient, match="does not answer"):
            secrets.secret("APIFY_TOKEN")
    assert len(store.asked) == 1
    store.down = False
    store.now = PAUSE
    assert secrets.secret("APIFY_TOKEN") == "there"


def test_what_was_known_stays_in_use_while_it_does_not_answer() -> None:
    store = Store({"APIFY-TOKEN": "known"})
    secrets = store.vault()
    secrets.secret("APIFY_TOKEN")
    store.down, store.now = True, TIME_TO_LIVE
    assert secrets.secret("APIFY_TOKEN") == "known"
    with pytest.raises(Transient):
        secrets.secret("YOUTUBE_API_KEY")
    assert secrets.secret("APIFY_TOKEN") == "known"


def test_several_are_asked_for_at_once() -> None:
    names = SECRET_SETTINGS[: vault.AT_ONCE]
    together = threading.Barrier(len(names), timeout=10)

    def get_together(name: str) -> str:
        together.wait()  # breaks unless all are asked for at the same time
        return name.lower()

    found = Vault({}, get_together).secrets(names)
    assert found == {name: name.lower().replace("_", "-") for name in names}


def test_of_many_that_need_one_secret_only_one_asks() -> None:
    store = Store({"APIFY-TOKEN": "once"}, seconds=0.05)
    secrets = store.vault()
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(secrets.secret("APIFY_TOKEN")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found, store.asked) == (["once"] * 8, ["APIFY-TOKEN"])


def test_what_the_vault_says_is_known_to_be_secret() -> None:
    Store({"APIFY-TOKEN": "marker-of-the-vault-test"}).vault().secret("APIFY_TOKEN")
    assert scrub("echo marker-of-the-vault-test") == f"echo {REMOVED}"


def test_the_secrets_are_the_settings_that_no_repr_shows() -> None:
    hidden = {entry.name.upper() for entry in fields(SourcesConfig) if not entry.repr}
    language = {f"LANGUAGE_{e.name}".upper() for e in fields(LanguageSettings) if not e.repr}
    privacy = {e.name.upper() for e in fields(PrivacySettings) if not e.repr}
    assert set(SECRET_SETTINGS) == hidden | language | privacy | {"API_KEYS"}
    assert "YOUTUBE_API_KEY" in SECRET_SETTINGS


def test_every_platforms_credential_belongs_to_a_platform() -> None:
    hidden = {entry.name.upper() for entry in fields(SourcesConfig) if not entry.repr}
    platforms = ("youtube", "reddit", "instagram", "tiktok", "hackernews", "bluesky", "mastodon")
    assert {name for platform in platforms for name in secrets_of(platform)} == hidden
    assert secrets_of("hackernews") == ()


# The real client, over HTTP


class KeyVaultServer:
    """Key Vault's REST API, as far as it is used: the challenge, tokens, secrets, what is missing.

    https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses
    """

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}
        self.requests: list[tuple[str, str]] = []
        """Path and Authorization header."""
        self.silent = False

    def get(self, request: Request) -> Response:
        self.requests.append((request.url.path, request.headers.get("authorization", "")))
        if self.silent:
            return JSONResponse({"error": {"code": "InternalServerError"}}, 500)
        if request.headers.get("authorization") != "Bearer a-token-for-the-vault":
            challenge = (
                'Bearer authorization="https://login.microsoftonline.com/a-tenant", '
                'resource="https://vault.azure.net"'
            )
            return Response(status_code=401, headers={"WWW-Authenticate": challenge})
        assert request.query_params["api-version"]
        name = request.path_params["name"]
        if name not in self.secrets:
            problem = {"code": "SecretNotFound", "message": f"{name} was not found in this vault"}
            return JSONResponse({"error": problem}, 404)
        return JSONResponse(
            {
                "value": self.secrets[name],
                "id": f"{URL}/secrets/{name}/0123456789abcdef0123456789abcdef",
                "attributes": {"enabled": True, "created": 1, "updated": 1},
            }
        )

    @contextmanager
    def running(self) -> Iterator[str]:
        route = Route("/secrets/{name}/{version:path}", self.get)
        with serving(Starlette(routes=[route])) as base:
            yield base


class Identity:
    """A credential; notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[tuple[str, ...], Any]] = []

    def get_token(self, *scopes: str, tenant_id: str | None = None, **_: Any) -> AccessToken:
        self.asked.append((scopes, tenant_id))
        return AccessToken("a-token-for-the-vault", int(time.time()) + 3600)


class ToLoopback(RequestsTransport):  # type: ignore[misc] # azure-core has no types for it
    """Azure's own transport, with connections made to `base` in the place of the vault's host."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    @override
    def send(self, request: Any, **options: Any) -> Any:
        asked = request.url
        request.url = asked.replace(URL, self._base)
        try:
            return super().send(request, **options)
        finally:
            request.url = asked


@pytest.fixture
def server() -> Iterator[tuple[KeyVaultServer, Identity, Callable[[str], str | None]]]:
    served, identity = KeyVaultServer(), Identity()
    with served.running() as base:
        get = key_vault(URL, identity, transport=ToLoopback(base), retry_backoff_factor=0.01)
        yield served, identity, get


def test_the_real_client_answers_the_challenge_and_reads(
    server: tuple[KeyVaultServer, Identity, Callable[[str], str | None]],
) -> None:
    served, identity, get = server
    served.secrets["YOUTUBE-API-KEY"] = "a-key"
    assert get("YOUTUBE-API-KEY") == "a-key"
    assert get("APIFY-TOKEN") is None
    assert identity.asked == [(("https://vault.azure.net/.default",), "a-tenant")]
    paths = [path for path, _ in served.requests]
    assert paths == [
        "/secrets/YOUTUBE-API-KEY/",
        "/secrets/YOUTUBE-API-KEY/",
        "/secrets/APIFY-TOKEN/",
    ]
    assert served.requests[0][1] == ""


def test_a_secret_rotated_in_the_real_vault_takes_effect_without_restart(
    server: tuple[KeyVaultServer, Identity, Callable[[str], str | None]],
) -> None:
    served, _, get = server
    now = [0.0]
    secrets = Vault({}, get, lambda: now[0])
    served.secrets["APIFY-TOKEN"] = "before"
    assert secrets.secret("APIFY_TOKEN") == "before"
    served.secrets["APIFY-TOKEN"] = "after"
    assert secrets.secret("APIFY_TOKEN") == "before"
    now[0] = TIME_TO_LIVE
    assert secrets.secret("APIFY_TOKEN") == "after"


def test_a_real_vault_out_of_order_is_told_with_the_cure(
    server: tuple[KeyVaultServer, Identity, Callable[[str], str | None]],
) -> None:
    served, _, get = server
    served.silent = True
    began = time.monotonic()
    with pytest.raises(Transient, match=r"did not answer for secret APIFY-TOKEN.*Secrets User"):
        get("APIFY-TOKEN")
    assert time.monotonic() - began < 5
    assert len(served.requests) == 1 + vault.RETRIES


def test_a_vault_that_cannot_be_reached_is_told_likewise() -> None:
    class Unreachable(ToLoopback):
        @override
        def send(self, request: Any, **options: Any) -> Any:
            from azure.core.exceptions import ServiceRequestError  # noqa: PLC0415

            raise ServiceRequestError("no route") from requests.ConnectionError()

    get = key_vault(URL, Identity(), transport=Unreachable(""), retry_backoff_factor=0.01)
    with pytest.raises(Transient, match="ServiceRequestError"):
        get("APIFY-TOKEN")
