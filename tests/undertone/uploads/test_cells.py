"""What stands in a cell, as people and programs write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from undertone.uploads.cells import comment_id, parent_id, parse_stars, plain_text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("It&#39;s &quot;good&quot; &amp; cheap", 'It\'s "good" & cheap'),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ('see <a href="https://a.example">this</a>', "see this"),
        ("I <3 it & you", "I <3 it & you"),
        ("a < b and c > d", "a < b and c > d"),
        ("one\ntwo &amp; three", "one\ntwo & three"),
        ("<b>one</b>\ntwo", "one\ntwo"),
        ("&unknown; &copy=1", "&unknown; &copy=1"),
        ("&#" + "9" * 5000 + ";", "&#" + "9" * 5000 + ";"),
        (" \r\n ", ""),
    ],
)
def test_html_in_a_text_is_resolved_and_what_only_looks_like_it_stays(cell: str, text: str) -> None:
    assert plain_text(cell) == text


@given(st.text(st.characters(exclude_characters="<&\r\n", exclude_categories=["Cs"])))
def test_text_without_html_stays_as_it_is(text: str) -> None:
    assert plain_text(text) == text.strip()


@pytest.mark.parametrize(
    ("cell", "parent"),
    [
        ("root", ""), ("None", ""), ("null", ""), ("0", ""), ("t3_57dw9a", ""), (" ", ""),
        ("t1_d8rzxi2", "d8rzxi2"), ("abc", "abc"), ("t1_not an id", "t1_not an id"),
    ],
)  # fmt: skip
def test_a_parent_that_is_none_and_reddits(cell: str, parent: str) -> None:
    assert parent_id(cell) == parent


def test_an_id_of_reddit_is_the_same_with_its_kind() -> None:
    assert comment_id("t1_d8rzxi2") == comment_id("d8rzxi2") == parent_id("t1_d8rzxi2")


@pytest.mark.parametrize(
    ("cell", "stars"),
    [
        ("4", 4), ("4.5", 4.5), ("4,0", 4), ("4.0 out of 5 stars", 4), ("3 von 5 Sternen", 3),
        ("8/10", 4), ("★★★☆☆", 3), ("⭐⭐⭐⭐⭐", 5), ("FIVE", 5), ("0", 0), ("Rated 2 stars", 2),
        ("6", None), ("11/10", None), ("good", None), ("", None), ("★" * 6, None), ("3/0", None),
        ("9" * 400, None),
    ],
)  # fmt: skip
def test_stars_as_people_write_them(cell: str, stars: float | None) -> None:
    assert parse_stars(cell) == stars


@given(st.text(max_size=30))
def test_any_cell_is_stars_or_none(cell: str) -> None:
    stars = parse_stars(cell)
    assert stars is None or 0 <= stars <= 5
