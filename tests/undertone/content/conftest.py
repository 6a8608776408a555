"""Two jobs with comments whose figures are known, and content made of them in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from undertone.content.language_model import LanguageModel
from undertone.content.material import Material, Place
from undertone.content.retrieval import rank
from undertone.content.service import QUEUES, Content, ContentStore
from undertone.content.workers import Pictures, Workers
from undertone.errors import NotFound
from undertone.ports import Blobs
from undertone.records import PostRef
from undertone.results.cards import Card
from undertone.results.comments_table import CommentRow
from undertone.results.posts_table import PostRow, post_row
from undertone.results.tally import Probabilities, tally
from undertone.storage.memory import MemoryBlobs, MemoryQueues

NOW = datetime(2026, 11, 25, tzinfo=UTC)
GOOD, FLAT, BAD = (0.02, 0.08, 0.9), (0.1, 0.8, 0.1), (0.85, 0.1, 0.05)
SHOES = (
    ("The delivery was so fast, I love it", GOOD),
    ("Delivery took 3 weeks and the box was broken", BAD),
    ("Great colours this spring!", GOOD),
    ("Is there a size 47?", FLAT),
    ("The price is a joke", BAD),
    ("Good price for real leather", GOOD),
    ("My delivery never came", BAD),
    ("Colours fade after one wash", BAD),
    ("The leather smells of home", GOOD),
    ("When does the shop in Lyon open?", FLAT),
    ("أحب اللون والجودة", GOOD),
    ("颜色很漂亮 质量也好", GOOD),
)
CAFE = (
    ("Best coffee in town", GOOD),
    ("The coffee was cold again", BAD),
    ("Price went up twice this year", BAD),
    ("Staff are lovely, delivery of beans is quick", GOOD),
    ("Is the terrace open on Sunday?", FLAT),
    ("Loud music, I could not talk", BAD),
    ("That lemon cake!!!", GOOD),
    ("Colours of the new cups are nice", GOOD),
)


def comments_of(
    said: Sequence[tuple[str, tuple[float, float, float]]], posts: int = 2
) -> list[CommentRow]:
    """Comments in turn under each of the posts, a minute apart."""
    return [
        CommentRow(
            post=1 + place % posts,
            comment_id=f"c{place}",
            parent_id="",
            author=f"author {place}",
            time=f"2026-11-01T10:{place % 60:02d}:00Z",
            likes=place,
            text=text,
            label=("negative", "neutral", "positive")[figures.index(max(figures))],
            negative=figures[0],
            neutral=figures[1],
            positive=figures[2],
            score=figures[2] - figures[0],
            windows=1,
        )
        for place, (text, figures) in enumerate(said)
    ]


def rows_of(comments: Sequence[CommentRow], titles: Sequence[str]) -> list[PostRow]:
    rows = []
    for number, title in enumerate(titles, 1):
        own = [
            Probabilities(*(round(1e4 * (p or 0)) for p in (c.negative, c.neutral, c.positive)))
            for c in comments
            if c.post == number
        ]
        ref = PostRef(platform="upload", id=title)
        rows.append(
            post_row(number, title, ref, "ok", "", title=title, fetched=len(own), tally=tally(own))
        )
    return rows


def material_of(title: str, said: Sequence[tuple[str, tuple[float, float, float]]]) -> Material:
    comments = comments_of(said)
    return Material(title, rows_of(comments, (f"{title} one", f"{title} two")), comments)


JOBS = {"shoes": material_of("Spring shoes", SHOES), "cafe": material_of("Corner café", CAFE)}


class Known:
    """Ann has the jobs; nobody else has anything."""

    def check(self, owner: str, place: Place) -> None:
        if place.post or (place.job and (owner != "ann" or place.job not in JOBS)):
            raise NotFound(f"there is no job {place.job!r}")

    def material(self, owner: str, place: Place) -> Material | None:
        self.check(owner, place)
        return JOBS.get(place.job or "shoes") if owner == "ann" else None


class Setting:
    """Content in memory."""

    def __init__(self, blobs: Blobs | None = None, model: LanguageModel | None = None) -> None:
        self.blobs: Blobs = blobs or MemoryBlobs()
        self.queues = MemoryQueues()
        self.drawn: list[Card | str] = []
        store = ContentStore(self.blobs, lambda: NOW)
        self.content = Content(store, self.queues, Known())
        self.workers = Workers(
            store,
            Known(),
            rank=rank,
            pictures=Pictures(self._draw, self._draw),
            model=lambda: model,
        )

    def _draw(self, what: Card | str) -> dict[str, bytes]:
        self.drawn.append(what)
        return {"1080x1080": f"picture of {what}".encode()}

    def messages(self) -> list[tuple[str, bytes]]:
        """Queue and body of all that was sent; they are gone from the queues."""
        taken = [
            (queue, body)
            for queue in QUEUES.values()
            for body, _ in self.queues.sent.get(queue, [])
        ]
        self.queues.sent.clear()
        return taken

    def deliver(self, queue: str, body: bytes) -> None:
        (self.workers.text if queue == QUEUES["text"] else self.workers.image)(body)

    def drain(self) -> None:
        for message in self.messages():
            self.deliver(*message)


@pytest.fixture
def setting() -> Setting:
    return Setting()
