"""Text of any script set in lines on a picture: fonts by script, wrapping, both directions, emoji.

Letters are shaped by HarfBuzz and ordered within a run by FriBidi, both through Pillow's raqm. A
run is a stretch in one font and one direction; the order of runs in a line follows the line's first
strong letter (UAX 9 without explicit embeddings).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import regex
from PIL import ImageDraw, ImageFont

FONTS = Path(__file__).parent / "fonts"
LATIN, BOLD, EMOJI = "NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "NotoEmoji-Regular.ttf"
_CJK = "NotoSansCJK-Subset.otf"
_BY_SCRIPT = {
    "Arabic": "NotoSansArabic-Regular.ttf",
    "Hebrew": "NotoSansHebrew-Regular.ttf",
    "Devanagari": "NotoSansDevanagari-Regular.ttf",
    "Bengali": "NotoSansBengali-Regular.ttf",
    "Tamil": "NotoSansTamil-Regular.ttf",
    "Thai": "NotoSansThai-Regular.ttf",
    "Han": _CJK,
    "Hiragana": _CJK,
    "Katakana": _CJK,
    "Hangul": _CJK,
}
_SCRIPT = regex.compile("|".join(rf"(?P<{name}>\p{{Script={name}}})" for name in _BY_SCRIPT))
_SIGNS = (
    (regex.compile(r"[\u0600-\u06ff\ufd3e\ufd3f]"), _BY_SCRIPT["Arabic"]),
    (regex.compile(r"[\u0964\u0965]"), _BY_SCRIPT["Devanagari"]),
    (regex.compile(r"\u0e3f"), _BY_SCRIPT["Thai"]),
    (regex.compile(r"[\u3000-\u303f\u30fb\u30fc\uff00-\uffef]"), _CJK),
)
"""Signs that several scripts share, so that Unicode counts them to none."""
_EMOJI = regex.compile(r"[\p{Emoji_Presentation}\U0001f3f4]|\p{Emoji}\ufe0f|\u20e3")
_CLUSTER = regex.compile(r"\X")
_UNSPACED = regex.compile(r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]")
_RTL = regex.compile(r"[\p{bc=R}\p{bc=AL}]")
_NUMBER_SIGN = regex.compile(r"[\p{bc=ET}\p{bc=ES}\p{bc=CS}]")
_SEPARATOR = regex.compile(r"\p{bc=CS}")
_TONE = regex.compile("[\U0001f3fb-\U0001f3ff\ufe0f]")
_STRONG = regex.compile(r"[\p{bc=L}\p{bc=R}\p{bc=AL}]")
_NO_LETTER = regex.compile(
    r"[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{bc=LRE}\p{bc=RLE}\p{bc=PDF}\p{bc=LRO}"
    r"\p{bc=RLO}\p{bc=LRI}\p{bc=RLI}\p{bc=FSI}\p{bc=PDI}]"
)
_MOST_MARKS = 7
"""Code points after the first in one cluster: more are heaps of accents that nobody can read."""
_MOST_CHARACTERS = 4_000

Colour = tuple[int, int, int]


class Run(NamedTuple):
    """A stretch of text in one font and one direction."""

    text: str
    font: str
    level: int
    """Of embedding, by UAX 9: odd ones go from right to left."""

    @property
    def direction(self) -> str:
        """As Pillow calls it."""
        return "rtl" if self.level % 2 else "ltr"


class Style(NamedTuple):
    """How text is set."""

    size: int
    colour: Colour
    is_bold: bool = False

    @property
    def line_height(self) -> int:
        """Pixels from one baseline to the next."""
        return round(self.size * 1.4)


def clean(text: str) -> str:
    """`text` with what cannot be shown or would turn its neighbours round taken out."""
    text = text.replace("\r\n", "\n").replace("\t", " ")[:_MOST_CHARACTERS]
    lines = (_NO_LETTER.sub("", line) for line in text.split("\n"))
    return "\n".join("".join(_bounded(line)) for line in lines).strip()


def _bounded(line: str) -> Iterator[str]:
    for cluster in _CLUSTER.findall(line):
        yield cluster if _EMOJI.search(cluster) else cluster[: 1 + _MOST_MARKS]


def is_rtl(text: str) -> bool:
    """Whether the first letter with a direction goes from right to left."""
    first = _STRONG.search(text)
    return bool(first and _RTL.match(first.group()))


@lru_cache(maxsize=256)
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / name, size, layout_engine=ImageFont.Layout.RAQM)


def font_of(cluster: str, *, is_bold: bool = False) -> str:
    """The font file of one character as readers see it."""
    if _EMOJI.search(cluster):
        return EMOJI
    script = _SCRIPT.match(cluster)
    if script is not None and script.lastgroup is not None:
        return _BY_SCRIPT[script.lastgroup]
    for signs, font in _SIGNS:
        if signs.match(cluster):
            return font
    return BOLD if is_bold else LATIN


@lru_cache(maxsize=8_192)
def runs(text: str, *, is_bold: bool = False, rtl: bool | None = None) -> tuple[Run, ...]:
    """`text`, one line, as runs in the order in which they are read.

    `rtl`: the direction of the text that the line is of; without it that of the line itself.
    """
    made: list[Run] = []
    clusters = _CLUSTER.findall(text)
    for cluster, level in zip(
        clusters, _levels(clusters, is_rtl(text) if rtl is None else rtl), strict=True
    ):
        last = made[-1] if made else None
        joins = last is not None and last.level == level and last.font != EMOJI
        font = last.font if last and joins and cluster == " " else font_of(cluster, is_bold=is_bold)
        if last is not None and (last.font, last.level) == (font, level):
            made[-1] = last._replace(text=last.text + cluster)
        else:
            made.append(Run(cluster, font, level))
    return tuple(made)


def _levels(clusters: list[str], base: bool) -> list[int]:
    """The embedding level of each character: rules W2 to W7, N1, N2, I1 and I2 of UAX 9."""
    kinds = _kinds(clusters)
    around = "R" if base else "L"
    following = [around] * (len(kinds) + 1)
    for place in range(len(kinds) - 1, -1, -1):
        following[place] = kinds[place] or following[place + 1]
    level_of = {"L": 2 if base else 0, "R": 1, "n": 2}
    levels, before = [], around
    for place, kind in enumerate(kinds):
        one_side = {before, "R" if following[place] == "n" else following[place]}
        resolved = kind or (next(iter(one_side)) if len(one_side) == 1 else around)
        before = "R" if kind == "n" else kind or before
        levels.append(level_of[resolved])
    return levels


def _kinds(clusters: list[str]) -> list[str]:
    """`L` and `R` for what has a direction, `n` for numbers among what goes from right to left,
    nothing for what has none. A number acts as `R` on its neighbours."""
    kinds: list[str] = []
    strong = ""
    for place, cluster in enumerate(clusters):
        letter = _STRONG.search(cluster)
        if letter:
            strong = "R" if _RTL.match(letter.group()) else "L"
            kinds.append(strong)
        elif cluster.isdecimal() or _is_of_a_number(clusters, place):
            kinds.append("L" if strong == "L" else "n")
        else:
            kinds.append("")
    return kinds


def _is_of_a_number(clusters: list[str], place: int) -> bool:
    """Whether it is a sign such as % or the point in 3.5, beside a digit."""
    if not _NUMBER_SIGN.match(clusters[place]):
        return False
    before = place > 0 and clusters[place - 1].isdecimal()
    after = place + 1 < len(clusters) and clusters[place + 1].isdecimal()
    return (before and after) if _SEPARATOR.match(clusters[place]) else (before or after)


def visual(line: str, *, is_bold: bool = False, rtl: bool | None = None) -> list[Run]:
    """The runs of a line from left to right (rule L2 of UAX 9)."""
    ordered = list(runs(line, is_bold=is_bold, rtl=rtl))
    for level in (2, 1):
        made: list[Run] = []
        stretch: list[Run] = []
        for run in ordered:
            if run.level >= level:
                stretch.append(run)
            else:
                made += [*reversed(stretch), run]
                stretch = []
        ordered = made + list(reversed(stretch))
    return ordered


def width(text: str, style: Style) -> float:
    """Pixels that one line takes."""
    return sum(_run_width(run, style.size) for run in runs(text, is_bold=style.is_bold))


@lru_cache(maxsize=8_192)
def _run_width(run: Run, size: int) -> float:
    return _font(run.font, size).getlength(_shown(run), direction=run.direction)


def _shown(run: Run) -> str:
    """Without skin tones and variation selectors: the font draws outlines."""
    return _TONE.sub("", run.text) if run.font == EMOJI else run.text


def wrap(text: str, style: Style, room: float) -> list[str]:
    """Lines of at most `room` pixels: broken at spaces, in scripts without them between letters,
    and within a word only where it is longer than a line."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines += _wrapped(paragraph, style, room) or [""]
    return lines


