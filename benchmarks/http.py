"""Load on the HTTP side on loopback, bounded: calls a second, latencies, and that none is a 5xx.

So many clients at once make small jobs, ask their status, list jobs, and ask for health, for so
many seconds. What a caller would wait for is told as percentiles; jobs are worked on meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.table import Table

from benchmarks.peers import processor
from devhost.azurite import azurite
from devhost.supervisor import DevHost
from tools.project import AZURITE_HOME, PROJECT

CLIENTS, SECONDS = 16, 20
MAX_CLIENTS, MAX_SECONDS = 200, 600
"""What the options may ask for at most: this is no tool to attack with, and only asks loopback."""
CALLS = ("create", "status", "status", "status", "list", "health")
"""What each client does, round after round: as one who makes a job and looks after it."""
COMMENTS = [{"text": f"this is comment {n}, and I like it"} for n in range(5)]


class Load:
    """What the clients saw."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/api"
        self._lock = threading.Lock()
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.statuses: Counter[int] = Counter()

    def client(self, number: int, until: float) -> None:
        """Ask until the time is over."""
        with requests.Session() as session:
            job = ""
            for turn, call in enumerate(_rounds(until)):
                began = time.perf_counter()
                answer = self._ask(session, call, job, f"{number} {turn}")
                self._note(call, time.perf_counter() - began, answer.status_code)
                if call == "create" and answer.status_code == 202:
                    job = answer.json()["job_id"]

    def _ask(self, session: requests.Session, call: str, job: str, name: str) -> requests.Response:
        if call == "create":
            body = {"name": name, "posts": [{"id": name, "comments": COMMENTS}]}
            return session.post(f"{self._url}/jobs/create", json=body, timeout=120)
        path = {"status": f"jobs/{job}/status", "list": "jobs?limit=20", "health": "health"}[call]
        return session.get(f"{self._url}/{path}", timeout=120)

    def _note(self, call: str, seconds: float, status: int) -> None:
        with self._lock:
            self.seconds[call].append(seconds)
            self.statuses[status] += 1


def _rounds(until: float) -> Iterator[str]:
    while True:
        for call in CALLS:
            if time.monotonic() >= until:
                return
            yield call


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, and write JSON if asked; 1 if a call was answered 5xx."""
    parser = argparse.ArgumentParser(prog="./dev bench http", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to FILE")
    parser.add_argument("--clients", type=int, default=CLIENTS, help="at once (%(default)s)")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="(%(default)s)")
    parser.add_argument("--analyzer", default="vader", help="of the jobs (%(default)s)")
    options = parser.parse_args(argv)
    clients = min(max(options.clients, 1), MAX_CLIENTS)
    load = run(clients, min(max(options.seconds, 1), MAX_SECONDS), options.analyzer)
    figures = {"clients": clients, **_figures(load, options.seconds)}
    _print(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))
    return int(any(status >= 500 for status in load.statuses))


def run(clients: int, seconds: int, analyzer: str) -> Load:
    """The load on one instance, with an emulator of its own."""
    with (
        azurite(home=AZURITE_HOME) as storage,
        tempfile.TemporaryFile() as output,
        DevHost(PROJECT, storage=storage, settings={"ANALYZER": analyzer}, output=output) as host,
    ):
        load = Load(host.url)
        load.client(-1, time.monotonic() + 1)  # the app is warm
        load.seconds.clear()
        load.statuses.clear()
        until = time.monotonic() + seconds
        threads = [
            threading.Thread(target=load.client, args=(n, until), daemon=True)
            for n in range(clients)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(seconds + 240)
        return load


def _figures(load: Load, seconds: int) -> dict[str, Any]:
    return {
        "calls_a_second": sum(map(len, load.seconds.values())) / seconds,
        "statuses": dict(load.statuses),
        "latency": {
            call: {"count": len(taken), **{f"p{p}": _percentile(taken, p) for p in (50, 95, 99)}}
            for call, taken in load.seconds.items()
        },
    }


def _percentile(values: Sequence[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def _print(figures: dict[str, Any]) -> None:
    console = Console(width=100)
    table = Table("call", "count", "p50, ms", "p95, ms", "p99, ms")
    for call, row in figures["latency"].items():
        percentiles = (f"{1000 * row[p]:.0f}" for p in ("p50", "p95", "p99"))
        table.add_row(call, str(row["count"]), *percentiles)
    console.print(table)
    console.print(
        f"{figures['clients']} clients: {figures['calls_a_second']:.0f} calls a second, "
        f"statuses {figures['statuses']}; {processor()}; load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    sys.exit(main())
