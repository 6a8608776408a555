"""Bearer tokens of a provider that answers over HTTP: which are good, and whose they are."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fakes.bad_tokens import BAD, Make
from tests.fakes.oidc import AUDIENCE, Provider, new_key, provider, public_jwk
from undertone.errors import Rejected, Unauthorized
from undertone.identity.callers import token_owner
from undertone.identity.config import IdentityConfig
from undertone.identity.fetching import fetch
from undertone.identity.tokens import TokenVerifier, _public_key, roles_in


class Clock:
    """The real time, and what a test adds."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def verifier(*issuers: Provider, clock: Clock | None = None, **settings: str) -> TokenVerifier:
    config = IdentityConfig.from_settings(
        {
            "OIDC_ISSUERS": " ".join(issuer.issuer for issuer in issuers),
            "OIDC_AUDIENCES": f"other {AUDIENCE}",
        }
        | settings
    )
    return TokenVerifier(config, fetch, clock or Clock())


def test_a_good_token_says_who_its_bearer_is(issuer: Provider) -> None:
    caller = verifier(issuer).caller(issuer.token(roles=["analyst", "user", "root"]))
    assert caller.owner == token_owner(issuer.issuer, "anna@example.org")
    assert caller.roles == {"user", "analyst"}
    assert caller.by == "token"


def test_an_elliptic_curve_will_do(issuer: Provider) -> None:
    issuer.rotate("ES256")
    assert verifier(issuer).caller(issuer.token()).roles == {"user"}


@pytest.mark.parametrize(
    "change",
    [
        lambda now: {"exp": now - 10},
        lambda now: {"nbf": now + 20},
        lambda _: {"aud": ["account", AUDIENCE]},
        lambda _: {"nbf": None, "iat": None},
    ],
)
def test_clocks_may_differ_a_little_and_claims_be_few(
    issuer: Provider, change: Callable[[int], dict[str, Any]]
) -> None:
    assert verifier(issuer).caller(issuer.token(**change(int(time.time())))).owner


