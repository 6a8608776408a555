"""The start of each step's process: loading the app, the first message, with and without warming.

In the cloud each queue function has instances of its own, so a small job may meet a cold start at
each of its steps. Here every start is a fresh process, which loads the app as the Functions worker
does and is then given one message of a real job on the storage emulator. The variants come by
turns; the figures are medians.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from statistics import median
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks._texts import comment_texts
from devhost.azurite import azurite
from tests.fakes.app import running
from tests.fakes.posts import post_url
from tools.project import AZURITE_HOME, PROJECT
from undertone import wiring
from undertone.pipeline import names
from undertone.pipeline.handlers import handle_message
from undertone.pipeline.services import Services
from undertone.pipeline.submit import Submission, submit
from undertone.records import Comment, UploadedPost
from undertone.storage.memory import MemoryQueues

STEPS = ("submit", "fetch", "score", "aggregate")
COMMENTS = 250
TURNS = 7
GAP = 1.0
"""Seconds between the loading of the app and the first message, while the host gets ready to poll:
taken, not measured."""
NOBODY = "http://127.0.0.1:9"
KEY = f"InstrumentationKey={'0' * 8}-0000-0000-0000-{'0' * 12};IngestionEndpoint={NOBODY}"


class Variant(NamedTuple):
    """How the process is started."""

    name: str
    settings: Mapping[str, str]
    warmed: bool = False


VARIANTS = (
    Variant("as it is", {}),
    Variant("warmed", {}, warmed=True),
    Variant("telemetry, OTLP", {"OTEL_EXPORTER_OTLP_ENDPOINT": NOBODY}),
    Variant("telemetry, Azure", {"APPLICATIONINSIGHTS_CONNECTION_STRING": KEY}),
    Variant("telemetry, warmed", {"OTEL_EXPORTER_OTLP_ENDPOINT": NOBODY}, warmed=True),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, and write JSON if asked."""
    parser = argparse.ArgumentParser(prog="./dev bench cold_start", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to FILE")
    parser.add_argument("--turns", type=int, default=TURNS, help="starts of each (%(default)s)")
    options = parser.parse_args(argv)
    with azurite(home=AZURITE_HOME) as storage, running() as platforms:
        settings = {"AzureWebJobsStorage": storage, "PLATFORMS_BASE": platforms.base}
        os.environ.update(settings)  # for the steps before the one that is measured
        figures = measure(settings, options.turns)
    _print(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))
    return 0


def measure(settings: Mapping[str, str], turns: int) -> dict[str, dict[str, list[list[float]]]]:
    """Step → variant → [loading, first message, second message] of each start, in seconds."""
    jobs = Jobs(wiring.work_services())
    figures: dict[str, dict[str, list[list[float]]]] = {
        step: {variant.name: [] for variant in VARIANTS} for step in STEPS
    }
    for turn in range(turns):
        for step in STEPS:
            for variant in VARIANTS:
                taken = start(step, variant, settings, jobs.message(step))
                figures[step][variant.name].append(taken)
        print(f"turn {turn + 1} of {turns}, load {os.getloadavg()[0]:.1f}", flush=True)
    return figures


def start(step: str, variant: Variant, settings: Mapping[str, str], body: bytes) -> list[float]:
    """One process and its figures."""
    environment = {**os.environ, **settings, **variant.settings}
    environment.pop("FUNCTIONS_TARGET_GROUP", None)
    if variant.warmed:
        group = "http" if step == "submit" else f"function:{step}"
        environment["FUNCTIONS_TARGET_GROUP"] = group
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks._cold_step", step, str(GAP if variant.warmed else 0)],
        input=body, capture_output=True, check=False, cwd=PROJECT, env=environment,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr.decode()[-2000:])
    figures: list[float] = json.loads(done.stdout.splitlines()[-1])
    return figures


class Jobs:
    """Makes jobs and works on them until the message of a step is there."""

    def __init__(self, services: Services) -> None:
        self._queues = MemoryQueues()
        self._services = replace(services, queues=self._queues)
        self._salts = count()
        self._texts = comment_texts(COMMENTS)

    def message(self, step: str) -> bytes:
        """The body that starts `step`: of submit a request, of others a message."""
        if step == "submit":
            comments = [{"text": text} for text in self._texts]
            return json.dumps({"posts": [{"id": "p", "comments": comments}]}).encode()
        self._queues.sent.clear()
        if step == "fetch":
            url = post_url("hackernews", comments=50, salt=next(self._salts))
            made = Submission(owner="bench", urls=[url])
        else:
            comments_ = tuple(Comment(id=str(n), text=t) for n, t in enumerate(self._texts))
            made = Submission(owner="bench", uploads=[UploadedPost(id="p", comments=comments_)])
        submit(self._services, made)
        queue = {"fetch": names.QUEUE_POSTS, "score": names.QUEUE_COMMENTS}.get(
            step, names.QUEUE_FINISHED
        )
        while queue not in self._queues.sent:
            other, messages = self._queues.sent.popitem()
            for body, _ in messages:
                handle_message(self._services, other, body)
        ((body, _),) = self._queues.sent[queue]
        return body


def _print(figures: Mapping[str, Mapping[str, list[list[float]]]]) -> None:
    console = Console()
    table = Table("ms, median", "loading", *(variant.name for variant in VARIANTS), "second")
    total = dict.fromkeys((variant.name for variant in VARIANTS), 0.0)
    for step, by_variant in figures.items():
        first = {name: median(one[1] for one in taken) for name, taken in by_variant.items()}
        for name, seconds in first.items():
            total[name] += seconds
        plain = by_variant[VARIANTS[0].name]
        table.add_row(
            step,
            _ms(median(one[0] for one in plain)),
            *(_ms(seconds) for seconds in first.values()),
            _ms(median(one[2] for one in plain)),
        )
    table.add_row("all four", "", *(_ms(seconds) for seconds in total.values()), "")
    console.print(table)
    console.print("loading: Microsoft's worker library and function_app; the columns after it are")
    console.print("the first message from there on; second: the same message again, warm")


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f}"


if __name__ == "__main__":
    sys.exit(main())
