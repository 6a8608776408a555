"""Who is asking: an owner's id that nobody else can have, and roles."""

from __future__ import annotations

import hashlib
from typing import Literal, NamedTuple

import msgspec

USER = "user"
ANALYST = "analyst"
ADMIN = "admin"
ROLES = frozenset({USER, ANALYST, ADMIN})
"""What a caller can be. Each may do what a user may, with jobs of its own."""

SHARED = "shared"
"""The owner of all that is made on the emulator while no identity is configured."""


class Caller(NamedTuple):
    """Who is asking."""

    owner: str
    """What the caller makes is stored under this id."""
    roles: frozenset[str]
    by: Literal["token", "key", "emulator"]
    """How that is known; `emulator`: nobody is asked there while no identity is configured."""

    @property
    def is_admin(self) -> bool:
        """Whether all jobs are this caller's to see."""
        return ADMIN in self.roles


EVERYBODY = Caller(SHARED, ROLES, "emulator")
"""Who asks on the emulator while no identity is configured."""


def token_owner(issuer: str, subject: str) -> str:
    """The owner that `subject` of `issuer` is: another for each pair, and a digest.

    So no name and no e-mail address that a provider uses as a subject is stored or logged.
    """
    pair = msgspec.json.encode([issuer, subject])
    return f"oidc-{hashlib.sha256(pair).hexdigest()[:40]}"


def key_owner(name: str) -> str:
    """The owner that the key called `name` is; no token's owner is called so."""
    return f"key-{name}"
