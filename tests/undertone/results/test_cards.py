"""Cards and posters are pictures of their sizes, readable, and stay within their edges."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from undertone.results.cards import (
    BACKGROUND,
    MARGIN,
    ON_BACKGROUND,
    SIZES,
    Card,
    contrast,
    draw_card,
    draw_poster,
)

CARD = Card(
    title="Spring launch",
    verdict="positive",
    positive=60,
    neutral=25,
    negative=15,
    mean=0.41,
    low=0.31,
    high=0.51,
    quotes=("Love the colours 😍", "السعر مرتفع لكن الجودة ممتازة"),
    over_time=(-1.0, 0.2, 1.0),
)
SCRIPTS = {
    "Latin": "Ten things our followers loved — déjà vu",
    "Cyrillic": "Что говорят наши читатели о весне",  # noqa: RUF001
    "Arabic": "ماذا يقول متابعونا عن مجموعة الربيع؟",
    "Hebrew": "מה אומרים העוקבים שלנו",
    "Devanagari": "हमारे दर्शक क्या कहते हैं",
    "Bengali": "আমাদের দর্শকরা কী বলেন",
    "Tamil": "எங்கள் பார்வையாளர்கள்",
    "Thai": "ผู้ติดตามของเราพูดว่าอย่างไร",
    "Chinese": "我们的粉丝对新系列怎么说",
    "Japanese": "春のコレクションについて",
    "Korean": "팔로워들은 뭐라고 하나요",
}


def images(drawn: dict[str, bytes]) -> dict[str, Image.Image]:
    assert all(png.startswith(b"\x89PNG\r\n") for png in drawn.values())
    return {size: Image.open(io.BytesIO(png)).convert("RGB") for size, png in drawn.items()}


def painted(image: Image.Image) -> tuple[int, int, int, int]:
    """The box that holds all that is not background."""
    plain = Image.new("RGB", image.size, BACKGROUND)
    from PIL import ImageChops  # noqa: PLC0415

    box = ImageChops.difference(image, plain).getbbox()
    assert box is not None
    return box


def test_the_contrast_is_that_of_wcag() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.478, abs=0.001)
    for colour in ON_BACKGROUND:
        assert contrast(colour, BACKGROUND) >= 7, colour


def test_only_checked_colours_are_painted() -> None:
    """Letters' edges are mixtures; whatever covers much of the picture is one of ours."""
    image = images(draw_card(CARD))["1080x1080"]
    colours = image.getcolors(1 << 24) or []
    large = {colour for count, colour in colours if count > 2_000}
    assert large <= {BACKGROUND, *ON_BACKGROUND}


def test_both_sizes() -> None:
    for drawn in (draw_card(CARD), draw_poster("Hello")):
        found = images(drawn)
        assert {name: image.size for name, image in found.items()} == SIZES
        assert SIZES == {"1080x1080": (1080, 1080), "1080x1350": (1080, 1350)}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_poster_in_each_script_stays_within_its_margins(script: str) -> None:
    for image in images(draw_poster(SCRIPTS[script])).values():
        left, top, right, bottom = painted(image)
        assert left >= MARGIN - 12
        assert top >= MARGIN - 12
        assert right <= image.width - MARGIN + 12
        assert bottom <= image.height - MARGIN + 40


@pytest.mark.parametrize(
    "text",
    [
        "a" * 4_000,
        "word " * 800,
        "\n" * 3_000 + "x",
        "Z" + "\u0301" * 3_000,
        "👨‍👩‍👧" * 300,
        "\u202e\u2066 turned \x00\x07",
        "\ud800 lone",
        "عربي " * 500,
        "春" * 2_000,
        "",
        " ",
    ],
)
def test_hostile_texts_are_drawn_within_the_picture(text: str) -> None:
    for image in images(draw_poster(text)).values():
        left, _, right, _ = painted(image)
        assert left >= MARGIN - 20
        assert right <= image.width - MARGIN + 20


def test_hostile_cards_are_drawn() -> None:
    card = Card(
        title="T" * 500,
        verdict="too_few",
        positive=0,
        neutral=1,
        negative=0,
        mean=-0.0,
        low=-1,
        high=1,
        quotes=("q" * 280, "Z" + "\u0301" * 279),
    )
    for image in images(draw_card(card)).values():
        assert painted(image)[2] <= image.width - MARGIN + 20


@pytest.mark.parametrize("verdict", ["positive", "negative", "neutral", "mixed", "too_few"])
def test_each_verdict_has_its_look(verdict: str) -> None:
    others = {
        draw_card(
            Card(title="x", verdict=v, positive=1, neutral=1, negative=1, mean=0, low=0, high=0)
        )["1080x1080"]
        for v in {"positive", "negative", "neutral", "mixed", "too_few"} - {verdict}
    }
    own = Card(title="x", verdict=verdict, positive=1, neutral=1, negative=1, mean=0, low=0, high=0)
    assert draw_card(own)["1080x1080"] not in others


def test_a_picture_is_the_same_each_time() -> None:
    assert draw_card(CARD) == draw_card(CARD)
