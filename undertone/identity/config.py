"""Settings of identity and limits: who may call, and how much of what each is given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from urllib.parse import urlsplit

from undertone.identity.callers import ROLES, USER

_KEY = re.compile(r"([a-z0-9][a-z0-9-]{0,39}):([0-9a-f]{64})(?::([a-z|]+))?")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class ApiKey(NamedTuple):
    """A key that a program calls with: its owner's name, and a digest of the key itself."""

    name: str
    digest: str
    """SHA-256 of the key, in hex."""
    roles: frozenset[str] = frozenset({USER})


@dataclass(frozen=True, kw_only=True)
class IdentityConfig:
    """Who may call. With neither issuers nor keys, only an app on the emulator serves."""

    issuers: tuple[str, ...] = ()
    """Addresses of OpenID Connect providers, exactly as their tokens have them in `iss`."""
    audiences: tuple[str, ...] = ()
    """What tokens must have in `aud`, one of them."""
    owner_claim: str = "sub"
    roles_claim: str = "roles"
    default_role: str = ""
    """The role of tokens that have none; empty: they are refused."""
    keys: tuple[ApiKey, ...] = field(default=(), repr=False)
    front_proxies: int = 0
    """Proxies of the deployment's own between the platform's front end and callers."""

    @property
    def is_configured(self) -> bool:
        """Whether anybody at all is known."""
        return bool(self.issuers or self.keys)

    def with_keys(self, text: str) -> IdentityConfig:
        """The same with the keys in `text`, the form of API_KEYS. Raises ValueError."""
        return replace(self, keys=_keys({"API_KEYS": text}))

    @classmethod
    def from_settings(cls, settings: Mapping[str, str]) -> IdentityConfig:
        """Those of `settings` that are ours. Raises ValueError naming a setting that is wrong."""
        issuers = _words(settings, "OIDC_ISSUERS")
        audiences = _words(settings, "OIDC_AUDIENCES")
        for issuer in issuers:
            _check_issuer(issuer)
        if bool(issuers) != bool(audiences):
            raise ValueError(
                "OIDC_ISSUERS and OIDC_AUDIENCES must be set together: a token is only accepted "
                "from one of the issuers, for one of the audiences"
            )
        default_role = settings.get("OIDC_DEFAULT_ROLE", "").strip()
        if default_role and default_role not in ROLES:
            raise ValueError(f"OIDC_DEFAULT_ROLE must be one of {', '.join(sorted(ROLES))}")
        return cls(
            issuers=issuers,
            audiences=audiences,
            owner_claim=settings.get("OIDC_OWNER_CLAIM", "").strip() or "sub",
            roles_claim=settings.get("OIDC_ROLES_CLAIM", "").strip() or "roles",
            default_role=default_role,
            keys=_keys(settings),
            front_proxies=number(settings, "FRONT_PROXIES", default=0, most=5),
        )


@dataclass(frozen=True, kw_only=True)
class LimitsConfig:
    """How much a user, an address, a job and a day are given; 0 is no limit."""

    requests_a_minute: int
    """Of one owner."""
    requests_a_minute_address: int
    """Of one address, whoever calls from there, known or not."""
    analyses_a_second_address: int
    """Of the call `posts/{id}/analysis`."""
    jobs_at_once: int
    """Of one owner."""
    comments_a_day: int
    """Of one owner: fetched anew or sent along."""
    quota_share: int
    """Percent of a platform's quota that one owner may use."""
    apify_dollars_a_day: int
    """Of the whole deployment."""
    apify_dollars_a_job: int
    apify_cents_a_thousand: int
    """What a thousand comments cost at most; runs are started with a ceiling made of it."""

    @classmethod
    def from_settings(cls, settings: Mapping[str, str], *, are_on: bool) -> LimitsConfig:
        """Those of `settings` that are ours; the defaults of limits are 0 unless `are_on`.

        Raises ValueError naming a setting that is wrong.
        """

        def limit(name: str, default: int, most: int) -> int:
            return number(settings, name, default=default if are_on else 0, most=most)

        return cls(
            requests_a_minute=limit("REQUESTS_A_MINUTE", 300, 50_000),
            requests_a_minute_address=limit("REQUESTS_A_MINUTE_ADDRESS", 600, 50_000),
            analyses_a_second_address=limit("ANALYSES_A_SECOND_ADDRESS", 1, 1_000),
            jobs_at_once=limit("JOBS_AT_ONCE", 20, 1_000),
            comments_a_day=limit("COMMENTS_A_DAY", 1_000_000, 100_000_000),
            quota_share=limit("QUOTA_SHARE", 50, 100),
            apify_dollars_a_day=limit("APIFY_DOLLARS_A_DAY", 20, 10_000),
            apify_dollars_a_job=limit("APIFY_DOLLARS_A_JOB", 10, 10_000),
            apify_cents_a_thousand=number(
                settings, "APIFY_CENTS_A_THOUSAND", default=500, least=1, most=100_000
            ),
        )


def number(
    settings: Mapping[str, str], name: str, *, default: int, most: int, least: int = 0
) -> int:
    """The setting as a number, `default` if it is empty. Raises ValueError."""
    text = settings.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or len(text) > 12 or not least <= int(text) <= most:
        raise ValueError(f"{name} must be a whole number from {least} to {most}, not {text!r}")
    return int(text)


def _words(settings: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The setting's values, which spaces or commas separate."""
    return tuple(settings.get(name, "").replace(",", " ").split())


def _check_issuer(issuer: str) -> None:
    rule = (
        "OIDC_ISSUERS must be https addresses like https://login.microsoftonline.com/TENANT/v2.0, "
        f"exactly as tokens have them in `iss`, not {issuer!r}"
    )
    try:
        parts = urlsplit(issuer)
    except ValueError:
        raise ValueError(rule) from None
    if not is_safe(issuer) or parts.query or parts.fragment or parts.username is not None:
        raise ValueError(rule)


def is_safe(url: str) -> bool:
    """Whether `url` is https, or http that does not leave this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    host = parts.hostname or ""
    return bool(host) and (
        parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    )


def _keys(settings: Mapping[str, str]) -> tuple[ApiKey, ...]:
    """The setting API_KEYS. Its value is in no message: it may be a key by mistake."""
    keys: dict[str, ApiKey] = {}
    for place, text in enumerate(_words(settings, "API_KEYS"), 1):
        found = _KEY.fullmatch(text)
        roles = frozenset((found[3] or USER).split("|")) if found else frozenset()
        if found is None or not roles <= ROLES:
            raise ValueError(
                f"API_KEYS must be entries like NAME:DIGEST or NAME:DIGEST:analyst|admin; entry "
                f"{place} is none: a name is small letters, digits and hyphens, the digest is the "
                'key\'s SHA-256 in 64 hex digits (`printf %s "$KEY" | sha256sum`)'
            )
        if found[1] in keys:
            raise ValueError(f"API_KEYS has {found[1]!r} twice; each key has a name of its own")
        keys[found[1]] = ApiKey(found[1], found[2], roles)
    return tuple(keys.values())
