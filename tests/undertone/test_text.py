from collections.abc import Callable

import pytest

from tests.fakes.growth import LINEAR, doubling
from undertone.scrubbing import REMOVED, remember
from undertone.text import excerpt, tidy, without_surrogates


def test_an_excerpt_is_short_and_printable() -> None:
    assert excerpt("a\x00\n\tb\u202e c") == "a b c"
    assert excerpt("x" * 200) == "x" * 200
    assert excerpt("x" * 201) == "x" * 199 + "…"
    assert excerpt("x y z", 5) == "x y z"
    assert excerpt("x y z", 4) == "x y…"


def test_line_ends_are_made_one() -> None:
    assert tidy(" a\r\nb\rc\n\n") == "a\nb\nc"


def test_surrogates_are_joined_or_replaced() -> None:
    assert without_surrogates("\ud83d\ude00 \ud83d!") == "\U0001f600 \ufffd!"


@pytest.mark.parametrize("repair", [excerpt, tidy, without_surrogates])
@pytest.mark.parametrize("unit", ["\r\n", "\r", " ", "\x00", "a ", "\ud83d", "\ude00\ud83d", "😀"])
def test_repairs_are_linear(repair: Callable[[str], str], unit: str) -> None:
    assert doubling(repair, lambda size: unit * size, 20_000) < LINEAR


def test_no_half_of_a_secret_is_left_by_the_cut() -> None:
    remember("half-of-this-secret-would-be-too-much")
    assert (
        excerpt("x" * 20 + " half-of-this-secret-would-be-too-much", 32) == f"{'x' * 20} {REMOVED}"
    )
