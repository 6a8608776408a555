"""Every call's way in: how often its address may ask, who asks, and whether that caller may."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from undertone.errors import Forbidden, Rejected, Unauthorized
from undertone.identity.addresses import client_address
from undertone.identity.callers import EVERYBODY, Caller
from undertone.identity.config import IdentityConfig, LimitsConfig
from undertone.identity.keys import key_caller
from undertone.identity.rates import Policy, RateLimiter, Standing, headers_of, too_many

if TYPE_CHECKING:
    from undertone.identity.tokens import TokenVerifier

ADDRESS = "address"
USER_REQUESTS = "user"
ANALYSIS = "analysis"
"""Names of policies. A route may name further ones than those of every call: `ANALYSIS`."""


class Entry(NamedTuple):
    """A call that was let in."""

    caller: Caller
    headers: dict[str, str]
    """For the answer: how the caller stands with its limits."""


class Gate:
    """Lets calls in, or raises why not. `verifier` and `limiter` are built when first needed."""

    def __init__(
        self,
        config: IdentityConfig,
        limits: LimitsConfig,
        *,
        is_emulator: bool,
        verifier: Callable[[], TokenVerifier],
        limiter: Callable[[], RateLimiter],
    ) -> None:
        self._config = config
        self._is_emulator = is_emulator
        self._verifier = verifier
        self._limiter = limiter
        self._policies = {
            ADDRESS: Policy(ADDRESS, limits.requests_a_minute_address, 60),
            USER_REQUESTS: Policy(USER_REQUESTS, limits.requests_a_minute, 60),
            ANALYSIS: Policy(ANALYSIS, limits.analyses_a_second_address, 1),
        }

    def enter(
        self, headers: Mapping[str, str], roles: frozenset[str], policies: Sequence[str] = ()
    ) -> Entry:
        """The caller of a request, who has one of `roles`.

        `headers`: the request's, by names in small letters. `policies`: further ones, counted by
        address. Raises TooMany, Unauthorized, Forbidden, Rejected (503: nobody is configured) and
        Transient.
        """
        if not (self._config.is_configured or self._is_emulator):
            raise Rejected(
                "this app does not know who may call it: set OIDC_ISSUERS and OIDC_AUDIENCES, or "
                "API_KEYS; without them it serves nobody but on the storage emulator",
                status=503,
            )
        address = client_address(headers.get("x-forwarded-for", ""), self._config.front_proxies)
        standings: list[Standing] = []
        for name in (ADDRESS, *policies):
            self._count(name, address, standings)
        caller = self._caller(headers)
        self._count(USER_REQUESTS, caller.owner, standings)
        if not roles & caller.roles:
            raise Forbidden(
                f"this needs the role {' or '.join(sorted(roles))}, and you have "
                f"{', '.join(sorted(caller.roles)) or 'none'}: ask whoever runs this app"
            )
        return Entry(caller, headers_of(standings))

    def _count(self, name: str, key: str, standings: list[Standing]) -> None:
        policy = self._policies[name]
        if not policy.quota:
            return
        standing = self._limiter().take(policy, key)
        standings.append(standing)
        if not standing.is_within:
            raise too_many(standing, standings)

    def _caller(self, headers: Mapping[str, str]) -> Caller:
        if not self._config.is_configured:
            return EVERYBODY
        authorization, key = headers.get("authorization", ""), headers.get("x-functions-key", "")
        if authorization and key:
            raise Rejected("send a token or a key, not both", status=400)
        if key:
            return key_caller(self._config.keys, key)
        if not authorization:
            raise Unauthorized(self._how())
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthorized(self._how())
        return self._verifier().caller(token.strip())

    def _how(self) -> str:
        ways = []
        if self._config.issuers:
            ways.append("a token in the header `Authorization: Bearer …`")
        if self._config.keys:
            ways.append("a key in the header `x-functions-key`")
        return f"say who you are: send {' or '.join(ways)}"
