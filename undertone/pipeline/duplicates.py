"""Posts that turn out to be one: a short link and the link that it leads to.

Which post a short link means is known only once it has been followed, so both rows are work. In the
result the first one has the comments and the figures, as with any other duplicate.
"""

from __future__ import annotations

from undertone.pipeline.job_records import Request
from undertone.pipeline.post_records import PostArrival
from undertone.pipeline.store import JobStore


def merge_duplicates(
    store: JobStore, request: Request, arrivals: dict[int, PostArrival]
) -> dict[int, PostArrival]:
    """`arrivals`, in which later ones of the same post only name the first. Raises Missing."""
    if all(arrival.post is None for arrival in arrivals.values()):
        return arrivals
    refs = {index: row.ref for index, row in enumerate(store.all_rows(request)) if row.is_post}
    first: dict[tuple[str, str], int] = {}
    merged: dict[int, PostArrival] = {}
    for key in sorted(arrivals):
        arrival = arrivals[key]
        ref = arrival.post or refs[key]
        earlier = key if ref is None else first.setdefault((ref.platform, ref.id), key)
        merged[key] = arrival if earlier == key else _duplicate(arrival, arrivals[earlier])
    return merged


def _duplicate(arrival: PostArrival, first: PostArrival) -> PostArrival:
    return PostArrival(
        key=arrival.key, state=first.state, post=arrival.post, duplicate_of=first.key
    )
