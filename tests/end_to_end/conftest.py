"""The whole app on real parts: the functions in a host, the storage emulator, HTTP from outside.

`./dev test --func` runs these tests against `func start` of Azure Functions Core Tools instead of
the development host, on machines that have it; those that kill instances are skipped then.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from devhost import azurite as emulator
from devhost.supervisor import DevHost
from tests.fakes.app import running
from tests.fakes.posts import KEY
from tests.fakes.world import World
from tools.project import AZURITE_HOME

PROJECT = Path(__file__).parents[2]
PATIENCE = 240
"""Seconds for a job, on a machine that is busy with other tests."""
LABELS = ("negative", "neutral", "positive")


@dataclass
class Client:
    """What a program does with the job endpoint."""

    url: str

    def submit(self, body: bytes | Mapping[str, Any], **headers: str) -> dict[str, Any]:
        """Create a job and return the answer."""
        if isinstance(body, bytes):
            answer = requests.post(
                f"{self.url}/api/jobs/create", data=body, headers=headers, timeout=120
            )
        else:
            answer = requests.post(
                f"{self.url}/api/jobs/create", json=body, headers=headers, timeout=120
            )
        assert answer.status_code == 202, answer.text
        accepted: dict[str, Any] = answer.json()
        return accepted

    def status(self, job: str) -> dict[str, Any]:
        answer = requests.get(f"{self.url}/api/jobs/{job}/status", timeout=60)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def wait(self, job: str, *, patience: float = PATIENCE) -> dict[str, Any]:
        """The status once the job has ended."""
        end = time.monotonic() + patience
        while not (status := self.status(job))["completed_at"]:
            assert time.monotonic() < end, f"job {job} did not end: {status}"
            time.sleep(0.2)
        return status

    def download(self, job: str, file: str) -> bytes:
        """By the signed link that the app redirects to."""
        answer = requests.get(
            f"{self.url}/api/jobs/{job}/download", params={"file": file}, timeout=120
        )
        assert answer.status_code == 200, answer.text
        assert "sig=" in answer.url, "not downloaded by a signed link"
        return answer.content


def rows_of(data: bytes) -> list[dict[str, str]]:
    """The rows of a downloaded CSV file."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="session")
def platforms() -> Iterator[World]:
    with running() as world:
        yield world


@pytest.fixture(scope="session")
def app_settings(azurite: str, platforms: World) -> dict[str, str]:
    """Settings of an app that asks the stand-in platforms."""
    return {
        "AzureWebJobsStorage": azurite,
        "PLATFORMS_BASE": platforms.base,
        "YOUTUBE_API_KEY": KEY,
        "ANALYZER": "vader",
    }


StartHost = Callable[..., AbstractContextManager[DevHost]]


@pytest.fixture
def start_host(
    request: pytest.FixtureRequest, app_settings: dict[str, str], tmp_path: Path
) -> StartHost:
    """Starts a development host, with more settings or instances than one.

    On an emulator of its own: a host of other tests on the same queues would take its messages and
    score them with its own analyzer.
    """
    if request.config.getoption("--func"):
        pytest.skip("func start has one instance, which nothing here can kill")

    @contextmanager
    def start(settings: Mapping[str, str] | None = None, **options: Any) -> Iterator[DevHost]:
        log = tmp_path / "host.log"
        with log.open("wb") as output, emulator.azurite(home=AZURITE_HOME) as storage:
            merged = app_settings | {"AzureWebJobsStorage": storage} | dict(settings or {})
            with DevHost(PROJECT, settings=merged, output=output, **options) as host:
                yield host

    return start


@pytest.fixture(scope="session")
def client(
    request: pytest.FixtureRequest,
    app_settings: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Client]:
    """A client of the running app: one instance, the light analyzer."""
    folder = tmp_path_factory.mktemp("host")
    with (folder / "host.log").open("wb") as output:
        if request.config.getoption("--func"):
            with _func_start(app_settings, output) as url:
                yield Client(url)
        else:
            with DevHost(PROJECT, settings=app_settings, output=output) as host:
                yield Client(host.url)


@contextmanager
def _func_start(settings: dict[str, str], output: Any) -> Iterator[str]:
    """Azure Functions Core Tools on the project as it is."""
    func = shutil.which("func")
    if func is None:
        pytest.fail("--func needs Azure Functions Core Tools: there is no `func` on the PATH")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [func, "start", "--port", str(port)],
        cwd=PROJECT,
        env=os.environ | settings | {"FUNCTIONS_WORKER_RUNTIME": "python"},
        stdout=output,
        stderr=subprocess.STDOUT,
    )
    try:
        _await_health(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _await_health(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert process.poll() is None, "func start ended; its output is in host.log"
        try:
            if requests.get(f"{url}/api/health", timeout=2).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.5)
    pytest.fail("func start did not answer within two minutes")
