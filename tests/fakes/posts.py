"""Made-up posts: what an id means, and the comments it has."""

from __future__ import annotations

import hashlib
import random
import re
from functools import lru_cache
from typing import NamedTuple

from tests.fakes.faults import FAULTS

KEY = "stand-in-key"
"""The one credential that every stand-in platform accepts."""

START = 1_790_000_000
"""Seconds since 1970 of the first made-up comment."""

_GOOD = [
    "This made my day", "Absolutely love it", "Best one yet", "So well done", "What a great idea",
    "I keep coming back to this", "Beautiful work", "Thank you, this really helped", "Amazing",
]  # fmt: skip
_BAD = [
    "This is terrible", "What a waste of time", "I hate the new version", "So disappointing",
    "Worst update ever", "It broke after two days", "Boring and far too long", "Never again",
]  # fmt: skip
_PLAIN = [
    "Where was this filmed?", "What time does it start?", "Is there a link?", "Part two on Friday",
    "I am watching from Lisbon", "The song is at 3:45", "It comes in blue and grey", "First",
]  # fmt: skip
_ENDINGS = [
    "",
    "!",
    "!!",
    " 😍",
    " 🔥🔥",
    " 😡",
    " 💔",
    "\nSee you next week.",
    " &amp; more",
    " ❤️",
]
_NAMES = ["mara", "jon", "ayşe", "li_wei", "sam.k", "ola", "теа", "nico", "zoë", "kofi"]
_HOSTS = {"mastodon": "stand-in.example"}
DID = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"
_NUMERIC = {"hackernews", "tiktok", "mastodon"}


class Spec(NamedTuple):
    """What an id means."""

    id: str
    comments: int
    fault: str = ""


class Remark(NamedTuple):
    """A comment before any platform gives it its shape."""

    number: int
    text: str
    author: str
    likes: int
    at: int
    """Seconds since 1970."""
    deleted: bool = False


class Thread(NamedTuple):
    """A comment at the top level with its replies."""

    top: Remark
    replies: tuple[Remark, ...]


def post_id(platform: str, *, comments: int = 0, fault: str = "", salt: int = 0) -> str:
    """The id of a stand-in post with so many comments, or with that fault (and 30 comments)."""
    if platform in _NUMERIC:
        number = f"6{FAULTS.index(fault):05d}{salt:03d}" if fault else f"5{comments:05d}{salt:03d}"
        return f"7300000000{number}" if platform == "tiktok" else number
    plain = f"x{fault}" if fault else f"n{comments:05d}"
    if platform == "reddit":
        return f"{plain}{salt:03d}" if not fault else plain
    return (plain + (f"-{salt:04d}" if salt or not fault else "")).ljust(11, "-")[:11]


def post_url(platform: str, *, comments: int = 0, fault: str = "", salt: int = 0) -> str:
    """A link, as a person would paste it, to such a post."""
    post = post_id(platform, comments=comments, fault=fault, salt=salt)
    return {
        "youtube": f"https://www.youtube.com/watch?v={post}",
        "instagram": f"https://www.instagram.com/p/{post}/",
        "tiktok": f"https://www.tiktok.com/@someone/video/{post}",
        "reddit": f"https://www.reddit.com/r/standin/comments/{post}/a_title/",
        "hackernews": f"https://news.ycombinator.com/item?id={post}",
        "bluesky": f"https://bsky.app/profile/{DID}/post/{post}",
        "mastodon": f"https://{_HOSTS['mastodon']}/@someone/{post}",
    }[platform]


def spec_of(post: str) -> Spec:
    """What the id `post` means, on whatever platform."""
    if match := re.fullmatch(r"(?:7300000000)?([56])(\d{5})\d{3}", post):
        number = int(match[2])
        if match[1] == "5":
            return Spec(post, number)
        return _faulty(post, FAULTS[number]) if number < len(FAULTS) else Spec(post, 0)
    if match := re.fullmatch(r"n(\d{5})[-\d]*", post):
        return Spec(post, int(match[1]))
    if (match := re.fullmatch(r"x([a-z]+\d?)[-\d]*", post)) and match[1] in FAULTS:
        return _faulty(post, match[1])
    return Spec(post, 3 + _hash(post) % 58)


def _faulty(post: str, fault: str) -> Spec:
    return Spec(post, 0 if fault == "empty" else 30, fault)


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6])


@lru_cache(maxsize=256)
def threads(spec: Spec) -> tuple[Thread, ...]:
    """The comments of a post, oldest thread first; about a quarter of them are replies."""
    choose = random.Random(_hash(spec.id))
    mood = choose.choice([(6, 2, 2), (2, 6, 2), (2, 2, 6), (4, 4, 2)])
    tops: list[Remark] = []
    replies: list[list[Remark]] = []
    for number in range(spec.comments):
        remark = _remark(choose, number, mood)
        if tops and choose.random() < 0.25:
            replies[choose.randrange(max(0, len(tops) - 8), len(tops)) ** 2 % len(tops)].append(
                remark
            )
        else:
            tops.append(remark)
            replies.append([])
    return tuple(Thread(top, tuple(below)) for top, below in zip(tops, replies, strict=True))


def _remark(choose: random.Random, number: int, mood: tuple[int, int, int]) -> Remark:
    (words,) = choose.choices([_GOOD, _BAD, _PLAIN], weights=mood)
    return Remark(
        number=number,
        text=choose.choice(words) + choose.choice(_ENDINGS),
        author=choose.choice(_NAMES),
        likes=int(choose.paretovariate(0.8)) - 1,
        at=START + number * 61,
    )


def title_of(spec: Spec) -> str:
    """A title as a platform would show it."""
    return f"Stand-in post {spec.id}: “{spec.comments} comments” <& more>"
