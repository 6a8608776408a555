"""A mixture of jobs of all sizes and fates, made by some clients at a time."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Set
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self

from tests.fakes.posts import post_url
from tests.fakes.world import World
from tools.faults.job import PAID_RUNS, PLATFORMS, job_of
from tools.job_client import Client, Trouble

CLIENTS = 3
KEPT = 6
"""Ended jobs that stay; the oldest one is deleted when another comes."""
LARGE = 80
"""Uploads that a large job has beside its links."""
WEIGHTS = {"small": 6, "links": 3, "large": 1, "throttled": 2, "cancelled": 2, "deleted": 2,
           "repeated": 2}  # fmt: skip
SILENT = "bluesky"
"""The platform that throttles for good, and with it all its posts."""
BODIES = 5
"""Different jobs of each kind: few, so that the cache of comments is soon as large as it gets."""


def _job_of(seed: int, posts: int) -> dict[str, Any]:
    return job_of(seed, posts, [name for name in (*PLATFORMS, *PAID_RUNS) if name != SILENT])


def _large_job(seed: int) -> dict[str, Any]:
    """As many links as in other jobs, which the cache then knows, and many uploads."""
    body = _job_of(seed, 12)
    body["posts"] = job_of(seed, 2 * LARGE)["posts"]
    return body


class Mixture:
    """Makes jobs during the `with` block; when it ends, all jobs are let come to their end."""

    def __init__(self, url: str, platforms: World, seed: int, patience: float) -> None:
        self.made: Counter[str] = Counter()
        """Jobs of each kind that have come to their end."""
        self.troubles: list[str] = []
        """What went otherwise than promised."""
        self._client = Client(url, patience)
        self._platforms = platforms
        self._choose = random.Random(seed)
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._ended: deque[str] = deque()
        self._deleted: set[str] = set()
        self._workers = ThreadPoolExecutor(CLIENTS)
        self._running: list[Future[None]] = []

    def deleted(self) -> Set[str]:
        """The jobs whose deletion has been answered."""
        with self._lock:
            return frozenset(self._deleted)

    @property
    def disappointments(self) -> int:
        """Calls that got no good answer at first."""
        return self._client.disappointments

    def one_of_each(self) -> None:
        """A job of each kind, one after the other: what loads once is then loaded."""
        for kind in WEIGHTS:
            self._one(kind, 0)

    def __enter__(self) -> Self:
        """Begin."""
        self._running = [self._workers.submit(self._run) for _ in range(CLIENTS)]
        return self

    def __exit__(self, *_: object) -> None:
        """Begin no more jobs, and wait for those under way."""
        self._ending.set()
        with self._workers:
            for running in self._running:
                running.result()

    def _run(self) -> None:
        while not self._ending.is_set():
            with self._lock:
                (kind,) = self._choose.choices(list(WEIGHTS), list(WEIGHTS.values()))
                number = self._choose.randrange(BODIES)
            self._one(kind, number)

    def _one(self, kind: str, number: int) -> None:
        """A job of this kind, from its submission to what becomes of it."""
        fates: dict[str, Callable[[int], None]] = {
            "small": lambda number: self._complete(_job_of(number, 2)),
            "links": lambda number: self._complete(_job_of(number, 12)),
            "large": lambda number: self._complete(_large_job(number)),
            "throttled": self._throttled,
            "cancelled": self._cancelled,
            "deleted": self._deleted_soon,
            "repeated": self._repeated,
        }
        try:
            fates[kind](number)
        except Trouble as error:
            self.troubles.append(f"{kind} job: {error}")
        self.made[kind] += 1

    def _complete(self, body: dict[str, Any]) -> None:
        self._end(self._client.create(body, uuid.uuid4().hex))

    def _end(self, job: str) -> None:
        """Wait for the job's end, read it, and delete an older one."""
        status = self._client.wait(job)
        counts = status["comments"]
        if counts["failed"] or counts["done"] != counts["total"]:
            raise Trouble(f"{job} ended without some scores: {status}")
        lines = self._client.download(job, "comments.jsonl").count(b"\n")
        if lines != counts["total"]:
            raise Trouble(f"{job} has {lines} comments in its file: {status}")
        self._keep(job)

    def _keep(self, job: str) -> None:
        with self._lock:
            self._ended.append(job)
            oldest = self._ended.popleft() if len(self._ended) > KEPT else None
        if oldest is not None:
            self._delete(oldest)

    def _delete(self, job: str) -> None:
        self._client.delete(job)
        with self._lock:
            self._deleted.add(job)

    def _throttled(self, number: int) -> None:
        """Posts that are put off and then answered; fetched anew, not taken from the cache."""
        self._platforms.forget()
        faults = ("throttle1", "flaky", "midway")
        urls = [post_url("youtube", fault=fault, salt=number) for fault in faults]
        self._complete({"urls": urls, "max_age_minutes": 0})

    def _cancelled(self, number: int) -> None:
        """A job that is cancelled under way; one of its posts would never be answered."""
        body = _job_of(number, 12)
        body["urls"].append(post_url(SILENT, fault="throttled", salt=number))
        job = self._client.create(body, uuid.uuid4().hex)
        self._pause()
        self._client.cancel(job)
        self._client.wait(job)
        self._keep(job)

    def _deleted_soon(self, number: int) -> None:
        """A job that is deleted under way."""
        job = self._client.create(_job_of(number, 12), uuid.uuid4().hex)
        self._pause()
        self._delete(job)

    def _repeated(self, number: int) -> None:
        """A submission that is repeated under its key while the job runs, and once it is done."""
        body, key = _job_of(number, 4), uuid.uuid4().hex
        job = self._client.create(body, key)
        for _ in range(3):
            if self._client.create(body, key) != job:
                raise Trouble(f"a repeated submission made another job than {job}")
        self._client.wait(job)
        if self._client.create(body, key) != job:
            raise Trouble(f"a repeated submission made another job than {job}, which had ended")
        self._end(job)

    def _pause(self) -> None:
        with self._lock:
            seconds = self._choose.uniform(0, 2)
        time.sleep(seconds)
