"""The pipeline: speed from POST to CSV, the aggregator's cost, 1,000 or 10,000 links, imports."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import requests
from azure.storage.queue import QueueClient
from rich.console import Console
from rich.table import Table

from benchmarks._aggregate import aggregate_figures
from benchmarks._insights_price import insights_price
from benchmarks._memory import peak_mb
from benchmarks._texts import comment_texts
from devhost.azurite import azurite
from devhost.supervisor import DevHost
from tests.fakes.app import running
from tests.fakes.posts import KEY, post_url
from tools.project import AZURITE_HOME, PROJECT

POSTS, COMMENTS = 50, 200
TURNS = 3
LINKS, MANY_LINKS = 1_000, 10_000
"""Links in the large jobs; the second takes a quarter of an hour and only runs when asked for."""
FAST_POLL, SLOW_POLL = 0.05, 1.0


class Side(NamedTuple):
    """One analyzer's figures; the lists have an entry a turn."""

    alone: list[float]
    """Comments a second of the analyzer without the app."""
    end_to_end: list[float]
    """Comments a second of the whole pipeline, from POST to comments.csv."""
    peak_mb: float
    """Largest resident size of the host process."""

    @property
    def kept(self) -> float:
        """The pipeline's share of the analyzer's own speed: the median over the turns."""
        pairs = zip(self.end_to_end, self.alone, strict=True)
        return median(end_to_end / alone for end_to_end, alone in pairs)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, and write JSON if asked."""
    parser = argparse.ArgumentParser(prog="./dev bench pipeline", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to FILE")
    parser.add_argument("--analyzer", default="compact", help="the real analyzer (compact)")
    parser.add_argument("--many", action="store_true", help="a job of 10,000 links too")
    parser.add_argument("--insights", action="store_true", help="only what insights cost a job")
    options = parser.parse_args(argv)
    if options.insights:
        return price_of_insights(options.analyzer, options.json)
    figures: dict[str, Any] = {"load": os.getloadavg(), "cores": os.cpu_count()}
    with azurite(home=AZURITE_HOME) as storage:
        real = measure_side(storage, options.analyzer)
        light = measure_side(storage, "vader")
        aggregator = aggregate_figures(storage)
        large = [large_job(storage, n) for n in ((LINKS, MANY_LINKS) if options.many else (LINKS,))]
    imports = {what: import_seconds(what) for what in ("azure.functions", "function_app")}
    figures |= {
        "analyzer": options.analyzer,
        "real": real._asdict(),
        "vader": light._asdict(),
        "aggregate": aggregator,
        "large_jobs": large,
        "import_seconds": imports,
        "ratios": {
            "kept_end_to_end": real.kept,
            "kept_end_to_end_vader": light.kept,
            "aggregate_growth": aggregator["growth"],
        },
    }
    _print(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))
    return 0


def price_of_insights(analyzer: str, file: Path | None) -> int:
    """Print what share of a plain job's speed a job with insights keeps."""
    with azurite(home=AZURITE_HOME) as storage, _host(storage, {"ANALYZER": analyzer}) as host:
        found = insights_price(comment_texts(4_000), lambda body: job_seconds(host, body))
        found["peak_mb"] = peak_mb(host.pids[0])
    found["load"] = os.getloadavg()
    Console().print(found)
    if file:
        file.write_text(json.dumps(found, indent=2))
    return 0


def measure_side(storage: str, analyzer: str) -> Side:
    """The analyzer alone and the pipeline with it by turns, on the same texts."""
    texts = comment_texts(POSTS * COMMENTS)
    body = {
        "posts": [
            {"id": str(n), "comments": [{"text": t} for t in texts[n * COMMENTS :][:COMMENTS]]}
            for n in range(POSTS)
        ]
    }
    side = Side([], [], 0.0)
    for _ in range(TURNS):
        side.alone.append(_in_own_process("benchmarks._alone", analyzer))
        with _host(storage, {"ANALYZER": analyzer}) as host:
            job_seconds(host, body | {"posts": body["posts"][:1]})  # both sides are warm
            side.end_to_end.append(len(texts) / job_seconds(host, body))
            side = side._replace(peak_mb=max(side.peak_mb, peak_mb(host.pids[0])))
    return side


