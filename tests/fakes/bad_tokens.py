"""Tokens that must be refused: each is a good one but for what its name says.

They are put together by hand where PyJWT would not make them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.fakes.oidc import PrivateKey, Provider, new_key, public_jwk


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(value: Any) -> str:
    return b64(json.dumps(value).encode())


def parts(token: str) -> tuple[str, str, str]:
    header, payload, signature = token.split(".")
    return header, payload, signature


def header_of(provider: Provider, **changed: Any) -> dict[str, Any]:
    good = {"alg": "RS256", "typ": "JWT", "kid": list(provider.keys)[-1]} | changed
    return {name: value for name, value in good.items() if value is not None}


def signed_by(key: Any, algorithm: str, header: dict[str, Any], claims: dict[str, Any]) -> str:
    return jwt.encode(claims, key, algorithm, headers=header)


def none_algorithm(provider: Provider, name: str = "none", signature: str = "") -> str:
    return f"{part(header_of(provider, alg=name))}.{part(provider.claims())}.{signature}"


def hmac_with_public_key(provider: Provider, material: bytes) -> str:
    """The signature that a verifier accepts which takes the public key for a shared secret."""
    signed = f"{part(header_of(provider, alg='HS256'))}.{part(provider.claims())}"
    return f"{signed}.{b64(hmac.digest(material, signed.encode(), hashlib.sha256))}"


def public_pem(provider: Provider) -> bytes:
    key = list(provider.keys.values())[-1].public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def foreign_key(provider: Provider, **header: Any) -> str:
    """Signed by somebody else's key, under the provider's key id."""
    return signed_by(new_key(), "RS256", header_of(provider, **header), provider.claims())


def with_own_jwk(provider: Provider) -> str:
    key = new_key()
    header = header_of(provider, jwk=public_jwk(key), kid="mine")
    return signed_by(key, "RS256", header, provider.claims())


def changed_payload(provider: Provider) -> str:
    header, _, signature = parts(provider.token())
    return f"{header}.{part(provider.claims(roles=['admin']))}.{signature}"


def flipped_signature(provider: Provider) -> str:
    header, payload, signature = parts(provider.token())
    raw = bytearray(base64.urlsafe_b64decode(signature + "=="))
    raw[10] ^= 1
    return f"{header}.{payload}.{b64(bytes(raw))}"


def publish_weak_keys(provider: Provider) -> None:
    """Let the provider have a short RSA key and one on another curve, before its good ones."""
    if "small" not in provider.keys:
        weak: dict[str, PrivateKey] = {
            "small": rsa.generate_private_key(public_exponent=65537, key_size=1024),
            "p384": ec.generate_private_key(ec.SECP384R1()),
        }
        provider.keys = weak | provider.keys


def small_key(provider: Provider) -> str:
    publish_weak_keys(provider)
    key: Any = provider.keys["small"]
    signed = f"{part(header_of(provider, kid='small'))}.{part(provider.claims())}"
    return f"{signed}.{b64(key.sign(signed.encode(), PKCS1v15(), SHA256()))}"


def other_curve(provider: Provider, algorithm: str = "ES384") -> str:
    publish_weak_keys(provider)
    key: Any = provider.keys["p384"]
    return signed_by(key, algorithm, {"kid": "p384"}, provider.claims())


def other_curve_as_p256(provider: Provider) -> str:
    """ES256 over a key that is not on P-256: the hash fits, the curve does not."""
    publish_weak_keys(provider)
    key: Any = provider.keys["p384"]
    header = header_of(provider, alg="ES256", kid="p384")
    signed = f"{part(header)}.{part(provider.claims())}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
    return f"{signed}.{b64(r.to_bytes(48) + s.to_bytes(48))}"


def raw_payload(provider: Provider, payload: bytes) -> str:
    """A payload of any bytes under a good signature."""
    return jwt.api_jws.encode(
        payload, list(provider.keys.values())[-1], "RS256", headers=header_of(provider)
    )


def withdrawn_key(provider: Provider) -> str:
    """Signed by a key that was the provider's, before this verifier asked for the first time."""
    token = provider.token()
    provider.rotate(keep=False)
    return token


