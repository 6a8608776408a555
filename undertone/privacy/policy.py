"""What a deployment keeps of the people who write comments, and what a job may ask for.

A job may ask for more privacy than the deployment has, never for less.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from undertone.errors import Rejected, Transient
from undertone.ports import Source
from undertone.privacy.people import (
    LEVELS,
    Authors,
    Nobody,
    Protect,
    ProtectedSource,
    Pseudonyms,
    fingerprint,
    owner_key,
)
from undertone.records import Comment


def _no_key() -> str:
    return ""


class Protection(NamedTuple):
    """What is done to the comments of one job."""

    protect: Protect
    key: bytes
    name: str
    """Equal for what is done alike: comments that were kept under another one are not mixed in."""

    def source(self, source: Source) -> Source:
        """The source, with protected pages."""
        return ProtectedSource(source, self.protect, self.key)


@dataclass(frozen=True)
class Policy:
    """A deployment's privacy."""

    authors: Authors = "plain"
    mask: bool = False
    """Whether e-mail addresses, numbers and handles in texts are masked in every job."""
    secret: Callable[[], str] = _no_key
    """The value of AUTHORS_KEY, from which the keys of pseudonyms are derived; empty if not set."""

    def choose(self, authors: str, *, mask: bool) -> tuple[Authors, bool]:
        """What a job gets that asks for this; empty `authors` leaves it to the deployment.

        Raises Rejected if it asks for less privacy than there is, or for what is not set up.
        """
        level = LEVELS.index(authors) if authors in LEVELS else LEVELS.index(self.authors)
        if level < LEVELS.index(self.authors):
            allowed = ", ".join(f"`{each}`" for each in LEVELS[LEVELS.index(self.authors) :])
            rule = f"must be one of {allowed}: this deployment keeps no more of authors (AUTHORS)"
            raise Rejected(f"`authors` {rule}", {"authors": rule})
        chosen = LEVELS[level]
        if chosen != "plain" and not self.secret():
            rule = "cannot be had before this deployment's setting AUTHORS_KEY is set"
            raise Rejected(f"`authors`: `{chosen}` {rule}", {"authors": rule})
        return chosen, mask or self.mask

    def protection(self, owner: str, authors: str, *, mask: bool) -> Protection | None:
        """What is done to the comments of a job of `owner`; None if they are kept as they are.

        Raises Transient if the secret cannot be had now.
        """
        if authors in {"plain", ""} and not mask:
            return None
        secret = self.secret()
        if not secret and authors not in {"plain", ""}:
            raise Transient("AUTHORS_KEY is gone, with which a job under way needs to go on")
        key = owner_key(secret.encode(), owner)
        protect = _protect(authors, key)
        return Protection(
            _masking(protect) if mask else protect,
            key,
            f"{authors or 'plain'} {'' if authors in {'plain', ''} else fingerprint(key)} {mask}",
        )


PLAIN = Policy()
"""Everything is kept as it is."""


def _protect(authors: str, key: bytes) -> Protect:
    if authors == "hashed":
        return Pseudonyms(key)
    if authors == "none":
        return Nobody(key)
    return _as_they_are


def _as_they_are(comment: Comment, _platform: str) -> Comment:
    return comment


def _masking(protect: Protect) -> Protect:
    from undertone.privacy.masking import mask  # noqa: PLC0415 - its library, only when asked

    def protect_and_mask(comment: Comment, platform: str) -> Comment:
        kept = protect(comment, platform)
        return msgspec.structs.replace(kept, text=mask(kept.text))

    return protect_and_mask
