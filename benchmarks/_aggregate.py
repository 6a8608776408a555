"""Measures the aggregator's time and downloads on jobs that differ in the number of comments."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from model.analyzer import Prediction
from undertone import wire, wiring
from undertone.pipeline.absence_cache import AbsenceCache
from undertone.pipeline.aggregate import aggregate
from undertone.pipeline.fetch import fetch
from undertone.pipeline.messages import Delivery, Message
from undertone.pipeline.names import QUEUE_COMMENTS, QUEUE_FINISHED, QUEUE_POSTS
from undertone.pipeline.score import score
from undertone.pipeline.services import Services
from undertone.pipeline.store import JobStore
from undertone.pipeline.submit import Submission, submit
from undertone.records import Comment, UploadedPost
from undertone.settings import StorageSettings
from undertone.storage.account import Account
from undertone.storage.containers import COMMENTS, JOBS, RESULTS

POSTS = 100
SIZES = (10, 100, 1000)
TURNS = 5


@dataclass
class Instant:
    """An analyzer that takes no time."""

    model: str = "instant@1"

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        return [Prediction(0.2, 0.5, 0.3)] * len(texts)


@dataclass
class Collected:
    """Queues that keep their messages in a list, for `_work_off`."""

    sent: list[tuple[str, Message]]

    def send(self, queue: str, body: bytes, *, delay: float = 0) -> None:  # noqa: ARG002
        self.sent.append((queue, wire.decode(body, Message)))

    def oldest(self, queue: str) -> None:  # noqa: ARG002
        return None


class Counting:
    """A container that counts the bytes that are read from blobs of comments."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.comment_bytes = 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if not name.startswith("read"):
            return method

        def read(blob: str, *args: Any) -> Any:
            data = method(blob, *args)
            if "/comments" in blob:
                self.comment_bytes += len(data)
            return data

        return read


def aggregate_figures(storage: str) -> dict[str, Any]:
    """Median seconds of the aggregator for each size, and the growth of its time a block."""
    account = Account.connect(StorageSettings(connection=storage))
    sizes = [_size(account, comments) for comments in SIZES]
    return {"sizes": sizes, "growth": sizes[-1]["ms_a_block"] / sizes[0]["ms_a_block"]}


def _size(account: Account, comments: int) -> dict[str, Any]:
    turns = [_turn(account, comments) for _ in range(TURNS)]
    seconds = median(seconds for seconds, _, _ in turns)
    blocks = turns[0][1]
    return {
        "comments": comments,
        "blocks": blocks,
        "seconds": seconds,
        "ms_a_block": seconds * 1000 / blocks,
        "comment_bytes_downloaded": sum(read for _, _, read in turns),
    }


def _turn(account: Account, comments: int) -> tuple[float, int, int]:
    """(seconds of one aggregation, its blocks, bytes of comments downloaded)."""
    sent: list[tuple[str, Message]] = []
    store = _store(account.blobs(JOBS), account)
    services = Services(
        store=store,
        results=account.blobs(RESULTS),
        queues=Collected(sent),
        clock=wiring.now,
        source=_no_source,
        analyzer=Instant,
    )
    posts = [
        UploadedPost(
            id=str(post),
            comments=tuple(Comment(id=str(n), text=f"comment {n}") for n in range(comments)),
        )
        for post in range(POSTS)
    ]
    job = submit(services, Submission(owner="bench", uploads=posts)).request.job
    ending, blocks = _work_off(services, sent)
    jobs, results = Counting(store.jobs), Counting(services.results)
    counted = replace(services, store=_store(jobs, account), results=results)
    began = time.perf_counter()
    aggregate(counted, Delivery(ending))
    seconds = time.perf_counter() - began
    if store.is_deleted(job):
        raise RuntimeError("the job went away while it was measured")
    return seconds, blocks, jobs.comment_bytes + results.comment_bytes


def _store(jobs: Any, account: Account) -> JobStore:
    return JobStore(jobs, account.blobs(COMMENTS), AbsenceCache(wiring.now))


def _work_off(services: Services, sent: list[tuple[str, Message]]) -> tuple[Message, int]:
    """Do all work up to the message that ends the job; that message, and the blocks staged."""
    blocks = 0
    while sent:
        queue, message = sent.pop(0)
        if queue == QUEUE_FINISHED:
            return message, blocks
        if queue == QUEUE_POSTS:
            fetch(services, Delivery(message))
        elif queue == QUEUE_COMMENTS:
            score(services, Delivery(message))
            blocks += 1
    raise RuntimeError("the job never came to its end")


def _no_source(platform: str) -> Any:
    raise LookupError(f"nothing is fetched here, not from {platform} either")
