"""Keys of programs."""

from __future__ import annotations

import hashlib

import pytest

from undertone.errors import Unauthorized
from undertone.identity.callers import Caller
from undertone.identity.config import IdentityConfig
from undertone.identity.keys import key_caller

KEY, OTHER = "k" * 43, "o" * 43


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


KEYS = IdentityConfig.from_settings(
    {"API_KEYS": f"nightly:{digest(KEY)} bi:{digest(OTHER)}:analyst|user"}
).keys


def test_each_key_is_its_owner() -> None:
    assert key_caller(KEYS, KEY) == Caller("key-nightly", frozenset({"user"}), "key")
    assert key_caller(KEYS, OTHER) == Caller("key-bi", frozenset({"user", "analyst"}), "key")


@pytest.mark.parametrize(
    "key", ["", " ", KEY[:-1], KEY + "x", KEY.upper(), digest(KEY), "nightly", "ü\ud83d", KEY * 100]
)
def test_any_other_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(Unauthorized) as raised:
        key_caller(KEYS, key)
    assert not key.strip() or key not in str(raised.value)


def test_without_keys_none_is_good() -> None:
    with pytest.raises(Unauthorized):
        key_caller((), KEY)
