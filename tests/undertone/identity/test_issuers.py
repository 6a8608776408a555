"""A provider's keys: for how long they are known, and what is no provider."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from undertone.errors import Transient
from undertone.identity.issuers import FRESH, MOST_KEYS, PAUSE, STALE, Issuer

URL = "https://id.example/realm"
DISCOVERY = f"{URL}/.well-known/openid-configuration"
KEYS = "https://keys.example/jwks"


@dataclass
class Web:
    """What stands at which address."""

    pages: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    now: datetime = datetime(2026, 11, 21, tzinfo=UTC)

    def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.pages:
            raise Transient("404")
        page = self.pages[url]
        return page if isinstance(page, bytes) else json.dumps(page).encode()

    def issuer(self, url: str = URL) -> Issuer:
        return Issuer(url, self.fetch, lambda: self.now)


@pytest.fixture
def web() -> Web:
    return Web(
        {
            DISCOVERY: {"issuer": URL, "jwks_uri": KEYS, "other": 1},
            KEYS: {"keys": [{"kid": "a", "kty": "RSA"}, {"kid": "b", "use": "enc"}, {}, 7, None]},
        }
    )


def test_only_keys_that_sign_and_have_an_id_count(web: Web) -> None:
    issuer = web.issuer()
    assert issuer.key("a") == {"kid": "a", "kty": "RSA"}
    assert issuer.key("b") is None


def test_fresh_keys_are_not_asked_for_again(web: Web) -> None:
    issuer = web.issuer()
    issuer.key("a")
    web.now += FRESH - timedelta(seconds=1)
    issuer.key("a")
    assert web.asked == [DISCOVERY, KEYS]
    web.now += timedelta(seconds=1)
    issuer.key("a")
    assert web.asked == [DISCOVERY, KEYS] * 2


def test_an_unknown_id_asks_once_in_a_while(web: Web) -> None:
    issuer = web.issuer()
    issuer.key("a")
    for _ in range(5):
        assert issuer.key("new") is None
    assert len(web.asked) == 2
    web.pages[KEYS] = {"keys": [{"kid": "new"}]}
    web.now += PAUSE
    assert issuer.key("new") == {"kid": "new"}
    assert issuer.key("a") is None, "what the provider has withdrawn is gone"


def test_known_keys_outlive_a_silent_provider_for_a_time(web: Web) -> None:
    issuer = web.issuer()
    issuer.key("a")
    web.pages.clear()
    web.now += STALE - timedelta(seconds=1)
    assert issuer.key("a")
    web.now += timedelta(seconds=1)
    with pytest.raises(Transient, match="does not give its keys"):
        issuer.key("a")


def test_a_silent_provider_is_not_asked_by_every_call(web: Web) -> None:
    web.pages.clear()
    issuer = web.issuer()
    for _ in range(5):
        with pytest.raises(Transient):
            issuer.key("a")
    assert web.asked == [DISCOVERY]


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": URL + "/", "jwks_uri": KEYS},
        {"issuer": "https://evil.example", "jwks_uri": KEYS},
        {"issuer": URL, "jwks_uri": "http://keys.example/jwks"},
        {"issuer": URL, "jwks_uri": "file:///etc/passwd"},
        {"issuer": URL},
        {"issuer": URL, "jwks_uri": 7},
        [],
        b"<html>",
        b"[" * 100_000,
        b"\xff\xfe",
        b"",
    ],
)
def test_what_is_no_discovery_gives_no_keys(web: Web, discovery: Any) -> None:
    web.pages[DISCOVERY] = discovery
    with pytest.raises(Transient):
        web.issuer().key("a")
    assert KEYS not in web.asked


@pytest.mark.parametrize("keys", [{}, {"keys": {}}, [], b"x", b'{"keys": [' * 50_000])
def test_what_is_no_key_set_gives_no_keys(web: Web, keys: Any) -> None:
    web.pages[KEYS] = keys
    with pytest.raises(Transient):
        web.issuer().key("a")


def test_of_very_many_keys_the_first_are_known(web: Web) -> None:
    web.pages[KEYS] = {"keys": [{"kid": str(number)} for number in range(MOST_KEYS + 1)]}
    issuer = web.issuer()
    assert issuer.key(str(MOST_KEYS - 1))
    assert issuer.key(str(MOST_KEYS)) is None
