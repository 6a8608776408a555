"""Settings of identity and limits."""

from __future__ import annotations

import pytest

from undertone.identity.config import IdentityConfig, LimitsConfig, is_safe

ISSUER = "https://login.microsoftonline.com/4f3e/v2.0"
DIGEST = "ab" * 32


def test_without_settings_nobody_is_known() -> None:
    assert not IdentityConfig.from_settings({}).is_configured


def test_several_issuers_and_audiences_may_be_given() -> None:
    config = IdentityConfig.from_settings(
        {"OIDC_ISSUERS": f"{ISSUER}, https://t.eu.auth0.com/", "OIDC_AUDIENCES": "api://a b"}
    )
    assert config.issuers == (ISSUER, "https://t.eu.auth0.com/")
    assert config.audiences == ("api://a", "b")
    assert (config.owner_claim, config.roles_claim, config.default_role) == ("sub", "roles", "")
    assert config.is_configured


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"OIDC_ISSUERS": ISSUER}, "OIDC_AUDIENCES"),
        ({"OIDC_AUDIENCES": "a"}, "OIDC_ISSUERS"),
        ({"OIDC_ISSUERS": "http://id.example", "OIDC_AUDIENCES": "a"}, "OIDC_ISSUERS"),
        ({"OIDC_ISSUERS": "https://u:p@id.example", "OIDC_AUDIENCES": "a"}, "OIDC_ISSUERS"),
        ({"OIDC_ISSUERS": "https://id.example?x=1", "OIDC_AUDIENCES": "a"}, "OIDC_ISSUERS"),
        ({"OIDC_ISSUERS": "https://[", "OIDC_AUDIENCES": "a"}, "OIDC_ISSUERS"),
        ({"OIDC_ISSUERS": "id.example", "OIDC_AUDIENCES": "a"}, "OIDC_ISSUERS"),
        ({"OIDC_DEFAULT_ROLE": "root"}, "OIDC_DEFAULT_ROLE"),
        ({"FRONT_PROXIES": "6"}, "FRONT_PROXIES"),
        ({"API_KEYS": "plain-key-by-mistake"}, "entry 1"),
        ({"API_KEYS": f"a:{DIGEST} b:{DIGEST}:root"}, "entry 2"),
        ({"API_KEYS": f"a:{DIGEST} a:{DIGEST}"}, "twice"),
        ({"API_KEYS": f"A:{DIGEST}"}, "entry 1"),
        ({"API_KEYS": f"a:{DIGEST[:-1]}"}, "entry 1"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, str], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        IdentityConfig.from_settings(settings)


def test_no_key_shows_in_the_error_or_in_a_repr() -> None:
    with pytest.raises(ValueError, match="API_KEYS") as raised:
        IdentityConfig.from_settings({"API_KEYS": "my-real-key"})
    assert "my-real-key" not in str(raised.value)
    assert DIGEST not in repr(IdentityConfig.from_settings({"API_KEYS": f"a:{DIGEST}"}))


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://id.example/keys", True),
        ("http://127.0.0.1:8080/x", True),
        ("http://localhost/x", True),
        ("http://[::1]:1/", True),
        ("http://id.example/keys", False),
        ("http://127.0.0.1.evil.example/", False),
        ("file:///etc/passwd", False),
        ("https://", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_what_may_be_asked(url: str, safe: bool) -> None:
    assert is_safe(url) is safe


def test_limits_are_on_by_default_but_on_the_emulator() -> None:
    on, off = (LimitsConfig.from_settings({}, are_on=are_on) for are_on in (True, False))
    assert on.requests_a_minute == 300
    assert on.analyses_a_second_address == 1
    assert on.comments_a_day == 1_000_000
    counts = {name: value for name, value in vars(off).items() if name != "apify_cents_a_thousand"}
    assert set(counts.values()) == {0}
    assert counts.keys() == vars(on).keys() - {"apify_cents_a_thousand"}
    assert all(vars(on).values())


def test_a_limit_that_is_set_counts_everywhere() -> None:
    limits = LimitsConfig.from_settings({"REQUESTS_A_MINUTE": " 7 "}, are_on=False)
    assert limits.requests_a_minute == 7
    assert LimitsConfig.from_settings({"JOBS_AT_ONCE": "0"}, are_on=True).jobs_at_once == 0


@pytest.mark.parametrize("text", ["-1", "1.5", "x", "50001", "9" * 5000, "²"])
def test_a_wrong_limit_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="REQUESTS_A_MINUTE must be"):
        LimitsConfig.from_settings({"REQUESTS_A_MINUTE": text}, are_on=True)
