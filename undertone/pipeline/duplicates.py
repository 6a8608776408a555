"""Posts that turn out to be one: a short link and the link that it leads to.

Which post a short link means is known only once it has been followed, so both rows are work. In the
result the first one has the comments and the figures, as with any other duplicate; but one that
failed leaves them to one that did not.
"""

from __future__ import annotations

from undertone.pipeline.job_records import SUCCESS_STATES, Request
from undertone.pipeline.post_records import PostArrival
from undertone.pipeline.store import JobStore


def merge_duplicates(
    store: JobStore, request: Request, arrivals: dict[int, PostArrival]
) -> dict[int, PostArrival]:
    """`arrivals`, of which those of the same post only name the one that counts. Raises Missing."""
    if all(arrival.post is None for arrival in arrivals.values()):
        return arrivals
    refs = {index: row.ref for index, row in enumerate(store.all_rows(request)) if row.is_post}
    posts: dict[tuple[str, str], list[PostArrival]] = {}
    for key in sorted(arrivals):
        ref = arrivals[key].post or refs[key]
        same = ("", str(key)) if ref is None else (ref.platform, ref.id)
        posts.setdefault(same, []).append(arrivals[key])
    merged: dict[int, PostArrival] = {}
    for same_post in posts.values():
        counting = min(same_post, key=_failings)
        for arrival in same_post:
            merged[arrival.key] = arrival if arrival is counting else _duplicate(arrival, counting)
    return merged


def _failings(arrival: PostArrival) -> int:
    """0: it succeeded, 1: it has comments, 2: it has none."""
    if arrival.state in SUCCESS_STATES:
        return 0
    return 1 if arrival.fetched else 2


def _duplicate(arrival: PostArrival, counting: PostArrival) -> PostArrival:
    return PostArrival(
        key=arrival.key, state=counting.state, post=arrival.post, duplicate_of=counting.key
    )
