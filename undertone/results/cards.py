"""Pictures to share, as PNG: what people said of a post or job on a card, or a text as a poster."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

from PIL import Image, ImageDraw, ImageOps

from undertone.records import Record
from undertone.results.typesetting import Colour, Style, draw_lines, fit

SIZES = {"1080x1080": (1080, 1080), "1080x1350": (1080, 1350)}
"""Square, and the portrait that Instagram shows whole."""
MARGIN = 80
MOST_PIXELS = 32_000_000
"""Of a picture that a model drew."""

BACKGROUND: Colour = (18, 24, 43)
TEXT: Colour = (255, 255, 255)
QUIET: Colour = (178, 188, 212)
POSITIVE: Colour = (94, 214, 154)
NEUTRAL: Colour = (160, 170, 192)
NEGATIVE: Colour = (255, 138, 128)
MIXED: Colour = (255, 202, 105)
ON_BACKGROUND = (TEXT, QUIET, POSITIVE, NEUTRAL, NEGATIVE, MIXED)
"""All colours of text and lines."""
_VERDICTS: dict[str, tuple[str, Colour]] = {
    "positive": ("Positive", POSITIVE),
    "negative": ("Negative", NEGATIVE),
    "neutral": ("Neutral", NEUTRAL),
    "mixed": ("Mixed", MIXED),
    "too_few": ("Too few to tell", QUIET),
}


class Card(Record, frozen=True):
    """What a share card shows. Everything else is drawn from these."""

    title: str
    verdict: str
    """One of those of `undertone.results.verdict`."""
    positive: int
    neutral: int
    negative: int
    """Comments."""
    mean: float
    low: float
    high: float
    """Mean score and the ends of its 95 % interval, -1 … 1."""
    quotes: tuple[str, ...] = ()
    """At most two are shown."""
    over_time: tuple[float, ...] = ()
    """Mean scores of equally many comments each, oldest first; without times there are none."""

    @property
    def count(self) -> int:
        """How many comments were scored."""
        return self.positive + self.neutral + self.negative


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours by WCAG 2, 1 … 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def draw_card(card: Card) -> dict[str, bytes]:
    """The card as PNGs, by their size."""
    return _in_all_sizes(lambda draw, size: _Sheet(draw, size).card(card))


def draw_poster(text: str) -> dict[str, bytes]:
    """The text, large, as PNGs by their size."""
    return _in_all_sizes(lambda draw, size: _Sheet(draw, size).poster(text))


def fit_picture(data: bytes) -> dict[str, bytes]:
    """A picture (PNG, JPEG or WebP), cut to each size around its middle, as PNGs.

    Raises ValueError for what is none, or has more than 32 million pixels.
    """
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValueError(f"the picture has more than {MOST_PIXELS:,} pixels")
            plain = image.convert("RGB")
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"this is no picture: {type(error).__name__}") from None
    return {name: _as_png(ImageOps.fit(plain, size)) for name, size in SIZES.items()}


def _in_all_sizes(
    paint: Callable[[ImageDraw.ImageDraw, tuple[int, int]], None],
) -> dict[str, bytes]:
    return {name: _png(paint, size) for name, size in SIZES.items()}


def _png(
    paint: Callable[[ImageDraw.ImageDraw, tuple[int, int]], None], size: tuple[int, int]
) -> bytes:
    image = Image.new("RGB", size, BACKGROUND)
    paint(ImageDraw.Draw(image), size)
    return _as_png(image)


def _as_png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


class _Sheet:
    """One picture that is being drawn, from its top down."""

    def __init__(self, draw: ImageDraw.ImageDraw, size: tuple[int, int]) -> None:
        self._draw = draw
        self._width, self._height = size
        self._room = self._width - 2 * MARGIN
        self._top = MARGIN

    def poster(self, text: str) -> None:
        """The text in the middle, below a short line."""
        room = (self._room, self._height - 2 * MARGIN - 40)
        lines, style = fit(text, room, Style(112, TEXT, is_bold=True), 30)
        high = len(lines) * style.line_height
        top = MARGIN + 40 + int(room[1] - high) // 2
        self._draw.rectangle((MARGIN, top - 40, MARGIN + 120, top - 30), POSITIVE)
        draw_lines(self._draw, (MARGIN, top), self._room, lines, style)

    def card(self, card: Card) -> None:
        """Title, verdict, figures, and below them what people said."""
        word, colour = _VERDICTS[card.verdict]
        self._text(card.title, Style(44, QUIET), lines=2, smallest=32)
        self._text(word, Style(104, colour, is_bold=True), lines=1, smallest=72)
        self._shares(card)
        self._interval(card, colour)
        if len(card.over_time) > 1:
            self._sparkline(card.over_time, colour)
        self._quotes(card.quotes[:2])

    def _text(self, text: str, style: Style, *, lines: int, smallest: int) -> None:
        room = (self._room, lines * style.line_height)
        made, fitting = fit(text, room, style, smallest)
        self._top = draw_lines(self._draw, (MARGIN, self._top), self._room, made, fitting)

    def _shares(self, card: Card) -> None:
        """A bar of three parts, and their shares in words."""
        parts = (
            ("positive", card.positive, POSITIVE),
            ("neutral", card.neutral, NEUTRAL),
            ("negative", card.negative, NEGATIVE),
        )
        self._top += 16
        left = float(MARGIN)
        for _, count, colour in parts:
            right = left + self._room * count / card.count
            if count:
                self._draw.rectangle((left, self._top, right - 4, self._top + 28), colour)
            left = right
        self._top += 40
        said = "   ".join(f"{100 * count / card.count:.0f} % {name}" for name, count, _ in parts)
        self._text(said, Style(34, TEXT), lines=1, smallest=24)

    def _interval(self, card: Card, colour: Colour) -> None:
        """A scale from -1 to 1, with the mean score and its interval."""
        self._top += 22
        self._draw.line((MARGIN, self._top, MARGIN + self._room, self._top), QUIET, 2)
        for end in (-1.0, 0.0, 1.0):
            x = self._x(end)
            self._draw.line((x, self._top - 10, x, self._top + 10), QUIET, 2)
        self._draw.line((self._x(card.low), self._top, self._x(card.high), self._top), colour, 12)
        mean = self._x(card.mean)
        self._draw.ellipse((mean - 13, self._top - 13, mean + 13, self._top + 13), TEXT)
        self._top += 20
        comments = "comment" if card.count == 1 else "comments"
        said = (
            f"mean score {card.mean + 0:+.2f}, 95 % interval {card.low:+.2f} to {card.high:+.2f}, "
            f"{card.count:,} {comments}"
        )
        self._text(said, Style(30, QUIET), lines=1, smallest=22)

    def _x(self, score: float) -> float:
        return MARGIN + self._room * (score + 1) / 2

    def _sparkline(self, scores: Sequence[float], colour: Colour) -> None:
        """How the mean score moved, oldest comments first; the thin line is a score of 0."""
        self._top += 14
        high, middle = 84, self._top + 42
        self._draw.line((MARGIN, middle, MARGIN + self._room, middle), QUIET, 1)
        step = self._room / (len(scores) - 1)
        points = [(MARGIN + step * i, middle - score * high / 2) for i, score in enumerate(scores)]
        self._draw.line(points, colour, 5, joint="curve")
        self._top += high + 4
        self._text("from the oldest comments to the newest", Style(24, QUIET), lines=1, smallest=20)

    def _quotes(self, quotes: Sequence[str]) -> None:
        if not quotes:
            return
        self._top += 22
        each = (self._height - MARGIN + 20 - self._top) / len(quotes)
        for quote in quotes:
            top = self._top
            room = (self._room - 36, each - 28)
            lines, style = fit(f"“{quote}”", room, Style(60, TEXT), 28)
            bottom = draw_lines(self._draw, (MARGIN + 36, top), room[0], lines, style)
            self._draw.rectangle((MARGIN, top + 8, MARGIN + 8, bottom), QUIET)
            self._top = bottom + 24
