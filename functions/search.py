"""Search over comments by meaning and by words."""

from __future__ import annotations

from typing import Any

import azure.functions as func

from functions.access import USER
from functions.endpoints import endpoint
from functions.http import caller, int_param, json_response
from undertone import wiring
from undertone.pipeline.search_index import MOST_SEARCHED
from undertone.pipeline.searching import MAX_HITS, MAX_JOBS, search_jobs, tidy_query
from undertone.search.index import Hit

blueprint = func.Blueprint()

MOST_SHOWN = 2_000
"""Characters of a comment in an answer; the results have all of it."""


@endpoint(blueprint, "search", "GET", "search", access=USER)
def search(req: func.HttpRequest) -> func.HttpResponse:
    """The `k` best comments for `query`, of the jobs named by `job` or of all the caller's."""
    query = tidy_query(req.params.get("query", ""))
    count = int_param(req, "k", 20, least=1, most=MAX_HITS)
    named = [job for one in req.params.get("job", "").split(",") if (job := one.strip())]
    answer = search_jobs(
        wiring.services(),
        wiring.indexes(),
        query,
        owner=caller(req).owner,
        jobs=named[: MAX_JOBS + 1],
        count=count,
    )
    body: dict[str, Any] = {
        "query": query,
        "jobs": answer.searched,
        "comments": [_comment(hit) for hit in answer.hits],
        "posts": _posts(answer.hits),
    }
    if answer.left_out:
        body["note"] = (
            f"{answer.left_out} of your last 100 jobs were left out: they are not done, or are "
            f"more than the {MAX_JOBS} jobs and {MOST_SEARCHED:,} comments that one call "
            "searches; name them in `job`"
        )
    return json_response(body)


def _comment(hit: Hit) -> dict[str, Any]:
    entry, ranked = hit.entry, hit.ranked
    return {
        "id": hit.id,
        "job_id": hit.job_index.job,
        "score": round(ranked.score, 4),
        "meaning": round(ranked.meaning, 4),
        "words": round(ranked.words, 4),
        "post": hit.job_index.posts[entry.post]._asdict()
        if entry.post in hit.job_index.posts
        else None,
        "comment_id": entry.comment_id,
        "text": entry.text[:MOST_SHOWN],
        "label": entry.label,
        "sentiment": entry.score,
    }


def _posts(hits: list[Hit]) -> list[dict[str, Any]]:
    """The posts of the comments found, in the order of their best one."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for hit in hits:
        key = (hit.job_index.job, hit.entry.post)
        if hit.entry.post in hit.job_index.posts:
            post = found.setdefault(
                key,
                {
                    "job_id": hit.job_index.job,
                    **hit.job_index.posts[hit.entry.post]._asdict(),
                    "score": round(hit.ranked.score, 4),
                    "comments": 0,
                },
            )
            post["comments"] += 1
    return list(found.values())
