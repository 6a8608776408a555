"""The job on Celery: a task for each post, which scores its comments with transformers.pipeline.

As their documentation shows it: results come back through the broker, a chord's callback writes
the table. `MODEL` (environment) is the model's folder, `BATCH` the pipeline's batch_size.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from celery import Celery, chord

URL = os.environ.get("PEERS_REDIS", "redis://127.0.0.1:6379/0")
app = Celery("peers", broker=URL, backend=URL)
app.conf.update(
    worker_prefetch_multiplier=1,
    task_acks_late=True,
    result_expires=3600,
    broker_connection_retry_on_startup=True,
)


@cache
def _pipeline() -> Any:
    """One a worker process, as it is usual."""
    from transformers import pipeline  # noqa: PLC0415 - only workers need it

    batch = int(os.environ.get("BATCH", "32"))
    return pipeline("sentiment-analysis", model=os.environ["MODEL"], batch_size=batch, top_k=None)


@app.task  # type: ignore[untyped-decorator]
def score_post(post: str, texts: Sequence[str]) -> list[tuple[str, str, float]]:
    """Post, label and score of each comment."""
    rows = []
    for text, answer in zip(texts, _pipeline()(list(texts), truncation=True), strict=True):
        best = max(answer, key=lambda each: each["score"])
        rows.append((post, f"{best['label']}: {text}", float(best["score"])))
    return rows


@app.task  # type: ignore[untyped-decorator]
def write_table(posts: Sequence[Sequence[tuple[str, str, float]]], path: str) -> str:
    """The CSV file of all posts' comments."""
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["post", "comment", "score"])
        for rows in posts:
            table.writerows(rows)
    return path


def run_job(posts: Sequence[tuple[str, Sequence[str]]], path: str) -> str:
    """A whole job: submit, wait, the table's path."""
    scoring = [score_post.s(post, list(texts)) for post, texts in posts]
    waiting = chord(scoring)(write_table.s(path))
    done: str = waiting.get(timeout=1800, interval=0.05)
    return done