NOW = time.time
Make = Callable[[Provider], str]
WITHDRAWN = "a withdrawn key"
BAD: dict[str, Make] = {
    "alg none": none_algorithm,
    "alg None": lambda p: none_algorithm(p, "None"),
    "alg NONE with a signature": lambda p: none_algorithm(p, "NONE", "AAAA"),
    "alg of no text": lambda p: (
        f"{part(header_of(p, alg=['RS256']))}.{part(p.claims())}.{parts(p.token())[2]}"
    ),
    "no alg": lambda p: f"{part(header_of(p, alg=None))}.{part(p.claims())}.{parts(p.token())[2]}",
    "HS256 with the public key as PEM": lambda p: hmac_with_public_key(p, public_pem(p)),
    "HS256 with the key's modulus": lambda p: hmac_with_public_key(
        p, p.jwks()["keys"][-1]["n"].encode()
    ),
    "HS256 with an empty secret": lambda p: hmac_with_public_key(p, b""),
    "RS512": lambda p: signed_by(
        list(p.keys.values())[-1], "RS512", header_of(p, alg="RS512"), p.claims()
    ),
    "PS256": lambda p: signed_by(
        list(p.keys.values())[-1], "PS256", header_of(p, alg="PS256"), p.claims()
    ),
    "ES256 said of an RSA key": lambda p: signed_by(
        new_key("ES256"), "ES256", header_of(p, alg="ES256"), p.claims()
    ),
    "another curve": other_curve,
    "another curve under ES256": other_curve_as_p256,
    "an RSA key of 1024 bits": small_key,
    "somebody else's key": foreign_key,
    "an unknown kid": lambda p: foreign_key(p, kid="unknown"),
    "no kid": lambda p: signed_by(list(p.keys.values())[-1], "RS256", {}, p.claims()),
    "an empty kid": lambda p: p.token(headers={"kid": ""}),
    "a kid that is a path": lambda p: foreign_key(p, kid="../../keys"),
    "an embedded JWK": with_own_jwk,
    "an embedded JWK of the right key": lambda p: p.token(headers={"jwk": p.jwks()["keys"][-1]}),
    "jku": lambda p: p.token(headers={"jku": "https://evil.example/keys"}),
    "x5u": lambda p: p.token(headers={"x5u": "https://evil.example/cert"}),
    "x5c": lambda p: p.token(headers={"x5c": ["MIIB"]}),
    "crit": lambda p: p.token(headers={"crit": ["exp"]}),
    "a token of another kind": lambda p: p.token(headers={"typ": "dpop+jwt"}),
    "a logout token": lambda p: p.token(headers={"typ": "logout+jwt"}),
    WITHDRAWN: withdrawn_key,
    "expired": lambda p: p.token(exp=int(NOW()) - 120),
    "expired longer ago than the leeway": lambda p: p.token(exp=int(NOW()) - 40),
    "not valid yet": lambda p: p.token(nbf=int(NOW()) + 120),
    "issued in the future": lambda p: p.token(iat=int(NOW()) + 120),
    "no exp": lambda p: p.token(exp=None),
    "exp as a word": lambda p: p.token(exp="tomorrow"),
    "exp infinite": lambda p: raw_payload(
        p, json.dumps(p.claims() | {"exp": float("inf")}).encode()
    ),
    "exp null": lambda p: raw_payload(p, json.dumps(p.claims() | {"exp": None}).encode()),
    "nbf as a list": lambda p: p.token(nbf=[1]),
    "another audience": lambda p: p.token(aud="api://other"),
    "several other audiences": lambda p: p.token(aud=["api://other", "account"]),
    "an audience that begins like ours": lambda p: p.token(aud="api://undertone.evil"),
    "an audience that is no text": lambda p: p.token(aud={"api://undertone": True}),
    "no audience": lambda p: p.token(aud=None),
    "another issuer": lambda p: p.token(iss="https://evil.example"),
    "the issuer with a slash": lambda p: p.token(iss=p.issuer + "/"),
    "no issuer": lambda p: p.token(iss=None),
    "issuers as a list": lambda p: raw_payload(
        p, json.dumps(p.claims() | {"iss": [p.issuer]}).encode()
    ),
    "no subject": lambda p: p.token(sub=None),
    "an empty subject": lambda p: p.token(sub=""),
    "a subject that is a number": lambda p: raw_payload(
        p, json.dumps(p.claims() | {"sub": 7}).encode()
    ),
    "a subject of 256 characters": lambda p: p.token(sub="s" * 256),
    "no claims": lambda p: raw_payload(p, b"{}"),
    "claims that are a list": lambda p: raw_payload(p, b"[]"),
    "claims that are no JSON": lambda p: raw_payload(p, b"{"),
    "claims nested deeply": lambda p: raw_payload(p, b"[" * 5000 + b"]" * 5000),
    "a changed payload": changed_payload,
    "a flipped bit of the signature": flipped_signature,
    "no signature": lambda p: ".".join(parts(p.token())[:2]) + ".",
    "two parts": lambda p: ".".join(parts(p.token())[:2]),
    "four parts": lambda p: p.token() + ".AAAA",
    "an encrypted token's five parts": lambda p: p.token() + ".AAAA.BBBB",
    "a header that is no JSON": lambda p: "e30x." + ".".join(parts(p.token())[1:]),
    "bytes that are no base64": lambda p: "!!!." + ".".join(parts(p.token())[1:]),
    "too long": lambda p: p.token(padding="x" * 20_000),
    "no token at all": lambda _: "undefined",
}
"""What is wrong with a token → how to make one; it may make the provider rotate its keys."""
