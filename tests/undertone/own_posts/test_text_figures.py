"""Counting texts, against sentences that were counted by hand in eight scripts."""

from __future__ import annotations

# ruff: noqa: RUF001 - scripts whose letters look like ours
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.growth import LINEAR, doubling
from undertone.own_posts.text_figures import character_count, text_figures

COUNTED = [
    # script, text, words, characters in them, sentences
    ("Latin", "Don't panic! It's only 3.14 per cent.", 7, 29, 2),
    ("Latin", "L'été s'achève déjà, mon ami.", 5, 23, 1),
    ("Latin", "Größe zählt nicht immer…", 4, 20, 1),
    ("Cyrillic", "Привет, мир! Как дела?", 4, 16, 2),
    ("Greek", "Καλημέρα κόσμε. Τι κάνεις;", 4, 21, 2),
    ("Arabic", "مرحبا بالعالم! كيف حالك؟", 4, 19, 2),
    ("Hebrew", "שלום עולם. מה שלומך?", 4, 15, 2),
    ("Devanagari", "नमस्ते दुनिया। आप कैसे हैं?", 5, 11, 2),
    ("Hangul", "안녕하세요 세계! 잘 지내요?", 4, 11, 2),
    ("Armenian", "Բարեւ աշխարհ։ Ինչպես ես։", 4, 19, 2),
]


@pytest.mark.parametrize(("script", "text", "words", "length", "sentences"), COUNTED)
def test_texts_are_counted_as_a_reader_would(
    script: str, text: str, words: int, length: int, sentences: int
) -> None:
    assert any(script.upper() in unicodedata.name(char) for char in text if char.isalpha())
    figures = text_figures(text)
    assert (figures.words, figures.sentences) == (words, sentences)
    assert figures.average_word_length == pytest.approx(length / words, abs=0.01)


@pytest.mark.parametrize(
    "text", ["สวัสดีชาวโลก", "你好世界。", "こんにちは世界", "ສະບາຍດີ", "សួស្តី", "မင်္ဂလာပါ"]
)
def test_scripts_without_spaces_have_no_number_of_words(text: str) -> None:
    figures = text_figures(text)
    assert figures.words is None
    assert figures.average_word_length is None
    assert figures.reading_seconds is None
    assert "without spaces" in figures.words_reason


def test_a_quoted_name_in_such_a_script_does_not_hide_the_words() -> None:
    text = "The city that is called 東京 has more people than any other city on this planet. " * 2
    assert text_figures(text).words == 2 * 17


def test_what_is_marked_up_is_found() -> None:
    figures = text_figures(
        "Look at https://example.org/a?b=c#d, or www.example.com. #Spring_2026 #1 #été @bob.smith "
        "@ann@mastodon.example me@example.org 👩‍👩‍👧 🇩🇪🇫🇷 ❤️ 1️⃣ ©"
    )
    assert figures.links.found == ("https://example.org/a?b=c#d", "www.example.com")
    assert figures.hashtags.found == ("#Spring_2026", "#été")
    assert figures.mentions.found == ("@bob.smith", "@ann@mastodon.example")
    assert figures.emoji.found == ("👩‍👩‍👧", "🇩🇪", "🇫🇷", "❤️", "1️⃣")


def test_links_are_no_words() -> None:
    figures = text_figures("read https://example.org/one/two/three now")
    assert (figures.words, figures.average_word_length) == (2, 3.5)


def test_lists_are_bounded_and_their_totals_are_not() -> None:
    figures = text_figures("#tag " * 1_500)
    assert (figures.hashtags.total, len(figures.hashtags.found)) == (1_500, 1_000)


def test_reading_takes_a_minute_for_238_words() -> None:
    assert text_figures("word " * 238).reading_seconds == 60
    assert text_figures("word " * 239).reading_seconds == 61
    assert text_figures("").reading_seconds == 0


def test_the_empty_text() -> None:
    figures = text_figures("")
    assert (figures.words, figures.sentences, figures.characters) == (0, 0, 0)
    assert figures.average_word_length is None


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("é", 1),
        ("e\u0301", 1),
        ("🇩🇪🇫🇷", 2),
        ("👩‍👩‍👧", 1),
        ("a\r\nb", 3),
        ("한", 1),
        ("\u1112\u1161\u11ab", 1),
    ],
)
def test_characters_are_what_readers_see(text: str, count: int) -> None:
    assert character_count(text) == count


@given(st.text(max_size=300))
def test_any_text_is_counted(text: str) -> None:
    figures = text_figures(text)
    assert figures.characters <= len(text)
    assert (figures.words is None) == bool(figures.words_reason)
    assert figures.sentences <= max(len(text), 1)


@given(st.lists(st.sampled_from(["word", "don't", "3.5", "naïve"]), min_size=1, max_size=50))
def test_words_between_spaces_are_counted_one_by_one(words: list[str]) -> None:
    figures = text_figures(" ".join(words))
    assert figures.words == len(words)
    assert figures.average_word_length == round(sum(map(len, words)) / len(words), 2)


UNITS = [
    "Hello, don't. ",
    "\U0001f1e9",
    "\u0301",
    "#a",
    "@a",
    "http://",
    "@a.",
    "a@b.c ",
    "!",
    "\n",
    "👩\u200d",
    '"',
    "#_",
    "1\ufe0f\u20e3",
    "。",
    "a'",
]


@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_twice_the_text_takes_twice_the_time(unit: str) -> None:
    assert doubling(text_figures, lambda size: (unit * size)[:size], 20_000) < LINEAR
