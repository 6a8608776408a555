"""What insights cost a job: the same texts with and without them, by turns, on one warm host."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

POSTS, COMMENTS, TURNS = 20, 200, 3
TOPICS = ("a sports team", "music and concerts", "politics", "films and series", "phones")
NAMES = (
    "Obama Trump Clinton Apple Google Amazon Netflix Messi Ronaldo Beyonce Adele Kanye "
    "Microsoft Sony Samsung Tesla London Paris Chicago Madrid"
)
ENTITIES = tuple(NAMES.split())


def insights_price(
    texts: list[str], seconds_of: Callable[[Mapping[str, Any]], float]
) -> dict[str, Any]:
    """Comments a second of plain jobs and of jobs with 5 topics and 20 entities, and the ratio.

    `seconds_of` runs a job and says how long it took until comments.csv was there.
    """
    posts: list[dict[str, Any]] = [
        {"id": str(n), "comments": [{"text": t} for t in texts[n * COMMENTS :][:COMMENTS]]}
        for n in range(POSTS)
    ]
    asked: dict[str, Any] = {
        "topics": [{"name": name} for name in TOPICS],
        "entities": [{"name": name} for name in ENTITIES],
    }
    kinds: dict[str, dict[str, Any]] = {
        "plain": {},
        "entities": {"insights": {"entities": asked["entities"]}},
        "topics and entities": {"insights": asked},
        "topics, entities, search": {"insights": asked | {"search": True}},
    }
    seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
    for turn in range(TURNS + 1):
        for kind, more in kinds.items():
            # Both models keep the last texts they saw: a turn's texts are new to them.
            fresh = [
                {
                    "id": post["id"],
                    "comments": [
                        {"text": f"{c['text']} {turn}{kind[-3:]}"} for c in post["comments"]
                    ],
                }
                for post in posts
            ]
            took = seconds_of({"posts": fresh[:1] if turn == 0 else fresh, **more})
            if turn:
                seconds[kind].append(took)
    count = POSTS * COMMENTS
    return {
        kind: {
            "comments_a_second": round(count / median(took)),
            "kept": round(median(p / t for p, t in zip(seconds["plain"], took, strict=True)), 3),
        }
        for kind, took in seconds.items()
    }
