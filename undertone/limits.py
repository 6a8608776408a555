"""How much one upload, one job and one field may hold; docs/sources.md says why.

Readers look at these while they read, so that what is too much is never held.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from undertone.errors import Rejected

MAX_POSTS = 10_000
"""URLs and uploads of one job."""
MAX_COMMENTS = 300_000
"""Comments that may be sent along with one job: in one file, or over all `posts` of a body. Each
takes up to a kilobyte while its body is read."""

MAX_ID = 500
"""Characters of the id of a comment, of the one that it answers, or of an uploaded post."""
MAX_AUTHOR = 500
"""Characters of an author's name."""
MAX_TITLE = 1_000
"""Characters of a post's title."""
MAX_TEXT = 2_000_000
"""Characters of a comment; no platform takes more than some ten thousand."""
MAX_COLUMNS = 1_000
"""Columns of a table; fields of a JSON object, and names of them in one file."""
MAX_COLUMN_NAME = 100
"""Characters of a column's name that are looked at."""
MAX_LINE = 4_000_000
"""Characters of a line, and of a row of a table over all its lines."""

MAX_COUNT = 2**53
"""Likes, votes and comments that can be: up to here every reader of JSON knows the exact number."""


_COUNTED = 1_000_000
"""What is too much is counted up to here, to be told."""


def known_count(number: int | None, *, least: int = -MAX_COUNT) -> int | None:
    """`number`, or None for one that cannot be a count: nobody has counted so far."""
    return number if number is not None and least <= number <= MAX_COUNT else None


def found_in_words(counted: int, rest: Iterable[object]) -> str:
    """How many there are: `counted` and all of `rest`; beyond a million that they are more."""
    found = counted + sum(1 for _ in islice(rest, max(0, _COUNTED - counted + 1)))
    return f"{found:,}" if found <= _COUNTED else f"more than {_COUNTED:,}"


def too_many_posts(found: str) -> Rejected:
    """The error for `found` (a number in words or digits) URLs and uploads."""
    return Rejected(
        f"{found} posts are more than one job takes; send at most {MAX_POSTS:,} and split the "
        "rest over further jobs"
    )


def too_many_comments(found: str) -> Rejected:
    """The error for `found` (a number in words or digits) comments sent along."""
    return Rejected(
        f"{found} comments are more than may be sent along with one job; send at most "
        f"{MAX_COMMENTS:,} and split the rest over further jobs"
    )


def too_many_columns(found: str) -> Rejected:
    """The error for a table, or an object in JSON, with `found` columns."""
    return Rejected(
        f"{found} columns are more than a file of comments has; send at most {MAX_COLUMNS:,}: "
        "text, id, author and the like are enough"
    )
