"""An OpenID Connect provider on loopback: discovery, keys that rotate, and tokens of any kind."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.server import serving

AUDIENCE = "api://undertone"
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass
class Provider:
    """A provider: what it serves, and what it signs."""

    issuer: str = ""
    keys: dict[str, PrivateKey] = field(default_factory=dict)
    """Those that it publishes, by id, the newest last."""
    asked: list[str] = field(default_factory=list)
    """Paths of all requests so far."""
    is_silent: bool = False

    def rotate(self, algorithm: str = "RS256", *, keep: bool = True) -> str:
        """Make a new key, and keep publishing those before it or not; its id."""
        if not keep:
            self.keys.clear()
        kid = f"key-{len(self.asked)}-{len(self.keys)}-{time.monotonic_ns()}"
        self.keys[kid] = new_key(algorithm)
        return kid

    def claims(self, **changed: Any) -> dict[str, Any]:
        """Those of a good token; a claim that is None is left out."""
        now = int(time.time())
        good = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": "anna@example.org",
            "iat": now,
            "nbf": now,
            "exp": now + 600,
            "roles": ["user"],
        }
        return {name: value for name, value in (good | changed).items() if value is not None}

    def token(self, *, kid: str = "", headers: dict[str, Any] | None = None, **claims: Any) -> str:
        """A token signed with the newest key, or with that of `kid`."""
        kid = kid or list(self.keys)[-1]
        key = self.keys[kid]
        return jwt.encode(
            self.claims(**claims), key, algorithm_of(key), headers={"kid": kid} | (headers or {})
        )

    def jwks(self) -> dict[str, Any]:
        """The public keys."""
        return {"keys": [public_jwk(key) | {"kid": kid} for kid, key in self.keys.items()]}


def new_key(algorithm: str = "RS256") -> PrivateKey:
    """Another key than the last ones, of the kind that `algorithm` needs."""
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return _rsa_key(next(_turns) % 6)


_turns = count()


@cache
def _rsa_key(_: int) -> rsa.RSAPrivateKey:
    """Making one takes a tenth of a second and more, so they come round again."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def algorithm_of(key: PrivateKey) -> str:
    if isinstance(key, rsa.RSAPrivateKey):
        return "RS256"
    return "ES384" if key.curve.name == "secp384r1" else "ES256"


def public_jwk(key: PrivateKey) -> dict[str, Any]:
    """The public half of `key`, as providers publish it."""
    if isinstance(key, rsa.RSAPrivateKey):
        jwk = RSAAlgorithm.to_jwk(key.public_key())
    else:
        jwk = ECAlgorithm.to_jwk(key.public_key())
    return {**json.loads(jwk), "use": "sig", "alg": algorithm_of(key)}


@contextmanager
def provider(path: str = "") -> Iterator[Provider]:
    """A running provider, whose issuer ends in `path`, with one key."""
    made = Provider()

    def answer(request: Request, body: dict[str, Any]) -> Response:
        made.asked.append(request.url.path)
        return Response(status_code=500) if made.is_silent else JSONResponse(body)

    def discovery(request: Request) -> Response:
        return answer(request, {"issuer": made.issuer, "jwks_uri": f"{base}/keys"})

    def keys(request: Request) -> Response:
        return answer(request, made.jwks())

    route = f"{path.rstrip('/')}/.well-known/openid-configuration"
    app = Starlette(routes=[Route(route, discovery), Route("/keys", keys)])
    with serving(app) as base:
        made.issuer = base + path
        made.rotate()
        yield made
