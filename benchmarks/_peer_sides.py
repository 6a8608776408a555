"""One side's job of ./dev bench peers: seconds to the table, memory and processes."""

from __future__ import annotations

import csv
import json
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import psutil
import requests

from benchmarks._peer_stack import memory_mb, tree, usual_stack
from devhost.azurite import azurite
from devhost.supervisor import DevHost
from tools.project import AZURITE_HOME, PROJECT

Posts = Sequence[tuple[str, Sequence[str]]]
Jobs = tuple[Posts, Posts]
"""The first job after the start, and the warm one, whose texts are others: both sides may cache."""
SAMPLE_SECONDS = 0.5


class Figures(NamedTuple):
    """Of one turn of one side."""

    seconds: float
    """From the upload to comments.csv, warm."""
    first: float
    """The same of the first job after the start."""
    working_mb: float
    """The most that all processes held together while working."""
    idle_mb: float
    processes: int


def usual(python: Path, model: Path, jobs: Jobs, batch: int, cores: int) -> Figures:
    """Celery, Redis, transformers.pipeline."""
    with (
        tempfile.TemporaryDirectory() as folder,
        usual_stack(python, model, batch, cores) as stack,
    ):
        sent, table = Path(folder) / "posts.json", Path(folder) / "table.csv"

        def job(posts: Posts) -> float:
            sent.write_text(json.dumps(posts), encoding="utf-8")
            seconds = stack.job(sent, table)
            _check(table.read_text("utf-8"), posts)
            return seconds

        return _measure(job, jobs, stack.processes)


def ours(analyzer: str, jobs: Jobs) -> Figures:
    """The app in the development host, on the storage emulator."""
    with (
        azurite(home=AZURITE_HOME) as storage,
        tempfile.TemporaryFile() as output,
        DevHost(PROJECT, storage=storage, settings={"ANALYZER": analyzer}, output=output) as host,
    ):

        def job(posts: Posts) -> float:
            began = time.perf_counter()
            table = _our_job(host.url, posts)
            seconds = time.perf_counter() - began
            _check(table, posts)
            return seconds

        here = psutil.Process().pid
        return _measure(job, jobs, lambda: tree([here])[1:])


def _our_job(url: str, posts: Posts) -> str:
    body = {
        "posts": [
            {"id": post, "comments": [{"text": text} for text in texts]} for post, texts in posts
        ]
    }
    answer = requests.post(f"{url}/api/jobs/create", json=body, timeout=240)
    answer.raise_for_status()
    links = answer.json()["links"]
    while not requests.get(links["status"], timeout=60).json()["completed_at"]:
        time.sleep(0.05)
    table = requests.get(links["comments.csv"], timeout=60)
    table.raise_for_status()
    return table.content.decode("utf-8-sig")


def _check(table: str, posts: Posts) -> None:
    rows = len(list(csv.reader(table.splitlines()))) - 1
    sent = sum(len(texts) for _, texts in posts)
    if rows != sent:
        raise SystemExit(f"the table has {rows} rows for {sent} comments")


def _measure(
    job: Callable[[Posts], float], jobs: Jobs, processes: Callable[[], list[psutil.Process]]
) -> Figures:
    first = job(jobs[0])
    most, ended = [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(SAMPLE_SECONDS):
            most[0] = max(most[0], memory_mb(processes()))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    seconds = job(jobs[1])
    ended.set()
    watcher.join()
    time.sleep(2)
    found = processes()
    return Figures(seconds, first, max(most[0], memory_mb(found)), memory_mb(found), len(found))
