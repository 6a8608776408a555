"""Lists of links: one a line, a table with a column of them, or a JSON list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, islice

from undertone import json_view
from undertone.addresses import links_in
from undertone.errors import Permanent, Rejected
from undertone.limits import MAX_COLUMN_NAME, MAX_COLUMNS, MAX_POSTS, found_in_words, too_many_posts
from undertone.posts import parse_post_url
from undertone.uploads.columns import column_key
from undertone.uploads.csv_reader import read_rows
from undertone.uploads.text_reader import DecodedText

_COLUMNS = ("url", "urls", "link", "links", "posturl", "postlink", "videourl", "permalink")
_LONGEST_LINE = 20_000
"""Characters of a line of prose in which links are looked for."""
LINK_HEADINGS = {"url", "urls", "link", "links"}
"""What may stand alone above a list of links."""


def json_links(body: bytes) -> list[str]:
    """The links in a JSON list of nothing else; none if `body` is anything else.

    Raises Rejected for more than a job takes.
    """
    try:
        values = json_view.read(body)
        if not all(isinstance(each, str) and _is_link(each) for each in values):
            return []
        return _at_most(values)
    except json_view.BrokenJson:
        return []


def is_link_list(text: DecodedText) -> bool:
    """Whether every line of `text` (of its first 1,000) is a link, below a heading or without."""
    lines = list(islice((line for line in text.lines() if not line.isspace()), 1000))
    has_heading = bool(lines) and lines[0].strip().lower() in LINK_HEADINGS
    return bool(lines) and all(map(_is_link, lines[has_heading:]))


def is_prose_with_links(text: DecodedText) -> bool:
    """Whether `text` is somebody's words around links to posts, such as an e-mail.

    At least a third of its first 1,000 lines have such a link: in comments fewer have.
    """
    lines = list(islice((line for line in text.lines() if not line.isspace()), 1000))
    with_posts = [line for line in lines if any(map(_is_post, links_in(line[:_LONGEST_LINE])))]
    has_words = any(not _is_link(line) for line in with_posts)
    return has_words and len(with_posts) * 3 >= len(lines)


def _is_post(link: str) -> bool:
    try:
        parse_post_url(link)
    except Permanent:
        return False
    return True


def names_links(head: Sequence[list[str]]) -> bool:
    """Whether the first row of a table names a column of links."""
    return bool(head) and _column(head[0]) is not None


def links_of_rows(head: Sequence[list[str]], rows: Iterable[list[str]]) -> list[str]:
    """The links in a table of which `head` are the first rows, as `read_links` gives them."""
    place = _column(head[0]) if head else None
    if place is not None:
        below = chain(head[1:], rows)
        cells = (row[place].strip() for row in below if place < len(row))
    else:
        cells = (cell.strip() for row in chain(head, rows) for cell in row if _is_link(cell))
    return _at_most(cell for cell in cells if cell)


def read_links(text: DecodedText) -> list[str]:
    """The links in `text`, in order, as they stand there; empty lines are left out.

    A first line with a column `url` or `link` (by any delimiter) makes it a table; without one
    every line is a link, or has links within words. Raises Rejected for a table without such a
    column, and for more links than a job takes.
    """
    if is_prose_with_links(text) and not is_link_list(text):
        lines = (line[:_LONGEST_LINE] for line in text.lines())
        return _at_most(dict.fromkeys(link for line in lines for link in links_in(line)))
    lines = (line.strip() for line in text.lines() if not line.isspace())
    first = next(lines, "")
    if not first or "/" in first:
        return _at_most(chain([first] if first else [], lines))
    rows = read_rows(text, lambda row: _column(row) is not None)
    header = next(rows, [])
    place = _column(header)
    if place is not None:
        cells = (row[place].strip() for row in rows if place < len(row))
        return _at_most(cell for cell in cells if cell)
    if len(header) > 1:
        found = ", ".join(cell[:MAX_COLUMN_NAME].strip()[:40] for cell in header[:10])
        raise Rejected(f"the table has no column of links: name one `url` (found: {found})")
    return _at_most(chain([first], lines))


def _at_most(links: Iterable[str]) -> list[str]:
    """The links, if they are no more than a job takes; else they are only counted."""
    rest = iter(links)
    taken = list(islice(rest, MAX_POSTS))
    if next(rest, None) is not None:
        raise too_many_posts(found_in_words(MAX_POSTS + 1, rest))
    return taken


def _is_link(text: str) -> bool:
    return "://" in text and " " not in text.strip()


def _column(header: Sequence[str]) -> int | None:
    """Index of the column of links, if `header` names one."""
    keys = [column_key(cell[:MAX_COLUMN_NAME]) for cell in header[:MAX_COLUMNS]]
    return next((keys.index(name) for name in _COLUMNS if name in keys), None)
