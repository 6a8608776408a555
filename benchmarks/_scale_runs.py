"""Jobs on this machine with one, two and three instances, for the simulation to be held against."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psutil
import requests

from benchmarks._texts import comment_texts
from benchmarks._waiting import SECONDS
from devhost.azurite import azurite
from devhost.supervisor import DevHost
from tools.project import AZURITE_HOME, PROJECT

INSTANCES = (1, 2, 3)
POSTS, COMMENTS = 60, 25
JOBS = {"waits a second a chunk": ("benchmarks._waiting:build", SECONDS), "compact": ("compact", 0)}
"""Job → its analyzer, and the seconds that it waits."""
POLL = 0.1


@dataclass
class Run:
    """One real job."""

    job: str
    instances: int
    posts: int
    waiting: float
    seconds: float
    """From the answer to the POST until the job has ended."""
    share: float
    """Of a core that one busy thread was given just before: the machine may have other work."""
    of_a_post: float
    """Seconds of processor, of host and emulator, measured with one instance."""
    simulated: float = 0.0


def real_runs() -> list[Run]:
    """Every job with each number of instances, on an emulator of its own."""
    runs: list[Run] = []
    for job, (analyzer, waiting) in JOBS.items():
        of_a_post = 0.0
        for instances in INSTANCES:
            share = _share()
            seconds, processor = _run(analyzer, instances)
            of_a_post = of_a_post or processor / POSTS
            runs.append(Run(job, instances, POSTS, waiting, seconds, share, of_a_post))
            print(
                f"{job}, {instances}: {seconds:.1f} s, {processor:.1f} s of processor", flush=True
            )
    return runs


def _run(analyzer: str, instances: int) -> tuple[float, float]:
    with (
        azurite(home=AZURITE_HOME) as storage,
        tempfile.TemporaryFile() as output,
        DevHost(
            PROJECT, storage=storage, settings={"ANALYZER": analyzer}, output=output,
            instances=instances,
        ) as host,
    ):  # fmt: skip
        _job(host, _body(2 * instances))  # all are warm
        before = _processor()
        seconds = _job(host, _body(POSTS))
        return seconds, _processor() - before


def _body(posts: int) -> Mapping[str, Any]:
    texts = comment_texts(posts * COMMENTS)
    return {
        "posts": [
            {"id": str(n), "comments": [{"text": t} for t in texts[n * COMMENTS :][:COMMENTS]]}
            for n in range(posts)
        ]
    }


def _job(host: DevHost, body: Mapping[str, Any]) -> float:
    answer = requests.post(f"{host.url}/api/jobs/create", json=body, timeout=120)
    answer.raise_for_status()
    began = time.perf_counter()
    status = answer.json()["links"]["status"]
    while not requests.get(status, timeout=60).json()["completed_at"]:
        time.sleep(POLL)
    return time.perf_counter() - began


def _share(seconds: float = 2.0) -> float:
    began, used = time.perf_counter(), time.process_time()
    while time.perf_counter() < began + seconds:
        pass
    return min(1.0, (time.process_time() - used) / seconds)


def _processor() -> float:
    """Seconds of processor that all processes below this one have used."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        used = process.cpu_times()
        total += used.user + used.system
    return total
