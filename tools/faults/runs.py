"""One job, run quietly or while storage and instances fail."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from devhost.azurite import azurite
from devhost.supervisor import DevHost
from tests.fakes.app import running
from tools.faults.client import Client, Trouble
from tools.faults.disturbances import Disturbance, Disturber
from tools.faults.emulator import Emulator
from tools.faults.files import FILES, Files, first_difference, keep
from tools.faults.job import CREDENTIALS
from tools.faults.plan import FaultPlan, Kind
from tools.faults.proxy import FaultProxy
from tools.faults.relay import Seen
from tools.project import AZURITE_HOME, PROJECT

INSTANCES = 2
INVISIBILITY = 4
"""Seconds after which a dead instance's messages come back; ten minutes in the cloud."""
CHUNK = 25
"""Comments in a scoring message: small, so that a small job has many messages."""


class Task(NamedTuple):
    """What all runs do."""

    body: Mapping[str, Any]
    analyzer: str
    patience: float
    """Seconds to wait for an answer or for the end of the job."""


@dataclass
class Outcome:
    """What a run was put through, and what came of it."""

    seed: int
    rates: Mapping[Kind, float] = field(default_factory=dict)
    injected: Counter[Kind] = field(default_factory=Counter)
    disturbances: Counter[Disturbance] = field(default_factory=Counter)
    requests: int = 0
    """To storage."""
    disappointments: int = 0
    """Calls of the client that got no good answer."""
    seconds: float = 0.0
    """From the submission to the end of the job."""
    problem: str = ""
    """Empty if the files are equal."""


def quiet_run(task: Task, folder: Path) -> Files:
    """The job's files when nothing fails; the log goes into `folder`. Raises Trouble."""
    with azurite(home=AZURITE_HOME) as storage, _host(task, storage, folder) as host:
        client = Client(host.url, task.patience)
        return _job(client, task, "quiet")


def faulty_run(task: Task, seed: int, expected: Files, folder: Path, most: float) -> Outcome:
    """Run the job while things fail; what is kept of a run that went wrong is in `folder`."""
    outcome = Outcome(seed)
    with tempfile.TemporaryDirectory(prefix="undertone-faults-") as data, FaultProxy() as proxy:
        with Emulator(proxy, Path(data)) as emulator:
            try:
                _disturbed(task, outcome, expected, folder, proxy, emulator, most)
            finally:
                outcome.injected = proxy.injected
                _write_log(folder / "storage.log", proxy.log)
    if outcome.problem:
        (folder / "job.json").write_text(json.dumps(task.body, ensure_ascii=False), "utf-8")
        keep(folder / "quiet", expected)
    else:
        shutil.rmtree(folder)
    return outcome


def _disturbed(
    task: Task,
    outcome: Outcome,
    expected: Files,
    folder: Path,
    proxy: FaultProxy,
    emulator: Emulator,
    most: float,
) -> None:
    plan = FaultPlan.seeded(outcome.seed, most)
    outcome.rates = plan.rates
    with _host(task, emulator.connection, folder) as host:
        client = Client(host.url, task.patience)
        disturber = Disturber(host, emulator, outcome.seed)
        proxy.set_plan(plan)
        began = time.monotonic()
        try:
            with disturber:
                files = _job(client, task, f"faults {outcome.seed}")
            outcome.problem = first_difference(expected, files)
            if outcome.problem:
                keep(folder / "faulty", files)
        except Trouble as error:
            outcome.problem = str(error)
        outcome.seconds = time.monotonic() - began
        outcome.requests = proxy.requests
        proxy.set_plan(None)
        outcome.disturbances = disturber.done
        outcome.disappointments = client.disappointments
    _write_lines(
        folder / "disturbances.log", [f"{_clock(at)} {text}" for at, text in disturber.log]
    )


def _job(client: Client, task: Task, key: str) -> Files:
    job = client.create(task.body, key)
    client.wait(job)
    return {file: client.download(job, file) for file in FILES}


@contextmanager
def _host(task: Task, storage: str, folder: Path) -> Iterator[DevHost]:
    """Two instances over stand-in platforms of their own; all they say goes into host.log."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "host.log"
    with log.open("ab") as output, log.open("a", buffering=1) as words, redirect_stderr(words):
        with running() as platforms:
            settings = CREDENTIALS | {
                "PLATFORMS_BASE": platforms.base,
                "ANALYZER": task.analyzer,
                "COMMENTS_A_CHUNK": str(CHUNK),
            }
            with DevHost(
                PROJECT,
                storage=storage,
                settings=settings,
                instances=INSTANCES,
                invisibility=INVISIBILITY,
                restart=True,
                output=output,
            ) as host:
                yield host


def _write_log(path: Path, log: Sequence[Seen]) -> None:
    lines = [
        f"{_clock(one.at)} {one.number:6d} {one.fault:<14} {one.status or '---'} "
        f"{one.service:<5} {one.method:<6} {one.target}"
        for one in log
    ]
    _write_lines(path, lines)


def _write_lines(path: Path, lines: Sequence[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%H:%M:%S.%f")[:-3]
