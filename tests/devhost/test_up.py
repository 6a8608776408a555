from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from tests.devhost.playground import APP, until


@contextmanager
def terminal(storage: str, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`up` in a process of its own, and what it printed until it was up."""
    command = [sys.executable, "-m", "devhost", "up", "--app", str(APP), "--port", "0"]
    environment = os.environ | {"AzureWebJobs.tick.Disabled": "true"}
    with subprocess.Popen(
        [*command, "--storage", storage, *options],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        output = ""
        while "Storage: " not in output:
            line = process.stdout.readline()
            assert line, f"it ended after printing: {output}"
            output += line
        try:
            yield process, output
        finally:
            process.kill()


def pids(output: str) -> list[int]:
    match = re.search(r"process id ([\d, ]+)\.", output)
    assert match is not None
    return [int(pid) for pid in match[1].split(", ")]


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_prints_its_address_serves_and_stops_at_ctrl_c(azurite: str) -> None:
    with terminal(azurite, "--instances", "2", "--keys", "sesame") as (process, output):
        assert len(pids(output)) == 2
        assert "/api/echo/{name}/{number:int?}" in output
        assert "Warning: GET api/order/list of function zzz_special" in output
        match = re.search(r"at (http://\S+),", output)
        assert match is not None
        assert requests.get(f"{match[1]}/api/echo/x", timeout=30).status_code == 401
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert not any(lives(pid) for pid in pids(output))


def test_instances_follow_a_killed_parent(azurite: str) -> None:
    with terminal(azurite) as (process, output):
        process.kill()
        [pid] = pids(output)
        until(lambda: None if lives(pid) else True, "the instance to stop")
        assert not lives(pid)


def test_it_ends_when_no_instance_is_left(azurite: str) -> None:
    with terminal(azurite) as (process, output):
        os.kill(pids(output)[0], signal.SIGKILL)
        assert process.wait(30) == 1


def test_a_startup_error_is_one_message() -> None:
    completed = subprocess.run(
        [sys.executable, "-m", "devhost", "up", "--app", "/nowhere", "--storage", "x"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert completed.returncode == 1
    assert completed.stderr == "The host cannot start: /nowhere/host.json cannot be read: " + (
        "No such file or directory\n"
    )
