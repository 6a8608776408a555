"""Counts of comments by language."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from undertone.results.languages import (
    MAX_LANGUAGES,
    OTHER,
    count_languages,
    language_shares,
    merge_languages,
    unread_reason,
)

CODES = st.sampled_from(["en", "es", "id", "unknown", ""])


def test_comments_are_counted_where_somebody_has_looked() -> None:
    assert count_languages(["en", "", "es", "en"]) == {"en": 2, "es": 1}


@given(st.lists(st.lists(CODES), max_size=4))
def test_no_way_of_merging_changes_the_counts(chunks: list[list[str]]) -> None:
    whole = count_languages(code for chunk in chunks for code in chunk)
    for order in permutations(map(count_languages, chunks)):
        assert merge_languages(order) == whole
        assert list(merge_languages(order)) == list(whole), "the wire form too"


def test_a_count_is_bounded_and_loses_no_comment() -> None:
    many = [f"l{number}" for number in range(5000)] + ["en"] * 7
    counts = count_languages(many)
    assert len(counts) == MAX_LANGUAGES
    assert counts["en"] == 7
    assert sum(counts.values()) == len(many)
    twice = merge_languages([counts, counts])
    assert (len(twice), twice["en"], sum(twice.values())) == (MAX_LANGUAGES, 14, 2 * len(many))
    assert twice[OTHER] == 2 * counts[OTHER]


def test_shares_name_the_most_frequent_first() -> None:
    assert language_shares({"es": 1, "en": 2, "de": 1}) == "en 0.5000, de 0.2500, es 0.2500"


def test_shares_of_many_languages_end_with_the_rest() -> None:
    shown = language_shares({**{f"l{number:02}": 1 for number in range(30)}, OTHER: 10, "en": 60})
    assert shown.startswith("en 0.6000, l00 0.0100, ")
    assert shown.endswith(", l08 0.0100, other 0.3100")


@pytest.mark.parametrize(
    ("unread", "fetched", "reason"),
    [
        ({}, 5, ""),
        ({"id": 41}, 120, "41 of 120 comments are in Indonesian, which this model does not read"),
        ({"ceb": 1}, 120,
         "1 of 120 comments is in the language 'ceb', which this model does not read"),
        ({"th": 1}, 1, "the comment is in Thai, which this model does not read"),
        ({"th": 2, "id": 3, "ja": 1}, 9,
         "6 of 9 comments are in Indonesian, Thai and Japanese, which this model does not read"),
        ({"th": 2, "id": 3, "ja": 1, "ko": 1}, 9,
         "7 of 9 comments are in Indonesian, Thai and 2 other languages, which this model does not "
         "read"),
    ],
)  # fmt: skip
def test_what_was_not_read_is_said_in_words(
    unread: dict[str, int], fetched: int, reason: str
) -> None:
    assert unread_reason(unread, fetched) == reason
