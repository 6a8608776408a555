"""Who gets in, and what is told to who does not."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.fakes.oidc import AUDIENCE, Provider
from undertone.errors import Forbidden, Rejected, TooMany, Unauthorized
from undertone.identity.callers import EVERYBODY, ROLES
from undertone.identity.config import IdentityConfig, LimitsConfig
from undertone.identity.fetching import fetch
from undertone.identity.gate import ANALYSIS, Gate
from undertone.identity.rates import RateLimiter
from undertone.identity.tokens import TokenVerifier
from undertone.storage.memory import MemoryCounters

KEY = "k" * 43
KEYS = f"nightly:{hashlib.sha256(KEY.encode()).hexdigest()}"
NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)


def gate(settings: dict[str, str] | None = None, *, is_emulator: bool = False) -> Gate:
    config = IdentityConfig.from_settings(settings or {})
    limiter = RateLimiter(MemoryCounters(), lambda: NOW)
    return Gate(
        config,
        LimitsConfig.from_settings(settings or {}, are_on=False),
        is_emulator=is_emulator,
        verifier=lambda: TokenVerifier(config, fetch, lambda: datetime.now(UTC)),
        limiter=lambda: limiter,
    )


def enter(made: Gate, **headers: str) -> Any:
    return made.enter({name.replace("_", "-"): v for name, v in headers.items()}, ROLES)


def test_without_identity_only_the_emulator_serves() -> None:
    assert enter(gate(is_emulator=True)).caller == EVERYBODY
    with pytest.raises(Rejected, match="set OIDC_ISSUERS and OIDC_AUDIENCES, or API_KEYS") as no:
        enter(gate())
    assert no.value.status == 503


def test_with_identity_the_emulator_asks_too() -> None:
    with pytest.raises(Unauthorized, match="x-functions-key"):
        enter(gate({"API_KEYS": KEYS}, is_emulator=True))


def test_a_key_is_its_owner() -> None:
    assert enter(gate({"API_KEYS": KEYS}), x_functions_key=KEY).caller.owner == "key-nightly"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x_functions_key": "wrong"},
        {"authorization": f"Basic {KEY}"},
        {"authorization": "Bearer"},
        {"authorization": "Bearer  "},
        {"authorization": KEY},
        {"x_ms_client_principal": "eyJ1c2VySWQiOiJhZG1pbiJ9"},
        {"x_ms_client_principal_id": "admin"},
        {"cookie": f"x-functions-key={KEY}"},
    ],
)
def test_who_says_nothing_that_counts_is_asked_who_it_is(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthorized) as raised:
        enter(gate({"API_KEYS": KEYS}), **headers)
    assert raised.value.headers["WWW-Authenticate"].startswith("Bearer")
    assert KEY not in str(raised.value)


def test_two_ways_at_once_are_refused(issuer: Provider) -> None:
    settings = {"API_KEYS": KEYS, "OIDC_ISSUERS": issuer.issuer, "OIDC_AUDIENCES": AUDIENCE}
    with pytest.raises(Rejected, match="not both") as raised:
        enter(gate(settings), x_functions_key=KEY, authorization=f"Bearer {issuer.token()}")
    assert raised.value.status == 400


def test_a_role_is_needed(issuer: Provider) -> None:
    made = gate({"OIDC_ISSUERS": issuer.issuer, "OIDC_AUDIENCES": AUDIENCE})
    entry = enter(made, authorization=f"bEARER {issuer.token(roles=['analyst'])}")
    assert entry.caller.roles == {"analyst"}
    with pytest.raises(Forbidden, match="and you have none"):
        enter(made, authorization=f"Bearer {issuer.token(roles=None)}")
    admin_only = frozenset({"admin"})
    with pytest.raises(Forbidden, match="needs the role admin, and you have user"):
        made.enter({"authorization": f"Bearer {issuer.token()}"}, admin_only)


def test_an_owner_has_a_limit_wherever_it_asks_from() -> None:
    made = gate({"API_KEYS": KEYS, "REQUESTS_A_MINUTE": "3"})
    for number in range(3):
        entry = enter(made, x_functions_key=KEY, x_forwarded_for=f"192.0.2.{number}")
        assert entry.headers["RateLimit"] == f'"user";r={2 - number};t=60'
    with pytest.raises(TooMany, match="more than 3 requests in 60 s"):
        enter(made, x_functions_key=KEY, x_forwarded_for="198.51.100.1")


def test_an_address_has_a_limit_whoever_asks_and_guesses_count() -> None:
    made = gate({"API_KEYS": KEYS, "REQUESTS_A_MINUTE_ADDRESS": "4"})
    for _ in range(4):
        with pytest.raises(Unauthorized):
            enter(made, x_functions_key="guess", x_forwarded_for="9.9.9.9, 192.0.2.1:81")
    with pytest.raises(TooMany) as raised:
        enter(made, x_functions_key=KEY, x_forwarded_for="8.8.8.8, 192.0.2.1:82")
    assert raised.value.headers["RateLimit-Policy"] == '"address";q=4;w=60'
    assert enter(made, x_functions_key=KEY, x_forwarded_for="192.0.2.1, 192.0.2.2")


def test_a_route_may_have_a_limit_of_its_own() -> None:
    made = gate({"API_KEYS": KEYS, "ANALYSES_A_SECOND_ADDRESS": "1"})
    headers = {"x-functions-key": KEY, "x-forwarded-for": "192.0.2.1"}
    made.enter(headers, ROLES, [ANALYSIS])
    with pytest.raises(TooMany) as raised:
        made.enter(headers, ROLES, [ANALYSIS])
    assert raised.value.retry_after == 1
    made.enter(headers, ROLES)
