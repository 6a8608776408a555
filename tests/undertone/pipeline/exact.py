"""The oracle of the simulation: what the same submissions come to when nothing goes wrong.

Platform and analyzer are functions of post and text here, while in `simulation` they are fickle; so
the results depend on nothing but the submissions, whatever befalls the work on the way.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from hashlib import sha256

from model.analyzer import Prediction, Unavailable
from tests.undertone.pipeline.simulation import World
from undertone.errors import Delayed, Permanent, Transient
from undertone.pipeline import names
from undertone.pipeline.submit import Submission, submit
from undertone.records import Comment, Page, PostRef, Want

MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
"""When a post was fetched: the one thing in the results that may differ."""


@dataclass
class ExactAnalyzer:
    """Scores a text as its digest says; or later."""

    world: World
    model: str = "exact@1"

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        if self.world.may_fail(self.world.trouble):
            raise Unavailable("busy", 60.0)
        return [self._score(text) for text in texts]

    def _score(self, text: str) -> Prediction:
        digest = sha256(text.encode()).digest()
        low, high = sorted((digest[0] / 255, digest[1] / 255))
        return Prediction(low, high - low, 1 - high)


@dataclass
class ExactSource:
    """A platform of which every page is always the same.

    A post whose id ends in 4 is gone, 5 throttles now and then, 6 fails now and then; others have
    so many pages.
    """

    world: World
    platform: str = "hackernews"

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:
        kind = post.id[-1]
        if kind == "4":
            raise Permanent("gone", state="not_found")
        if kind == "5" and self.world.may_fail(self.world.trouble):
            raise Delayed("slow down", self.world.now + timedelta(minutes=3))
        if kind == "6" and self.world.may_fail(self.world.trouble):
            raise Transient("connection reset")
        return self._page(post, int(cursor or 0))

    def _page(self, post: PostRef, number: int) -> Page:
        pages = int(post.id) % 10
        if pages == 0:
            return Page(reported=0)
        comments = tuple(
            Comment(id=f"{number}.{index}", text=f"{post.id} says {number}.{index}")
            for index in range(3 + number % 2)
        )
        return Page(comments=comments, cursor=None if number + 1 >= pages else str(number + 1))


def exact_world() -> World:
    """A world whose results depend on the submissions alone."""
    world = World(random.Random(0))
    world.source, world.analyzer = ExactSource(world), ExactAnalyzer(world)
    return world


def results(world: World, job: str) -> tuple[bytes, bytes]:
    """posts.csv and comments.csv, without the moments at which posts were fetched."""
    files = (names.posts_csv(job), names.comments_csv(job))
    posts, comments = (MOMENT.sub(b"then", world.results.read(file)) for file in files)
    return posts, comments


@cache
def undisturbed(urls: tuple[str, ...], uploads: tuple[object, ...]) -> tuple[bytes, bytes]:
    """What this submission comes to in a world where nothing goes wrong."""
    world, jobs = exact_world(), []
    made = Submission(owner="me", urls=urls, uploads=uploads)  # type: ignore[arg-type]
    world.run(lambda: jobs.append(submit(world.services, made).request.job))
    world.drain()
    assert world.store.closed.find(jobs[0])
    return results(world, jobs[0])


def without_rows(file: bytes, rows: set[int]) -> list[bytes]:
    """The lines of one of the files, except those of these rows."""
    first = (line.split(b",", 1)[0] for line in file.splitlines())
    skipped = {str(row).encode() for row in rows}
    return [line for line, row in zip(file.splitlines(), first, strict=True) if row not in skipped]
