"""Cursors: as text and back; what is no cursor of ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from undertone.errors import Rejected
from undertone.feed.cursor import Cursor, Place, decode, is_within, moment_of, short

keys = st.tuples(
    st.integers(99 * 10**13, 10**15 - 1), st.text("0123456789abcdef", min_size=40, max_size=40)
)
places = st.builds(
    lambda key, source: Place(f"{key[0]:015d}-{key[1]}", source),
    keys,
    st.text("abcdef", min_size=2),
)


@given(places, places, st.lists(places, max_size=20))
def test_a_cursor_survives_being_text(after: Place, end: Place, seen: list[Place]) -> None:
    names = tuple(map(short, seen))
    for cursor in (
        Cursor(),
        Cursor(after, end, names),
        Cursor(after, end, names, after.key, names),
    ):
        assert decode(cursor.encode()) == cursor


FINE = "998204435199999-" + "0" * 40


@pytest.mark.parametrize(
    "cursor",
    [
        Cursor(after=Place("\x00", "")),
        Cursor(after=Place("x" * 56, "a")),
        Cursor(end=Place("", "")),
        Cursor(end=Place("000000000000000-", "")),
        Cursor(after=Place(FINE, "a"), top="000000000000000-" + "0" * 40),
        Cursor(after=Place(FINE, "a"), top="99" + "x" * 54),
        Cursor(seen=("",)),
        Cursor(shown=("9" * 30,)),
    ],
)
def test_a_cursor_that_somebody_made_up_is_refused(cursor: Cursor) -> None:
    with pytest.raises(Rejected, match="cursor"):
        decode(cursor.encode())


@pytest.mark.parametrize("text", ["x", "!", "e30", "W10x", "é", "A" * 10_000, "WyJhIl0"])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(Rejected, match="cursor"):
        decode(text)


@given(st.text(max_size=100))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    try:
        decode(text)
    except Rejected:
        return


@given(places, places)
def test_short_names_sort_by_time_as_places_do(one: Place, other: Place) -> None:
    if one.key[:15] < other.key[:15]:
        assert short(one) < short(other)
        assert is_within(short(one), moment_of(short(other)))
        assert not is_within(short(other), moment_of(short(one)))
