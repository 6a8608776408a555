"""Bearer tokens (JWT, RFC 7519) of configured OpenID Connect providers, by PyJWT.

What is refused is refused with one sentence that says which check failed and never repeats what
was sent. PyJWT, and with it cryptography, is imported when the first token comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from undertone.errors import Rejected, Transient, Unauthorized
from undertone.identity.callers import ROLES, Caller, token_owner
from undertone.identity.config import IdentityConfig
from undertone.identity.issuers import Fetch, Issuer
from undertone.ports import Clock

ALGORITHMS = {"RS256": "RSA", "ES256": "EC"}
"""Those that are accepted, and the kind of key that each needs."""
TYPES = {"", "jwt", "at+jwt", "application/at+jwt"}
FOREIGN_KEYS = {"jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "enc"}
"""Header fields by which a token brings its own key, or asks for rules of its own."""
LONGEST = 16 * 1024
"""Characters of a token; the host takes as much of a header."""
LEEWAY = 30
"""Seconds by which the clocks of provider and app may differ."""
LEAST_RSA_BITS = 2048
RETRY_AFTER = 60
"""Seconds until a silent issuer is asked again."""
MOST_SUBJECT = 255
"""Characters of a subject (OpenID Connect Core 1.0, section 2)."""


class TokenVerifier:
    """Says who the bearer of a token is."""

    def __init__(self, config: IdentityConfig, fetch: Fetch, clock: Clock) -> None:
        self._config = config
        self._issuers = {url: Issuer(url, fetch, clock) for url in config.issuers}

    def caller(self, token: str) -> Caller:
        """Who bears the token. Raises Unauthorized, and Rejected (503) if its issuer is silent."""
        claims = self._claims(token)
        subject = claims.get(self._config.owner_claim)
        if not isinstance(subject, str) or not 0 < len(subject) <= MOST_SUBJECT:
            raise invalid(f"it has no claim {self._config.owner_claim!r} that says whose it is")
        owner = token_owner(claims["iss"], subject)
        roles = roles_in(claims, self._config.roles_claim)
        if not roles and self._config.default_role:
            roles = frozenset({self._config.default_role})
        return Caller(owner, roles, "token")

    def _claims(self, token: str) -> dict[str, Any]:
        import jwt  # noqa: PLC0415 - only for a token; with cryptography some 50 ms

        if len(token) > LONGEST:
            raise invalid("it is too long")
        try:
            header = jwt.get_unverified_header(token)
            issuer = self._issuer(jwt.decode(token, options={"verify_signature": False}))
            key = self._key(issuer, header)
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[header["alg"]],
                audience=self._config.audiences,
                issuer=issuer.url,
                leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud"]},
            )
            return claims
        except jwt.PyJWTError as error:
            raise invalid(_REASONS.get(type(error).__name__, "it is malformed")) from None
        except (ValueError, TypeError, OverflowError, RecursionError, AttributeError):
            raise invalid("it is malformed") from None

    def _issuer(self, claims: Mapping[str, Any]) -> Issuer:
        """Whose it says to be; whether that is true its signature tells."""
        issuer = claims.get("iss")
        known = self._issuers.get(issuer) if isinstance(issuer, str) else None
        if known is None:
            raise invalid("it is not from an issuer that is accepted here")
        return known

    def _key(self, issuer: Issuer, header: Mapping[str, Any]) -> Any:
        """The issuer's public key that the token must be signed with."""
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS:
            raise invalid(f"it must be signed with {' or '.join(ALGORITHMS)}")
        if FOREIGN_KEYS & header.keys():
            raise invalid("its header has a field that is not accepted here")
        if str(header.get("typ", "")).lower() not in TYPES:
            raise invalid("it is no access token")
        if not isinstance(kid, str) or not kid:
            raise invalid("it does not say which key it is signed with")
        jwk = _key_of(issuer, kid)
        if jwk is None:
            raise invalid("its issuer has no such key")
        return _public_key(jwk, str(algorithm))


def _key_of(issuer: Issuer, kid: str) -> dict[str, Any] | None:
    try:
        return issuer.key(kid)
    except Transient:
        silent = Rejected(
            "the identity provider does not answer, so no token can be checked; try again",
            status=503,
        )
        silent.retry_after = RETRY_AFTER
        raise silent from None


def _public_key(jwk: Mapping[str, Any], algorithm: str) -> Any:
    """The JWK as a key of the kind that `algorithm` needs. Raises Unauthorized."""
    from jwt.algorithms import ECAlgorithm, RSAAlgorithm  # noqa: PLC0415 - see `_claims`

    wrong = invalid("it is signed in a way that its key is not for")
    if jwk.get("kty") != ALGORITHMS[algorithm] or jwk.get("alg", algorithm) != algorithm:
        raise wrong
    public = {name: value for name, value in jwk.items() if name in _PUBLIC}
    if algorithm == "RS256":
        rsa: Any = RSAAlgorithm.from_jwk(public)
        if rsa.key_size < LEAST_RSA_BITS:
            raise wrong
        return rsa
    if jwk.get("crv") != "P-256":
        raise wrong
    return ECAlgorithm.from_jwk(public)


_PUBLIC = {"kty", "n", "e", "crv", "x", "y"}


def roles_in(claims: Mapping[str, Any], path: str) -> frozenset[str]:
    """The roles that we know in the claim `path`; a list, or words of one text.

    `path` is a claim's name (`roles`, `https://undertone.example/roles`), or names with dots
    between that lead into it (`realm_access.roles`).
    """
    value: Any = claims.get(path)
    if value is None:
        value = claims
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
    if isinstance(value, str):
        value = value.split()
    if not isinstance(value, list):
        return frozenset()
    return ROLES & {role for role in value if isinstance(role, str)}


def invalid(why: str) -> Unauthorized:
    """The answer to a token that is refused (RFC 6750, section 3.1)."""
    return Unauthorized(
        f"the token is refused: {why}; get a new one from your identity provider",
        challenge='Bearer error="invalid_token"',
    )


_REASONS = {
    "ExpiredSignatureError": "it has expired",
    "ImmatureSignatureError": "it is not valid yet",
    "InvalidAudienceError": "it is for another audience",
    "InvalidIssuerError": "it is not from an issuer that is accepted here",
    "InvalidSignatureError": "its signature is wrong",
    "InvalidAlgorithmError": "its signature is wrong",
    "MissingRequiredClaimError": "it lacks one of the claims exp, iss and aud",
}
