"""Who wrote a comment, so that nobody can be told from it.

A pseudonym is a keyed hash: HMAC-SHA256 with a key that is derived of the deployment's secret for
each owner. So a person is the same in all jobs of an owner, and nobody who has the files of two
owners can tell that they speak of the same one; nor can anybody try out names, without the secret.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import msgspec

from undertone.errors import Permanent
from undertone.ports import Source
from undertone.records import Comment, Page, PostRef, Want

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

Authors = Literal["plain", "hashed", "none"]
"""What stands for an author: the name as it is, a pseudonym, or nothing."""
LEVELS: tuple[Authors, ...] = ("plain", "hashed", "none")
"""From the least private to the most."""

IDS_NAME_PEOPLE = frozenset({"bluesky"})
"""Platforms whose ids of comments hold the author's, so that they are hashed as well; so do the
cursors of these, which are encrypted."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_DIGITS = 16  # of 5 bits: among a million people two are the same with a chance of 4 in 10^13
_CURSOR = b"cursor"

Protect = Callable[[Comment, str], Comment]
"""A comment of a platform as it may be kept."""


def owner_key(secret: bytes, owner: str) -> bytes:
    """The key for one owner's pseudonyms."""
    return _hmac(secret, b"people of\0" + owner.encode("utf-8", "surrogatepass"))


def fingerprint(key: bytes) -> str:
    """Tells keys apart without telling them: what was hashed by another is not mixed with it."""
    return _hmac(key, b"fingerprint").hex()[:16]


def pseudonym(key: bytes, platform: str, author: str) -> str:
    """`person-…` for a name on a platform; empty for an empty name."""
    return f"person-{_short_hash(key, 'author', platform, author)}" if author else ""


class Pseudonyms:
    """Calls the authors of one owner's comments by pseudonyms."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __call__(self, comment: Comment, platform: str) -> Comment:
        """The comment under its author's pseudonym."""
        author = pseudonym(self._key, platform, comment.author)
        return _with_hashed_ids(
            msgspec.structs.replace(comment, author=author), platform, self._key
        )


class Nobody:
    """Leaves the authors out. `key`: hashes the ids that would name them."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __call__(self, comment: Comment, platform: str) -> Comment:
        """The comment without its author."""
        return _with_hashed_ids(msgspec.structs.replace(comment, author=""), platform, self._key)


def _with_hashed_ids(comment: Comment, platform: str, key: bytes) -> Comment:
    if platform not in IDS_NAME_PEOPLE:
        return comment

    def hashed(text: str) -> str:
        return f"comment-{_short_hash(key, 'comment', platform, text)}" if text else ""

    return msgspec.structs.replace(comment, id=hashed(comment.id), parent=hashed(comment.parent))


def _short_hash(key: bytes, *parts: str) -> str:
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    number = int.from_bytes(_hmac(key, text)[:10])
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in range(_DIGITS))


def _hmac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")


class ProtectedSource:
    """A source whose pages hold no comment that has not been protected."""

    def __init__(self, source: Source, protect: Protect, key: bytes) -> None:
        """`key`: encrypts the cursors that would name people, as they are kept too."""
        self._source = source
        self._protect = protect
        self._key = key
        self.platform = source.platform

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:
        """One page; see `Source.read`."""
        page = self._source.read(post, want, cursor and self._opened(cursor))
        return msgspec.structs.replace(
            page,
            comments=tuple(self._protect(comment, self.platform) for comment in page.comments),
            cursor=page.cursor and self._closed(page.cursor),
        )

    def _closed(self, cursor: str) -> str:
        if self.platform not in IDS_NAME_PEOPLE:
            return cursor
        return self._cipher().encrypt(cursor.encode(), None).hex()

    def _opened(self, cursor: str) -> str:
        if self.platform not in IDS_NAME_PEOPLE:
            return cursor
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - see _cipher

        try:
            return str(self._cipher().decrypt(bytes.fromhex(cursor), None), "utf-8")
        except (InvalidTag, ValueError):
            raise Permanent(
                "AUTHORS_KEY was changed while this post was read; send it again in a new job"
            ) from None

    def _cipher(self) -> AESSIV:
        """AES-SIV: equal cursors stay equal, which shows a source that goes round in a circle."""
        from cryptography.hazmat.primitives.ciphers import aead  # noqa: PLC0415 - few need it

        return aead.AESSIV(_hmac(self._key, _CURSOR))
