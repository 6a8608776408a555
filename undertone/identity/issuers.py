"""An OpenID Connect provider's signing keys: found by discovery, kept for a time, asked for seldom.

https://openid.net/specs/openid-connect-discovery-1_0.html and RFC 7517. Nothing that an
unauthenticated caller sends leads to more than one request a minute to the provider.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from undertone import wire
from undertone.errors import Transient
from undertone.identity.config import is_safe
from undertone.ports import Clock

log = logging.getLogger(__name__)

FRESH = timedelta(hours=1)
"""After so long the keys are asked for again, when one is needed."""
STALE = timedelta(hours=24)
"""So long they are used while the provider does not answer; no withdrawn key lives longer."""
PAUSE = timedelta(minutes=1)
"""Between two times that the provider is asked, whatever is sent."""
MOST_KEYS = 100

Fetch = Callable[[str], bytes]
"""The bytes at an address, of bounded size and within a bounded time. Raises Transient."""


class _Discovery(msgspec.Struct):
    issuer: str
    jwks_uri: str


class _KeySet(msgspec.Struct):
    keys: list[Any]


class _KeyId(msgspec.Struct):
    kid: str
    use: str = "sig"


class _Known(NamedTuple):
    """Keys by their ids, and when the provider gave them."""

    keys: dict[str, dict[str, Any]]
    since: datetime | None


class Issuer:
    """One provider, called by the address that its tokens have in `iss`. Safe between threads."""

    def __init__(self, url: str, fetch: Fetch, clock: Clock) -> None:
        self.url = url
        self._fetch = fetch
        self._clock = clock
        self._refreshing = threading.Lock()
        self._known = _Known({}, None)
        self._asked: datetime | None = None

    def key(self, kid: str) -> dict[str, Any] | None:
        """The public key (a JWK) of that id; None if the provider has none. Raises Transient.

        Who needs a key that is known and fresh waits for nobody.
        """
        if not self._has_fresh(kid):
            with self._refreshing:
                now = self._clock()
                may_ask = self._asked is None or now - self._asked >= PAUSE
                if may_ask and not self._has_fresh(kid):
                    self._refresh(now)
        known = self._known
        if known.since is None or self._clock() - known.since >= STALE:
            raise Transient(f"the identity provider {self.url} does not give its keys")
        return known.keys.get(kid)

    def _has_fresh(self, kid: str) -> bool:
        known = self._known
        is_fresh = known.since is not None and self._clock() - known.since < FRESH
        return is_fresh and kid in known.keys

    def _refresh(self, now: datetime) -> None:
        """Ask for the keys; if that fails, those that are known stay for a time."""
        self._asked = now
        try:
            self._known = _Known(self._read(), now)
        except Transient as error:
            log.warning("keys of %s: %s", self.url, error)

    def _read(self) -> dict[str, dict[str, Any]]:
        address = f"{self.url.rstrip('/')}/.well-known/openid-configuration"
        found = _as(_Discovery, self._fetch(address), address)
        if found.issuer != self.url:
            raise Transient(
                f"{address} is that of another issuer; OIDC_ISSUERS must have the address exactly "
                "as the provider writes it, down to the last slash"
            )
        if not is_safe(found.jwks_uri):
            raise Transient(f"{address} names an address for its keys that is not https")
        listed = _as(_KeySet, self._fetch(found.jwks_uri), found.jwks_uri).keys
        return {kid: key for key in listed[:MOST_KEYS] if (kid := _signing_id(key))}


def _as[T](kind: type[T], data: bytes, address: str) -> T:
    try:
        return wire.convert(wire.decode_lenient(data), kind)
    except (ValueError, RecursionError):
        raise Transient(f"{address} answered in a form that is not known") from None


def _signing_id(key: object) -> str:
    """The id of a key that signs; empty for any other."""
    try:
        named = wire.convert(key, _KeyId)
    except msgspec.ValidationError:
        return ""
    return named.kid if named.use == "sig" else ""
