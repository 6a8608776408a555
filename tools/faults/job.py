"""A seeded job of links and uploads, whose texts are full of emoji."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import emoji

from tests.fakes.posts import KEY, post_url

PLATFORMS = ("hackernews", "youtube", "reddit", "bluesky", "mastodon")
PAID_RUNS = ("tiktok", "instagram")
"""Read by runs that cost money: where it is not known whether one was started, its post waits for
two minutes, so that it is not paid twice."""
CREDENTIALS = dict.fromkeys(
    ("YOUTUBE_API_KEY", "REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "APIFY_TOKEN"), KEY
)
"""Settings with which the app reaches all these platforms' stand-ins."""
_WORDS = (
    "great", "awful", "love it", "hate this", "fine", "blue", "the best", "broken", "ok", "=1",
    "never again", "not bad", "so good", "ﬁne", "čas", "你好", "it's\nover", "&amp;", "<b>x</b>",
    "",
)  # fmt: skip
_EMOJI = sorted(emoji.EMOJI_DATA)
MOST_COMMENTS = 120
"""Of an upload or a link; one link in twenty has three times as many."""


def job_of(seed: int, posts: int, platforms: Sequence[str] = PLATFORMS) -> dict[str, Any]:
    """The body of a job with `posts` posts, half links and half uploads, and a few odd links."""
    choose = random.Random(f"job {seed}")
    urls = [_link(choose, platforms, number) for number in range(posts // 2)]
    urls += [
        post_url("youtube", fault="throttle1", salt=seed % 1000),
        post_url("youtube", fault="midway", salt=seed % 1000),
        post_url("hackernews", fault="gone"),
        post_url("youtube", fault="disabled"),
        "https://vimeo.com/1",
        urls[0] + "&utm_source=again" if "?" in urls[0] else urls[0] + "?utm_source=again",
    ]
    uploads = [
        {"id": f"upload {number}", "comments": _comments(choose)}
        for number in range(posts - posts // 2)
    ]
    return {"name": f"Faults {seed}", "urls": urls, "posts": uploads}


def _link(choose: random.Random, platforms: Sequence[str], number: int) -> str:
    platform = choose.choice(platforms)
    most = 3 * MOST_COMMENTS if choose.random() < 0.05 else MOST_COMMENTS
    return post_url(platform, comments=choose.randint(1, most), salt=number)


def _comments(choose: random.Random) -> list[dict[str, str]]:
    return [{"text": _text(choose)} for _ in range(choose.randint(1, MOST_COMMENTS))]


def _text(choose: random.Random) -> str:
    words = choose.choices(_WORDS, k=choose.randint(1, 5))
    return " ".join(words) + "".join(choose.choices(_EMOJI, k=choose.randint(0, 3)))
