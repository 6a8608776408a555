"""The largest job in memory, and how many requests a second the busiest blobs see.

Barrier and progress of a job are single blobs, and Azure promises 500 requests a second on one. So
the requests on them are counted exactly, over memory storage, for a job of 10,000 links and a
million comments; then jobs of short posts run on the emulator with one, two and three instances,
and their posts a second tell how many requests a second that is, and how many instances it takes
to reach 500.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.table import Table

from benchmarks._aggregate import Instant
from benchmarks._memory import peak_mb
from devhost.azurite import azurite
from devhost.supervisor import DevHost
from tests.fakes.app import running
from tests.fakes.posts import post_url
from tools.project import AZURITE_HOME, PROJECT
from undertone.pipeline.absence_cache import AbsenceCache
from undertone.pipeline.handlers import handle_message
from undertone.pipeline.services import Services
from undertone.pipeline.store import JobStore
from undertone.pipeline.submit import Submission, submit
from undertone.records import Comment, Page, PostRef, Want
from undertone.storage.memory import MemoryBlobs, MemoryQueues

LINKS, COMMENTS = 10_000, 100
EMULATED_LINKS = 400
INSTANCES = (1, 2, 3)
TARGET = 500
"""Requests a second on one blob that Azure Storage is built for (its scalability targets)."""
NOW = datetime(2026, 11, 25, tzinfo=UTC)


@dataclass
class CountedBlobs(MemoryBlobs):
    """Counts the calls on each blob."""

    calls: Counter[str] = field(default_factory=Counter)

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if name.startswith("_") or name == "calls" or not callable(value):
            return value

        def counted(blob: str, *args: Any, **options: Any) -> Any:
            self.calls[blob.rpartition("/")[2]] += 1
            return value(blob, *args, **options)

        return counted


@dataclass
class FullPages:
    """A platform whose every post has the same number of comments."""

    comments: int
    platform: str = "hackernews"

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:  # noqa: ARG002
        """All comments in one page."""
        return Page(
            comments=tuple(
                Comment(id=str(number), text=f"comment {number} of {post.id}")
                for number in range(self.comments)
            )
        )


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, and write JSON if asked."""
    parser = argparse.ArgumentParser(prog="./dev bench load", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to FILE")
    parser.add_argument("--links", type=int, default=LINKS, help="links of the job in memory")
    parser.add_argument("--comments", type=int, default=COMMENTS, help="comments of each")
    options = parser.parse_args(argv)
    memory = job_in_memory(options.links, options.comments)
    with azurite(home=AZURITE_HOME) as storage:
        emulated = [emulated_job(storage, instances) for instances in INSTANCES]
    figures = {"memory": memory, "emulated": emulated}
    _print(memory, emulated)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))
    return 0


def job_in_memory(links: int, comments: int) -> dict[str, Any]:
    """A whole job in this process: seconds, rows, and calls on the busiest blobs a post."""
    jobs, queues, analyzer = CountedBlobs(), MemoryQueues(), Instant()
    source = FullPages(comments)
    services = Services(
        store=JobStore(jobs, MemoryBlobs(), AbsenceCache(lambda: NOW)),
        results=MemoryBlobs(),
        queues=queues,
        clock=lambda: NOW,
        source=lambda _: source,
        analyzer=lambda: analyzer,
        threads=1,
    )
    urls = [f"https://news.ycombinator.com/item?id={number + 1}" for number in range(links)]
    began = time.perf_counter()
    request = submit(services, Submission(owner="bench", urls=urls)).request
    messages = _work_off(services, queues)
    seconds = time.perf_counter() - began
    closed = services.store.closed.read(request.job)
    return {
        "links": links,
        "comments": closed.comments,
        "status": closed.status,
        "seconds": seconds,
        "messages": messages,
        "calls_a_post": {name: jobs.calls[name] / links for name in ("barrier", "progress")},
    }


def _work_off(services: Services, queues: MemoryQueues) -> int:
    """Deliver every message; how many there were."""
    delivered = 0
    while queues.sent:
        queue, messages = queues.sent.popitem()
        for body, _ in messages:
            handle_message(services, queue, body)
        delivered += len(messages)
    return delivered


def emulated_job(storage: str, instances: int) -> dict[str, float]:
    """Posts a second of a job of short posts, fetched and scored by so many instances."""
    with (
        running() as platforms,
        tempfile.TemporaryFile() as output,
        DevHost(
            PROJECT,
            storage=storage,
            settings={"ANALYZER": "vader", "PLATFORMS_BASE": platforms.base},
            output=output,
            instances=instances,
        ) as host,
    ):
        urls = [
            post_url("hackernews", comments=5, salt=instances * EMULATED_LINKS + number)
            for number in range(EMULATED_LINKS)
        ]
        began = time.perf_counter()
        answer = requests.post(f"{host.url}/api/jobs/create", json={"urls": urls}, timeout=240)
        answer.raise_for_status()
        status = answer.json()["links"]["status"]
        while not requests.get(status, timeout=60).json()["completed_at"]:
            time.sleep(0.5)
        seconds = time.perf_counter() - began
        return {
            "instances": instances,
            "links": EMULATED_LINKS,
            "seconds": seconds,
            "posts_a_second": EMULATED_LINKS / seconds,
            "peak_mb": max(peak_mb(pid) for pid in host.pids),
        }


def _print(memory: dict[str, Any], emulated: list[dict[str, float]]) -> None:
    console = Console()
    console.print(
        f"In memory: {memory['links']:,} links, {memory['comments']:,} comments, "
        f"{memory['messages']:,} messages, {memory['status']} in {memory['seconds']:.0f} s"
    )
    table = Table(
        "instances", "posts/s", *(f"{name}, requests/s" for name in ("barrier", "progress"))
    )
    for row in emulated:
        pace = row["posts_a_second"]
        table.add_row(
            str(row["instances"]),
            f"{pace:.1f}",
            *(f"{pace * calls:.1f}" for calls in memory["calls_a_post"].values()),
        )
    console.print(table)
    best = max(row["posts_a_second"] / row["instances"] for row in emulated)
    busiest = max(memory["calls_a_post"].values())
    console.print(
        f"At {best:.1f} posts a second an instance, {TARGET / best / busiest:.0f} instances that "
        f"work on one job reach {TARGET} requests a second on its busiest blob."
    )


if __name__ == "__main__":
    sys.exit(main())