@pytest.mark.parametrize("make", BAD.values(), ids=list(BAD))
def test_a_token_that_was_tampered_with_is_refused(issuer: Provider, make: Make) -> None:
    token, checker = make(issuer), verifier(issuer)
    with pytest.raises(Unauthorized) as raised:
        checker.caller(token)
    assert raised.value.headers == {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    assert "anna" not in str(raised.value)
    assert token not in str(raised.value)
    issuer.rotate()
    checker = verifier(issuer)
    assert checker.caller(issuer.token()).owner, "a good one of the same provider is accepted"


def test_there_are_many_ways() -> None:
    assert len(BAD) >= 50


def test_keys_are_asked_for_once(issuer: Provider) -> None:
    checker = verifier(issuer)
    for _ in range(5):
        checker.caller(issuer.token())
    assert issuer.asked == ["/.well-known/openid-configuration", "/keys"]


def test_a_new_key_is_found_after_a_rotation(issuer: Provider) -> None:
    clock = Clock()
    checker = verifier(issuer, clock=clock)
    old = issuer.token()
    checker.caller(old)
    clock.ahead = timedelta(minutes=2)
    issuer.rotate(keep=False)
    assert checker.caller(issuer.token()).owner
    with pytest.raises(Unauthorized, match="no such key"):
        checker.caller(old)


def test_unknown_keys_make_it_ask_once_a_minute(issuer: Provider) -> None:
    clock = Clock()
    checker = verifier(issuer, clock=clock)
    for _ in range(20):
        with pytest.raises(Unauthorized, match="no such key"):
            checker.caller(BAD["an unknown kid"](issuer))
    assert issuer.asked.count("/keys") == 1
    clock.ahead = timedelta(minutes=1)
    with pytest.raises(Unauthorized, match="no such key"):
        checker.caller(BAD["an unknown kid"](issuer))
    assert issuer.asked.count("/keys") == 2


def test_a_foreign_issuer_is_never_asked(issuer: Provider) -> None:
    with provider() as other, pytest.raises(Unauthorized, match="not from an issuer"):
        verifier(issuer).caller(other.token())
    assert other.asked == issuer.asked == []


def test_a_provider_that_is_silent_is_no_refusal(issuer: Provider) -> None:
    issuer.is_silent = True
    with pytest.raises(Rejected, match="does not answer") as raised:
        verifier(issuer).caller(issuer.token())
    assert (raised.value.status, raised.value.retry_after) == (503, 60)


def test_issuers_do_not_share_their_subjects(issuer: Provider) -> None:
    with provider("/realms/other") as other:
        both = verifier(issuer, other)
        assert both.caller(issuer.token()).owner != both.caller(other.token()).owner
        taken = other.token(iss=issuer.issuer)
        with pytest.raises(Unauthorized):
            both.caller(taken)


# Providers by configuration alone


def test_entra_id(issuer: Provider) -> None:
    """Its subject differs from app to app; the object id does not."""
    checker = verifier(issuer, OIDC_OWNER_CLAIM="oid")
    caller = checker.caller(issuer.token(oid="6f1c", sub="pairwise", roles=["admin"], tid="4f3e"))
    assert caller.owner == token_owner(issuer.issuer, "6f1c")
    assert caller.is_admin
    with pytest.raises(Unauthorized, match="'oid'"):
        checker.caller(issuer.token())


def test_auth0() -> None:
    """Its issuer ends in a slash, its own claims are named by addresses."""
    with provider("/") as issuer:
        claim = "https://undertone.example/roles"
        checker = verifier(issuer, OIDC_ROLES_CLAIM=claim)
        assert issuer.issuer.endswith("/")
        claims: dict[str, Any] = {claim: ["analyst"], "roles": None, "sub": "auth0|5f7c"}
        token = issuer.token(**claims)
        assert checker.caller(token).roles == {"analyst"}


def test_keycloak() -> None:
    """Roles are deeper down, the issuer is a realm's address, and typ is in the payload too."""
    with provider("/realms/undertone") as issuer:
        checker = verifier(issuer, OIDC_ROLES_CLAIM="realm_access.roles")
        access = {"roles": ["offline_access", "admin", "uma_authorization"]}
        token = issuer.token(
            roles=None, realm_access=access, typ="Bearer", aud=[AUDIENCE, "account"]
        )
        assert checker.caller(token).roles == {"admin"}


def test_who_has_no_role_gets_the_default_one(issuer: Provider) -> None:
    token = issuer.token(roles=None)
    assert verifier(issuer).caller(token).roles == frozenset()
    assert verifier(issuer, OIDC_DEFAULT_ROLE="user").caller(token).roles == {"user"}


@pytest.mark.parametrize(
    ("claims", "path", "roles"),
    [
        ({"roles": ["user"]}, "roles", {"user"}),
        ({"roles": "user admin"}, "roles", {"user", "admin"}),
        ({"roles": "superadmin"}, "roles", set()),
        ({"roles": ["Admin", 7, None, ["admin"], {"admin": 1}]}, "roles", set()),
        ({"roles": {"admin": True}}, "roles", set()),
        ({"a": {"b": {"c": ["admin"]}}}, "a.b.c", {"admin"}),
        ({"a": ["admin"]}, "a.b.c", set()),
        ({"a.b": ["user"], "a": {"b": ["admin"]}}, "a.b", {"user"}),
        ({"resource_access": {"undertone": {"roles": ["analyst"]}}},
         "resource_access.undertone.roles", {"analyst"}),
        ({}, "roles", set()),
        ({"roles": None}, "roles", set()),
    ],
)  # fmt: skip
def test_roles_are_found_where_the_setting_says(
    claims: dict[str, Any], path: str, roles: set[str]
) -> None:
    assert roles_in(claims, path) == roles


def test_a_key_for_another_algorithm_checks_no_signature() -> None:
    jwk = public_jwk(new_key())
    assert _public_key(jwk, "RS256")
    for wrong in ({"alg": "RS512"}, {"alg": "RSA-OAEP"}, {"kty": "EC"}):
        with pytest.raises(Unauthorized, match="its key is not for"):
            _public_key(jwk | wrong, "RS256")
