"""One job, run quietly or while storage and instances fail."""

from __future__ import annotations

import json
import shutil
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
from tools.faults.disturbances import Disturbance, Disturber
from tools.faults.emulator import Emulator
from tools.faults.files import FILES, Files, first_difference, keep
from tools.faults.job import CREDENTIALS
from tools.faults.plan import FaultPlan, Kind
from tools.faults.proxy import FaultProxy
from tools.faults.relay import Seen
from tools.job_client import Client, Trouble
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


class FaultyRun:
    """The job while things fail as the run's seed says."""

    def __init__(
        self, task: Task, seed: int, folder: Path, *, most: float, keep_all: bool = False
    ) -> None:
        """`most`: highest rate of a kind of fault. `folder`: what is kept of a run.

        Without `keep_all` nothing is kept of a run that went well.
        """
        self._task = task
        self._plan = FaultPlan.seeded(seed, most)
        self._folder = folder
        self._keep_all = keep_all
        self._outcome = Outcome(seed, self._plan.rates)

    def run(self, expected: Files) -> Outcome:
        """Run it on storage of its own, and compare with `expected`."""
        shutil.rmtree(self._folder, ignore_errors=True)
        data = self._folder / "storage"
        data.mkdir(parents=True)
        with (
            FaultProxy() as proxy,
            Emulator(proxy, data) as emulator,
            _host(self._task, emulator.connection, self._folder) as host,
        ):
            disturber = Disturber(host, emulator, self._outcome.seed)
            client = Client(host.url, self._task.patience)
            proxy.set_plan(self._plan)
            try:
                files = self._files(client, disturber)
            finally:
                self._outcome.requests = proxy.requests
                proxy.set_plan(None)
                self._keep_logs(proxy, disturber)
        self._outcome.injected = proxy.injected
        self._outcome.disturbances = disturber.done
        self._outcome.disappointments = client.disappointments
        if files is not None:
            self._outcome.problem = first_difference(expected, files)
        if self._outcome.problem or self._keep_all:
            self._keep_files(expected, files)
        else:
            shutil.rmtree(self._folder)
        return self._outcome

    def _files(self, client: Client, disturber: Disturber) -> Files | None:
        """The job's files, None if the app did not give them."""
        began = time.monotonic()
        try:
            with disturber:
                return _job(client, self._task, f"faults {self._outcome.seed}")
        except Trouble as error:
            self._outcome.problem = str(error)
            return None
        finally:
            self._outcome.seconds = time.monotonic() - began

    def _keep_files(self, expected: Files, files: Files | None) -> None:
        keep(self._folder / "quiet", expected)
        keep(self._folder / "faulty", files or {})
        body = json.dumps(self._task.body, ensure_ascii=False)
        (self._folder / "job.json").write_text(body, "utf-8")

    def _keep_logs(self, proxy: FaultProxy, disturber: Disturber) -> None:
        _write_lines(self._folder / "storage.log", [_line(seen) for seen in proxy.log])
        disturbances = [f"{_clock(at)} {text}" for at, text in disturber.log]
        _write_lines(self._folder / "disturbances.log", disturbances)


def _job(client: Client, task: Task, key: str) -> Files:
    job = client.create(task.body, key)
    client.wait(job)
    return {file: client.download(job, file) for file in FILES} | client.content(job)


@contextmanager
def _host(task: Task, storage: str, folder: Path) -> Iterator[DevHost]:
    """Two instances over stand-in platforms of their own; all they say goes into host.log."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "host.log"
    with (
        log.open("ab") as output,
        log.open("a", buffering=1) as words,
        redirect_stderr(words),
        running() as platforms,
        DevHost(
            PROJECT,
            storage=storage,
            settings=_settings(task, platforms.base),
            instances=INSTANCES,
            invisibility=INVISIBILITY,
            restart=True,
            output=output,
        ) as host,
    ):
        yield host


def _settings(task: Task, platforms: str) -> dict[str, str]:
    return CREDENTIALS | {
        "PLATFORMS_BASE": platforms,
        "ANALYZER": task.analyzer,
        "COMMENTS_A_CHUNK": str(CHUNK),
    }


def _line(seen: Seen) -> str:
    return (
        f"{_clock(seen.at)} {seen.number:6d} {seen.fault:<14} {seen.status or '---'} "
        f"{seen.service:<5} {seen.method:<6} {seen.target}"
    )


def _write_lines(path: Path, lines: Sequence[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%H:%M:%S.%f")[:-3]
