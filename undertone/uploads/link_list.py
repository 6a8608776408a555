"""Lists of links: one a line, a table with a column of them, or a JSON list."""

from __future__ import annotations

from undertone import wire
from undertone.errors import Rejected
from undertone.uploads.columns import column_key
from undertone.uploads.csv_reader import read_rows
from undertone.uploads.text_reader import lines_of

_COLUMNS = ("url", "urls", "link", "links", "posturl", "postlink", "videourl", "permalink")
LINK_HEADINGS = {"url", "urls", "link", "links"}
"""What may stand alone above a list of links."""


def json_links(body: bytes) -> list[str]:
    """The links in a JSON list of nothing else; none if `body` is anything else."""
    try:
        values = wire.decode_lenient(body)
    except ValueError:
        return []
    return values if all(isinstance(each, str) and _is_link(each) for each in values) else []


def is_link_list(text: str) -> bool:
    """Whether every line of `text` (of its first 1,000) is a link, below a heading or without."""
    lines = [line for line in text.splitlines()[:1000] if line.strip()]
    has_heading = bool(lines) and lines[0].strip().lower() in LINK_HEADINGS
    return bool(lines) and all(map(_is_link, lines[has_heading:]))


def read_links(text: str) -> list[str]:
    """The links in `text`, in order, as they stand there; empty lines are left out.

    A first line with a column `url` or `link` (by any delimiter) makes it a table; without one
    every line is a link. Raises Rejected for a table without such a column.
    """
    lines = [line.strip() for line in lines_of(text) if line.strip()]
    if not lines or "/" in lines[0]:
        return lines
    rows = read_rows(text, lambda row: _column(row) is not None)
    place = _column(rows[0]) if rows else None
    if place is not None:
        cells = (row[place].strip() for row in rows[1:] if place < len(row))
        return [cell for cell in cells if cell]
    if rows and len(rows[0]) > 1:
        raise Rejected(
            "the table has no column of links: name one `url` (found: "
            + ", ".join(cell.strip()[:40] for cell in rows[0][:10])
            + ")"
        )
    return lines


def _is_link(text: str) -> bool:
    return "://" in text and " " not in text.strip()


def _column(header: list[str]) -> int | None:
    """Index of the column of links, if `header` names one."""
    keys = [column_key(cell) for cell in header]
    return next((keys.index(name) for name in _COLUMNS if name in keys), None)
