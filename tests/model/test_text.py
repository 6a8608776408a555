from __future__ import annotations

import html
import random
import re
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import emoji
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.text import (
    MAX_CHARACTERS,
    MAX_JOINERS,
    MAX_MARKS,
    PREPROCESSING,
    emoji_words,
    plain,
    unescape,
    with_emoji_words,
)
from tests.fakes.growth import LINEAR, doubling


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("@jane-doe.x you rock", "@user you rock"),
        ("ask (@bob), please", "ask (@user), please"),
        ("write to me@example.org", "write to me@example.org"),
        ("see https://example.org/a?b=1 now", "see http now"),
        ("see www.example.org", "see http"),
        ("rock &amp; roll, it&#39;s &lt;3", "rock & roll, it's <3"),
        ("cafe\u0301", "café"),
        ("a\x00b\r\n\tc\u2028d", "a b c d"),
        ("zero\u200bwidth \u202eturned", "zerowidth turned"),
        ("half \ud83d a pair", "half a pair"),
        ("👩\u200d🚀 ❤\ufe0f", "👩\u200d🚀 ❤\ufe0f"),
        ("  \n ", ""),
    ],
)
def test_plain(text: str, cleaned: str) -> None:
    assert plain(text) == cleaned


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("love😍", "love :smiling face with heart-eyes:"),
        ("💪🏿💪", ":flexed biceps: :flexed biceps:"),
        ("🔥🔥🔥🔥🔥🔥", ":fire: :fire: :fire:"),
        ("❤️", ":red heart:"),
        ("soooooo goooood!!!!!!", "sooo goood!!!"),
        ("hahahahahaha", "hahaha"),
        ("it costs 1000000", "it costs 1000000"),
        ("3:45", "3:45"),
        ("@jane 👍", "@user :thumbs up:"),
        ("café", "café"),
    ],
)
def test_words(text: str, written: str) -> None:
    assert with_emoji_words(text) == written


@given(st.text(st.sampled_from("aab1 .é😍"), max_size=60))
def test_only_what_comes_four_times_in_a_row_is_shortened(text: str) -> None:
    shortened = re.sub(r"([^\d\s]{1,8}?)\1{3,}", r"\1\1\1", plain(text))
    written = emoji.replace_emoji(shortened, lambda _, data: emoji_words(data["en"]))
    assert with_emoji_words(text) == " ".join(written.split())


def test_every_emoji_is_written_out() -> None:
    left = [one for one in emoji.EMOJI_DATA if emoji.emoji_list(with_emoji_words(f"so {one} good"))]
    assert left == []


