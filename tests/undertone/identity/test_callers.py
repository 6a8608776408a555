"""Owners' ids never meet."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from undertone.identity.callers import EVERYBODY, SHARED, key_owner, token_owner

WORD = st.text(max_size=20)


@given(WORD, WORD, WORD, WORD)
def test_another_issuer_or_subject_is_another_owner(i: str, s: str, j: str, t: str) -> None:
    assert (token_owner(i, s) == token_owner(j, t)) == ((i, s) == (j, t))


def test_where_one_ends_and_the_other_begins_counts() -> None:
    assert token_owner("https://a/", "b") != token_owner("https://a", "/b")
    assert token_owner('a","b', "c") != token_owner("a", 'b","c')


@given(WORD, WORD, WORD)
def test_keys_tokens_and_the_emulator_are_apart(issuer: str, subject: str, name: str) -> None:
    assert len({token_owner(issuer, subject), key_owner(name), SHARED}) == 3


def test_no_subject_shows() -> None:
    assert "anna" not in token_owner("https://issuer", "anna@example.org")


def test_on_the_emulator_everybody_may_do_everything() -> None:
    assert EVERYBODY.is_admin
    assert EVERYBODY.owner == "shared"