def job_seconds(host: DevHost, body: Mapping[str, Any]) -> float:
    """Seconds from the POST until comments.csv is downloaded."""
    began = time.perf_counter()
    links = _submit(host, body)["links"]
    _await_end(links["status"])
    requests.get(links["comments.csv"], timeout=60).raise_for_status()
    return time.perf_counter() - began


def large_job(storage: str, links: int) -> dict[str, float]:
    """Seconds until a job of so many links is answered, expanded and closed.

    Their posts have from none to nine comments, equally many of each.
    """
    with running() as platforms:
        urls = [
            post_url("hackernews", comments=number % 10, salt=number // 10)
            for number in range(links)
        ]
        settings = {"ANALYZER": "vader", "PLATFORMS_BASE": platforms.base, "YOUTUBE_API_KEY": KEY}
        with _host(storage, settings) as host:
            began = time.perf_counter()
            answer = _submit(host, {"urls": urls})
            answered = time.perf_counter() - began
            expanded = _until(lambda: _expanded(host), began)
            _await_end(answer["links"]["status"], SLOW_POLL)
            closed = time.perf_counter() - began
            table = requests.get(answer["links"]["posts.csv"], timeout=60)
            table.raise_for_status()
            return {
                "links": links,
                "rows": len(table.text.splitlines()) - 1,
                "answered": answered,
                "expanded": expanded,
                "closed": closed,
                "peak_mb": peak_mb(host.pids[0]),
            }


def _expanded(host: DevHost) -> bool:
    queue = QueueClient.from_connection_string(host.storage, "jobs")
    return queue.get_queue_properties().approximate_message_count == 0


def _until(done: Callable[[], bool], began: float) -> float:
    while not done():
        time.sleep(FAST_POLL)
    return time.perf_counter() - began


def _submit(host: DevHost, body: Mapping[str, Any]) -> dict[str, Any]:
    answer = requests.post(f"{host.url}/api/jobs/create", json=body, timeout=240)
    answer.raise_for_status()
    accepted: dict[str, Any] = answer.json()
    return accepted


def _await_end(status: str, poll: float = 0.25) -> None:
    while not requests.get(status, timeout=60).json()["completed_at"]:
        time.sleep(poll)


@contextmanager
def _host(storage: str, settings: dict[str, str]) -> Iterator[DevHost]:
    with (
        tempfile.TemporaryFile() as output,
        DevHost(PROJECT, storage=storage, settings=settings, output=output) as host,
    ):
        yield host


def import_seconds(module: str) -> float:
    """Median time to import `module` in a fresh process."""
    code = f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
    runs = sorted(
        float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout)
        for _ in range(5)
    )
    return runs[len(runs) // 2]


def _in_own_process(module: str, *arguments: str) -> float:
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def _print(figures: Mapping[str, Any]) -> None:
    console = Console()
    sides = Table("analyzer", "alone, comments/s", "POST to CSV, comments/s", "kept", "peak, MB")
    for name, key in ((figures["analyzer"], "real"), ("vader", "vader")):
        side = Side(**figures[key])
        sides.add_row(
            name,
            f"{median(side.alone):,.0f}",
            f"{median(side.end_to_end):,.0f}",
            f"{side.kept:.2f}",
            f"{side.peak_mb:.0f}",
        )
    console.print(sides)
    table = Table("100 posts of", "blocks", "seconds", "ms a block", "comment bytes downloaded")
    for row in figures["aggregate"]["sizes"]:
        table.add_row(
            f"{row['comments']:,} comments",
            str(row["blocks"]),
            f"{row['seconds']:.3f}",
            f"{row['ms_a_block']:.2f}",
            str(row["comment_bytes_downloaded"]),
        )
    console.print(table)
    for job in figures["large_jobs"]:
        console.print("many links, seconds:", job)
    console.print("import, seconds:", figures["import_seconds"])
    console.print("ratios:", figures["ratios"], "load:", figures["load"])


if __name__ == "__main__":
    sys.exit(main())