@pytest.mark.parametrize("version", sorted(PREPROCESSING))
@given(text=st.text())
def test_any_text_comes_out_encodable_and_on_one_line(version: str, text: str) -> None:
    cleaned = PREPROCESSING[version](text)
    cleaned.encode("utf-8")
    assert cleaned == cleaned.strip()
    kinds = {unicodedata.category(one) for one in cleaned}
    assert not kinds & {"Cc", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize("unit", ["a", "😍", "@", "&amp;", "\x00", "ab1", "@a-", "http", "aaab"])
def test_a_megabyte_is_cut_and_cleaned_in_bounded_time(unit: str) -> None:
    begin = time.monotonic()
    cleaned = with_emoji_words(unit * (1_000_000 // len(unit)))
    assert time.monotonic() - begin < 1
    assert len(plain(unit * 1_000_000)) <= 3 * MAX_CHARACTERS  # "@a" grows to "@user"
    assert cleaned == with_emoji_words(unit * 1_000_000)


def test_no_more_is_read_than_the_most() -> None:
    assert plain("a" * MAX_CHARACTERS + "b") == "a" * MAX_CHARACTERS
    assert plain("a" * (MAX_CHARACTERS - 1) + "b")[-1] == "b"


def test_as_many_marks_stay_as_may_and_no_more() -> None:
    marks = "\u0316" * MAX_MARKS
    assert plain(f"x{marks}") == f"x{marks}"
    assert plain(f"x{marks}\u0316y{marks}") == f"x{marks}y{marks}"


@pytest.mark.parametrize(
    ("reference", "character"),
    [("&#1114111;", ""), ("&#1114112;", "\ufffd"), ("&#00000065;", "A"), ("&#000000065;", "A"),
     ("&#0000128512;", "😀"), ("&#12851200;", "\ufffd"), ("&#01285120000;", "\ufffd")],
)  # fmt: skip
def test_numbers_of_eight_digits_and_more(reference: str, character: str) -> None:
    assert plain(reference) == character
    assert unescape(reference) == html.unescape(reference)


@pytest.mark.parametrize(
    ("word", "shortened"),
    [("aaaa", "aaa"), ("aaa", "aaa"), ("abcdefgh" * 4, "abcdefgh" * 3), ("1111", "1111"),
     ("abcdefghi" * 4, "abcdefghi" * 4), ("aaaab", "aaab"), ("abab", "abab")],
)  # fmt: skip
def test_what_counts_as_a_repetition(word: str, shortened: str) -> None:
    assert with_emoji_words(word) == shortened


# Hostile texts


@contextmanager
def any_digits() -> Iterator[None]:
    """Lets `html.unescape` read numbers of any length."""
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(limit)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a&#" + "1" * 5000 + ";b", "a\ufffdb"),
        ("a&#" + "1" * 5000 + "b", "a\ufffdb"),
        ("a&#" + "0" * 5000 + "65;b", "aAb"),
        ("a&#" + "0" * 5000 + ";b", "a\ufffdb"),
        ("&#x" + "f" * 5000 + ";", "\ufffd"),
        ("&amp;#" + "1" * 5000, "&#" + "1" * 5000),
    ],
)
def test_a_character_reference_of_thousands_of_digits_is_read(text: str, cleaned: str) -> None:
    assert plain(text) == cleaned


references = st.builds(
    "&#{}{}{}".format,
    st.sampled_from(["", "0", "0" * 9, "x", "X00"]),
    st.integers(0, 10**12),
    st.sampled_from(["", ";", "x"]),
)
pieces = st.sampled_from(
    ["&", "&#", "&am", "&amp", "&lt;", "#", ";", "0" * 5000, "9" * 5000, "a", "\u0663"]
)


@given(st.lists(references | pieces | st.text(max_size=3), max_size=8).map("".join))
def test_character_references_are_read_as_the_standard_library_does(text: str) -> None:
    with any_digits():
        expected = html.unescape(text)
    assert unescape(text) == expected


def test_every_combining_mark_counts_in_a_run() -> None:
    marks = [chr(code) for code in range(0x110000) if unicodedata.combining(chr(code))]
    assert len(marks) > 900
    for one in marks:
        assert len(plain("a" + one * 200)) <= 1 + 2 * MAX_MARKS, hex(ord(one))


@given(st.text(st.sampled_from("ae\u0301\u0316\u0323 😀é\u1f82"), max_size=MAX_MARKS))
def test_shorter_runs_of_combining_marks_stay(text: str) -> None:
    assert plain(text) == " ".join(unicodedata.normalize("NFC", text).split())


def chain(joint: str) -> Callable[[int], str]:
    """Makes texts of different emojis with `joint` between them; no emoji comes twice in a row."""
    single = [one for one in emoji.EMOJI_DATA if len(one) == 1]

    def make(size: int) -> str:
        choose = random.Random(7)
        return "".join(choose.choice(single) + joint for _ in range(size))[:size]

    return make


@pytest.mark.parametrize("count", [MAX_JOINERS, MAX_JOINERS + 1, 3 * MAX_JOINERS])
def test_emojis_with_many_joiners_are_words_all_the_same(count: int) -> None:
    animals = [chr(0x1F400 + number % 59) for number in range(count + 1)]
    words = "".join(emoji_words(emoji.EMOJI_DATA[one]["en"]) for one in animals)
    assert with_emoji_words("\u200d".join(animals)) == " ".join(words.split())


HOSTILE = [
    "\u0300\u0316", "a\u0300\u0316", "\u1f82", "\u0344\u0300", "&#", "&#0", "&#1;", "&#x", "&amp",
    "&", "&a;", "@a-", "@", "@a", "@-", "http://", "www.", "https://a ", "a", "ab", "abcdefgh",
    "aaab", "aaa ", "!", "\x00", "\u200b", "\u200d", "\ufe0f", "❤\ufe0f", "#\ufe0f\u20e3",
    "\U0001f3f4\U000e0067", "\U0001f1e6", " ", "but ", "good but ",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
def test_cleaning_is_linear(unit: str) -> None:
    def make(size: int) -> str:
        return (unit * size)[:size]

    assert doubling(with_emoji_words, make, MAX_CHARACTERS // 4) < LINEAR


@pytest.mark.parametrize(
    "joint", ["\u200d", "\u200d\u200d", "\ufe0f\u200d", "\u200d\U0001f3ff", "", "a", " "]
)
def test_writing_emojis_out_is_linear(joint: str) -> None:
    assert doubling(with_emoji_words, chain(joint), MAX_CHARACTERS // 4) < LINEAR


def test_many_joined_emojis_are_written_out_as_few_are() -> None:
    couple = "👩\u200d🚀 "
    assert with_emoji_words(couple * 500) == " ".join([with_emoji_words(couple)] * 500)


@pytest.mark.parametrize("unit", HOSTILE)
def test_any_digits_are_linear_without_a_cut(unit: str) -> None:
    """Entities are resolved in text of any length by others."""
    assert doubling(unescape, lambda size: (unit * size)[:size], 20_000) < LINEAR


def test_real_tweets_are_cleaned_as_before(data: Path) -> None:
    """By the definition of `plain-1` and `words-1`, without what bounds their work."""

    def before(text: str) -> str:
        text = unicodedata.normalize("NFC", html.unescape(text))
        return " ".join(re.sub(r"(?:https?://|www\.)\S+", "http", text).split())

    tweets = (data / "semeval2017" / "test_text.txt").read_text("utf-8").splitlines()
    assert len(tweets) > 10_000
    assert [plain(tweet) for tweet in tweets if tweet.isprintable() and "@" not in tweet] == [
        before(tweet) for tweet in tweets if tweet.isprintable() and "@" not in tweet
    ]
