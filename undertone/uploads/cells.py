"""What stands in one cell of an export, as people and programs write it."""

from __future__ import annotations

import re
from html import unescape

from undertone.html_text import text_of_html
from undertone.limits import known_count
from undertone.text import tidy

_COUNT_WITHIN = 100
"""Characters of a cell in which a number is looked for; more of it are not read."""
_TAG = re.compile(
    r"<(?:br|/?p|/?div|/?span|/?a|/?b|/?i|/?em|/?strong|/?u|/?li|/?ul)(?:\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<(?:br|p|div|li)\b", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31}[0-9]{0,2});")
_NONE = frozenset({"root", "none", "null", "nil", "nan", "undefined", "0", "-", "false", "n/a"})
_KIND = re.compile(r"t[13]_(?=[0-9a-z]{2,13}\Z)")
"""Reddit's prefix of a full name: `t1_` is a comment, `t3_` a post."""

_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_MOST_STARS = 5
_STARS = re.compile(
    r"([0-9]{1,3}(?:[.,][0-9]{1,4})?)(?:\s*(?:/|out of|von|sur|de|di|su|z)\s*([0-9]{1,3}))?"
)


def plain_text(cell: str) -> str:
    """A comment's text as a person reads it: HTML that an export left in it is resolved.

    Text that only looks a little like HTML (`<3`, `a < b & c`) stays as it is.
    """
    text = tidy(cell)
    if "<" in text and _TAG.search(text):
        if "\n" in text and not _BREAK.search(text):
            text = text.replace("\n", "<br>")
        return text_of_html(text)
    if "&" in text:
        return tidy(_ENTITY.sub(lambda found: unescape(found[0]), text))
    return text


def comment_id(cell: str) -> str:
    """A comment's id; Reddit's `t1_abc` is `abc`, as its replies may say either."""
    return _KIND.sub("", tidy(cell))


def parent_id(cell: str) -> str:
    """The id of the comment that is answered; empty for what says that there is none."""
    parent = tidy(cell)
    if parent.casefold() in _NONE or parent.startswith("t3_"):
        return ""
    return _KIND.sub("", parent)


def parse_count(cell: str) -> int | None:
    """`12`, `1,234`, `1.2K`, `-3`, `3 likes` → a number; None for anything else."""
    match = re.match(
        r"\s*([-\u2212]?)(\d[\d.,\u00a0\u202f ]*)([kKmM])?(?:\s|$)",
        cell.lstrip()[:_COUNT_WITHIN],
        re.ASCII,
    )
    if not match:
        return None
    number = _number(match[2].strip().rstrip(".,"), match[3] or "")
    return known_count(-number if match[1] and number is not None else number)


def _number(digits: str, unit: str) -> int | None:
    if unit:
        number = re.sub(r"\s(?=\d{3}(?!\d))", "", digits).replace(",", ".")
        if not re.fullmatch(r"\d+(\.\d+)?", number):
            return None
        return round(float(number) * (1_000 if unit in "kK" else 1_000_000))
    ungrouped = re.sub(r"[.,\s](?=\d{3}(?!\d))", "", digits)
    integer = re.sub(r"[.,]0+$", "", ungrouped)
    return int(integer) if integer.isdigit() else None


def parse_stars(cell: str) -> float | None:
    """`4`, `4.0 out of 5 stars`, `8/10`, `★★★☆☆`, `FIVE` → stars from 0 to 5; None for others."""
    text = cell.strip()[:_COUNT_WITHIN].casefold()
    if text in _WORDS:
        return float(_WORDS[text])
    if full := sum(text.count(star) for star in "★⭐🌟"):
        return float(full) if full <= _MOST_STARS else None
    match = _STARS.search(text)
    if not match:
        return None
    stars, most = float(match[1].replace(",", ".")), int(match[2] or _MOST_STARS)
    return round(stars * _MOST_STARS / most, 2) if most and stars <= most else None
