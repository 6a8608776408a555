"""A list of links as a file or a request's body: one a line, or a table with a column of them."""

from __future__ import annotations

from undertone.errors import Rejected
from undertone.sources.tables import column_key, decode_text, lines_of, read_rows

_COLUMNS = ("url", "urls", "link", "links", "posturl", "postlink", "videourl", "permalink")


def parse_url_list(data: bytes, *, charset: str = "") -> list[str]:
    """The links in `data`, in order, as they stand there; empty lines are left out.

    A first line with a column `url` or `link` (by any delimiter) makes it a table; without one
    every line is a link. Raises Rejected for what is no text or a table without such a column.
    """
    text = decode_text(data, charset).text
    lines = [line.strip() for line in lines_of(text) if line.strip()]
    if not lines or _looks_like_links(lines[0]):
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


def _looks_like_links(line: str) -> bool:
    return "://" in line or "/" in line


def _column(header: list[str]) -> int | None:
    keys = [column_key(cell) for cell in header]
    return next((keys.index(name) for name in _COLUMNS if name in keys), None)
