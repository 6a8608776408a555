"""Pseudonyms: the same person for one owner, a stranger for another."""

from __future__ import annotations

import base64
import hashlib
import json

import msgspec
import pytest

from undertone.errors import Permanent
from undertone.privacy.people import (
    Nobody,
    ProtectedSource,
    Pseudonyms,
    fingerprint,
    owner_key,
    pseudonym,
)
from undertone.records import Comment, Page, PostRef, Want

SECRET = b"a secret of thirty-two characters"
URI = "at://did:plc:quokka/app.bsky.feed.post/1"
POST = PostRef(platform="bluesky", id="x/1")


def hmac_by_hand(key: bytes, text: bytes) -> bytes:
    """RFC 2104 as it is written, without the library that the code uses."""
    block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in block) + text).digest()
    return hashlib.sha256(bytes(b ^ 0x5C for b in block) + inner).digest()


def test_a_pseudonym_is_the_keyed_hash_that_it_is_said_to_be() -> None:
    key = owner_key(SECRET, "me")
    assert key == hmac_by_hand(SECRET, b"people of\0me")
    digest = hmac_by_hand(key, b"author\0youtube\0@quokka")[:10]
    standard = base64.b32encode(digest).decode()
    ours = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789abcdefghjkmnpqrstvwxyz")
    assert pseudonym(key, "youtube", "@quokka") == f"person-{standard.translate(ours)[::-1]}"


def test_the_same_person_is_the_same_and_others_are_others() -> None:
    mine, yours = owner_key(SECRET, "me"), owner_key(SECRET, "you")
    names = {
        pseudonym(key, platform, author)
        for key in (mine, yours, owner_key(b"another secret", "me"))
        for platform in ("youtube", "reddit")
        for author in ("anna", "Anna", "ann\u0430", "", "anna ")
    }
    assert len(names) == 3 * 2 * 4 + 1
    assert pseudonym(mine, "youtube", "anna") == pseudonym(mine, "youtube", "anna")
    assert fingerprint(mine) != fingerprint(yours)
    assert mine.hex() not in fingerprint(mine) + fingerprint(yours)


def test_ten_thousand_people_are_ten_thousand() -> None:
    key = owner_key(SECRET, "me")
    assert len({pseudonym(key, "youtube", f"@{n}") for n in range(10_000)}) == 10_000


def comment() -> Comment:
    return Comment(id=URI, text="hello", parent=f"{URI}0", author="quokka.bsky.social")


@pytest.mark.parametrize("protect", [Pseudonyms(SECRET), Nobody(SECRET)])
def test_where_an_id_names_its_author_it_is_hashed_too(protect: Pseudonyms | Nobody) -> None:
    kept = protect(comment(), "bluesky")
    assert "quokka" not in json.dumps(msgspec.to_builtins(kept))
    other = protect(Comment(id="2", text="", parent=URI), "bluesky")
    assert other.parent == kept.id, "threads stay threads"
    assert protect(Comment(id="7", text="", parent="6"), "reddit").id == "7"


def test_nobody_has_no_name() -> None:
    assert Nobody(SECRET)(comment(), "youtube").author == ""
    assert Pseudonyms(SECRET)(comment(), "youtube").author.startswith("person-")
    assert Pseudonyms(SECRET)(Comment(id="1", text=""), "youtube").author == ""


class Source:
    """Gives one page after another; each cursor names a person."""

    def __init__(self, platform: str) -> None:
        self.platform = platform
        self.asked: list[str | None] = []

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:
        self.asked.append(cursor)
        return Page(comments=(comment(),), cursor=None if cursor else URI)


@pytest.mark.parametrize("platform", ["bluesky", "youtube"])
def test_a_protected_source_gives_no_name_and_goes_on_where_it_was(platform: str) -> None:
    source = Source(platform)
    protected = ProtectedSource(source, Pseudonyms(SECRET), SECRET)
    first = protected.read(POST, Want(), None)
    assert "quokka" not in first.comments[0].author
    assert first.cursor is not None
    if platform == "bluesky":
        assert "quokka" not in msgspec.json.encode(first).decode()
        assert protected.read(POST, Want(), None).cursor == first.cursor, "a circle is noticed"
    elsewhere = ProtectedSource(source, Pseudonyms(SECRET), SECRET)
    assert elsewhere.read(POST, Want(), first.cursor).cursor is None
    assert source.asked[-1] == URI


def test_a_cursor_of_another_key_says_what_happened() -> None:
    source = Source("bluesky")
    first = ProtectedSource(source, Pseudonyms(SECRET), SECRET).read(POST, Want(), None)
    other = ProtectedSource(source, Pseudonyms(SECRET), b"another")
    for cursor in (first.cursor, "no hex", ""):
        if cursor:
            with pytest.raises(Permanent, match="AUTHORS_KEY was changed"):
                other.read(POST, Want(), cursor)
