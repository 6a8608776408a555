"""One worker process as the supervisor sees it: started, awaited, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import msgspec

from devhost.errors import StartupError
from devhost.instance_messages import GRACE_SECONDS, InstanceSpec, StartupReport

IMPORT_ROOT = Path(__file__).parents[1]
"""The folder from which the package devhost is imported; instances need it on their path."""
_COMMAND = [sys.executable, "-X", "faulthandler", "-m", "devhost.instance"]


class InstanceProcess:
    """A running worker process and the reading end of the pipe for its report."""

    def __init__(self, number: int, process: subprocess.Popen[bytes], report: IO[bytes]) -> None:
        self.number = number
        self.process = process
        self.listens = False
        """Whether it has reported that it listens."""
        self._report = report

    @classmethod
    def start(
        cls,
        spec: InstanceSpec,
        environment: Mapping[str, str],
        output: IO[bytes] | int | None,
    ) -> InstanceProcess:
        """Start a process as `spec` says; its `report` is replaced by a pipe made here.

        It prints to `output`, or where this process prints if that is None.
        """
        reading, writing = os.pipe()
        spec = msgspec.structs.replace(spec, report=writing)
        paths = [str(IMPORT_ROOT), *environment.get("PYTHONPATH", "").split(os.pathsep)]
        try:
            process = subprocess.Popen(
                [*_COMMAND, msgspec.json.encode(spec).decode()],
                cwd=IMPORT_ROOT,
                env={**environment, "PYTHONPATH": os.pathsep.join(path for path in paths if path)},
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=None if output is None else subprocess.STDOUT,
                pass_fds=[spec.socket, writing],
                process_group=0,  # Ctrl-C is for the supervisor alone
            )
        finally:
            os.close(writing)
        return cls(spec.number, process, os.fdopen(reading, "rb"))

    def await_report(self) -> StartupReport:
        """Wait until it listens. Raises StartupError with its error, or if it died before."""
        content = self._report.read()
        if not content:
            ending = describe_exit(self.process.wait())
            raise StartupError(f"instance {self.number} died at its start ({ending}); see above")
        report = msgspec.json.decode(content, type=StartupReport)
        if report.error:
            raise StartupError(report.error)
        self.listens = True
        return report

    def request_stop(self) -> None:
        """Ask it to stop, by closing its standard input."""
        if self.process.stdin:
            self.process.stdin.close()

    def stop(self) -> None:
        """Stop it and wait for its end; it is killed if it takes longer than its grace period."""
        self.request_stop()
        try:
            self.process.wait(GRACE_SECONDS + 3)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._report.close()


def describe_exit(code: int) -> str:
    """How a process ended, as the end of a sentence about it."""
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
