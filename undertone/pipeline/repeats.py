"""Posts that turn out to be one: a short link and the link that it leads to.

Which post a short link means is known only once it has been followed, so both rows are work. In the
result the first one has the comments and the figures, as with any other repeat.
"""

from __future__ import annotations

from undertone.pipeline.fanin import PostArrival
from undertone.pipeline.job import Request, all_rows
from undertone.ports import Blobs


def without_repeats(
    jobs: Blobs, request: Request, arrivals: dict[int, PostArrival]
) -> dict[int, PostArrival]:
    """`arrivals`, in which later ones of the same post only name the first. Raises Missing."""
    if all(arrival.post is None for arrival in arrivals.values()):
        return arrivals
    refs = {index: row.ref for index, row in enumerate(all_rows(jobs, request)) if row.is_post}
    first: dict[tuple[str, str], int] = {}
    told: dict[int, PostArrival] = {}
    for key in sorted(arrivals):
        arrival = arrivals[key]
        ref = arrival.post or refs[key]
        earlier = key if ref is None else first.setdefault((ref.platform, ref.id), key)
        told[key] = arrival if earlier == key else _repeat(arrival, arrivals[earlier])
    return told


def _repeat(arrival: PostArrival, first: PostArrival) -> PostArrival:
    return PostArrival(key=arrival.key, state=first.state, post=arrival.post, repeats=first.key)
