from __future__ import annotations

import re
import time
import unicodedata

import emoji
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.text import MAX_CHARACTERS, PREPROCESSING, emoji_words, plain, with_emoji_words


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
