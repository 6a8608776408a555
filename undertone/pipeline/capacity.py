"""How much one job may be: what can be scored before its deadline, in messages of bounded size.

All chunks of a job are blocks of the same two files, and the service allows 50,000 of them in each.
Every post gets an even share, and chunks grow where that is less than a post needs. With at most
`MOST_COMMENTS` in a job they grow to no more than some 500 comments, however many posts there are:
ten seconds of RoBERTa, and within the time limit of a function for an analyzer that needs a second
for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from undertone.errors import Rejected
from undertone.pipeline.job_records import LIFETIME, Row
from undertone.records import UPLOAD, Want

MAX_BLOCKS = 45_000
"""Blocks of a result file that the posts of a job share evenly."""
SPARE_BLOCKS = 4_900
"""Further ones, for uploads that are larger than their share; the header is one more."""
PACE = 50
"""Comments a second that one small instance scores with RoBERTa; the bundled model reads more."""
MOST_COMMENTS = PACE * int((LIFETIME - timedelta(days=1)) / timedelta(seconds=1))
"""Comments that a job may ask for: one such instance has scored them a day before the deadline."""


def check_capacity(rows: Sequence[Row], want: Want, uploaded: int) -> None:
    """Raises Rejected if a job of these rows could have more than `MOST_COMMENTS` to score.

    `uploaded`: comments that came with it. Of a link as many are reckoned as are wanted.
    """
    links = sum(row.is_post and row.ref is not None and row.ref.platform != UPLOAD for row in rows)
    asked, left = links * want.limit + uploaded, MOST_COMMENTS - uploaded
    if asked <= MOST_COMMENTS:
        return
    found = f"this job may come to {asked:,} comments, and {MOST_COMMENTS:,} can be scored in time"
    if left < links:
        raise Rejected(
            f"{found}; {uploaded:,} of them are in uploads: split them over further jobs"
        )
    rule = f"must be at most {left // links:,} with {links:,} links"
    raise Rejected(
        f"{found}; ask for at most {left // links:,} a post, or send at most "
        f"{left // want.limit:,} links and split the rest over further jobs",
        {"comments_per_post": rule},
    )


def share_of_blocks(posts: int) -> int:
    """Blocks that each of a job's posts may use."""
    return max(1, MAX_BLOCKS // posts)


def spare_blocks(comments: Sequence[int], posts: int, size: int) -> list[int]:
    """For uploads of so many comments each: how many blocks beyond their shares they may use.

    As many as they need for chunks of `size`; if that is more than there are, in proportion.
    """
    share = share_of_blocks(posts)
    needs = [max(0, -(-count // size) - share) for count in comments]
    total = sum(needs)
    if total <= SPARE_BLOCKS:
        return needs
    return [need * SPARE_BLOCKS // total for need in needs]
