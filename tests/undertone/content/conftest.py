"""Two jobs with comments whose figures are known, and content made of them in memory."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from undertone.content.image_model import ImageModel
from undertone.content.language_model import LanguageModel
from undertone.content.material import Material, Place
from undertone.content.retrieval import rank
from undertone.content.service import QUEUES, Content, ContentStore
from undertone.content.workers import Pictures, Workers
from undertone.errors import NotFound
from undertone.ports import Blobs
from undertone.records import PostRef
from undertone.results.cards import Card, fit_picture
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

    def __init__(
        self,
        blobs: Blobs | None = None,
        model: LanguageModel | None = None,
        image_model: ImageModel | None = None,
    ) -> None:
        self.blobs: Blobs = blobs or MemoryBlobs()
        self.queues = MemoryQueues()
        self.drawn: list[Card | str] = []
        store = ContentStore(self.blobs, lambda: NOW)
        self.content = Content(store, self.queues, Known())
        self.workers = Workers(
            store,
            Known(),
            rank=rank,
            pictures=Pictures(self._draw, self._draw, fit_picture),
            model=lambda: model,
            image_model=lambda: image_model,
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


class Service:
    """An OpenAI-compatible service on this machine, which answers `text` and `image`."""

    def __init__(self) -> None:
        self.text = ""
        self.image: dict[str, str] = {}
        self.status = 200
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.paths: list[str] = []
        self.address = ""

    def answer(self) -> bytes:
        """A chat completion, or an image where one was asked for."""
        if self.status != 200:
            return json.dumps({"error": {"message": "no", "type": "server_error"}}).encode()
        if self.paths[-1].endswith("images/generations"):
            return json.dumps({"created": 1, "data": [self.image]}).encode()
        message = {"role": "assistant", "content": self.text}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        return json.dumps(
            {
                "id": "1",
                "object": "chat.completion",
                "created": 1,
                "model": "m",
                "choices": [choice],
            }
        ).encode()


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            made.asked.append(json.loads(self.rfile.read(length)))
            made.keys.append(self.headers["Authorization"])
            made.paths.append(self.path)
            body = made.answer()
            self.send_response(made.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made.address = f"http://127.0.0.1:{server.server_port}/v1/"
    yield made
    server.shutdown()
    server.server_close()
    thread.join()