def _wrapped(paragraph: str, style: Style, room: float) -> list[str]:
    lines: list[str] = []
    line = ""
    for piece in _pieces(paragraph, style, room):
        if line and width((line + piece).rstrip(), style) > room:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(paragraph: str, style: Style, room: float) -> Iterable[str]:
    """What a line may end after: a word with the spaces after it, a character, part of a word."""
    for word in regex.findall(r"\S+\s*|\s+", paragraph):
        if not _UNSPACED.search(word) and width(word.rstrip(), style) <= room:
            yield word
        else:
            yield from _CLUSTER.findall(word)


def fit(
    text: str, room: tuple[float, float], largest: Style, smallest: int
) -> tuple[list[str], Style]:
    """Lines, and the largest style in which they fit into `room` (width, height).

    What does not even fit in the smallest one is cut, with an ellipsis.
    """
    text = clean(text)
    size = largest.size
    while True:
        style = largest._replace(size=size)
        lines = wrap(text, style, room[0])
        if len(lines) * style.line_height <= room[1]:
            return lines, style
        if size <= smallest:
            return _cut(lines, style, room), style
        size = max(smallest, round(size * 0.88))


def _cut(lines: list[str], style: Style, room: tuple[float, float]) -> list[str]:
    kept = lines[: max(1, int(room[1] // style.line_height))]
    last = kept[-1]
    while last and width(last + "…", style) > room[0]:
        last = "".join(_CLUSTER.findall(last)[:-1])
    return [*kept[:-1], last.rstrip() + "…"]


def draw_lines(
    draw: ImageDraw.ImageDraw, place: tuple[int, int], room: float, lines: list[str], style: Style
) -> int:
    """Draw lines from `place` (left, top) on, those from right to left at the right end of `room`;
    the top of what comes below."""
    left, top = place
    rtl = is_rtl("\n".join(lines))
    for number, line in enumerate(lines):
        x = left + (room - width(line, style) if rtl else 0)
        baseline = top + number * style.line_height + style.size
        for run in visual(line, is_bold=style.is_bold, rtl=rtl):
            draw.text(
                (x, baseline),
                _shown(run),
                font=_font(run.font, style.size),
                fill=style.colour,
                anchor="ls",
                direction=run.direction,
            )
            x += _run_width(run, style.size)
    return top + len(lines) * style.line_height
