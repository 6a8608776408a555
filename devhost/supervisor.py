"""The host as a whole: storage, the shared HTTP socket, and its instances, watched one by one."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import msgspec

from devhost.azurite import DEFAULT_PORTS, azurite
from devhost.errors import Refused
from devhost.instance_messages import GRACE_SECONDS, Report, Spec
from devhost.settings import EMULATOR, HOST_STORAGE, INVISIBILITY, read_app_settings

PROJECT = Path(__file__).parents[1]
BACKLOG = 2048


class Instance:
    """One worker process as its parent sees it."""

    def __init__(self, number: int, process: subprocess.Popen[bytes], report: int) -> None:
        """`report` is the end to read of its pipe."""
        self.number = number
        self.process = process
        self._report = os.fdopen(report, "rb")

    def await_report(self) -> Report:
        """Wait until it listens or refuses. Raises Refused also when it died before saying so."""
        said = self._report.read()
        if not said:
            code = self.process.wait()
            raise Refused(f"instance {self.number} died at its start ({_end(code)}); see above")
        report = msgspec.json.decode(said, type=Report)
        if report.refused:
            raise Refused(report.refused)
        return report

    def close(self) -> None:
        """Ask it to stop: its standard input ends."""
        if self.process.stdin:
            self.process.stdin.close()

    def end(self) -> None:
        """Wait for it to stop, and kill it when its time is over; then nothing of it is left."""
        self.close()
        try:
            self.process.wait(GRACE_SECONDS + 3)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._report.close()


class DevHost:
    """Runs a function app while the `with` block lasts; all its listeners are up when it begins.

    with DevHost(folder, storage=connection_string, instances=2, invisibility=5) as host:
        requests.get(f"{host.url}/api/health")
        host.kill(host.pids[0])
    """

    def __init__(
        self,
        app: Path = PROJECT,
        *,
        storage: str | None = None,
        data: Path | None = None,
        settings: Mapping[str, str] | None = None,
        settings_file: Path | None = None,
        instances: int = 1,
        invisibility: int = INVISIBILITY,
        port: int = 0,
        function_key: str | None = None,
        restart: bool = False,
        output: IO[bytes] | int | None = None,
    ) -> None:
        """Describe the host; nothing starts before the block.

        `storage` takes the place of AzureWebJobsStorage; without it `UseDevelopmentStorage=true`
        means the emulator on its usual ports, or one started here, in memory or with its data in
        the folder `data`. `settings` win over everything.
        Port 0 takes a free one. `function_key` makes the routes ask for it. A dead instance is
        replaced only with `restart`. `output` is where the instances print, by default here.
        """
        self._app = app.resolve()
        self._storage = storage
        self._data = data
        self._settings = dict(settings or {})
        self._settings_file = settings_file
        self._count = instances
        self._invisibility = invisibility
        self._port = port
        self._function_key = function_key
        self._restart = restart
        self._output = output
        self._instances: list[Instance] = []
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._all_dead = threading.Event()
        self._resources = contextlib.ExitStack()
        self.functions: list[str] = []
        """A line for each function, once the host is up."""
        self.warnings: list[str] = []

    @property
    def url(self) -> str:
        """Where HTTP triggers answer, without the route prefix."""
        host, port = self._socket.getsockname()
        return f"http://{host}:{port}"

    @property
    def storage(self) -> str:
        """The connection string of the app's storage."""
        return self._environment[HOST_STORAGE]

    @property
    def pids(self) -> list[int]:
        """Process ids of the instances that live."""
        with self._lock:
            return [one.process.pid for one in self._instances if one.process.poll() is None]

    def kill(self, pid: int) -> None:
        """Kill an instance at once with SIGKILL, as a machine dies."""
        if pid not in self.pids:
            raise ValueError(f"{pid} is no living instance of this host; those are {self.pids}")
        os.kill(pid, signal.SIGKILL)
        for one in self._instances:
            if one.process.pid == pid:
                one.process.wait()

    def wait(self) -> None:
        """Block until no instance is left."""
        self._all_dead.wait()

    def __enter__(self) -> Self:
        """Start everything. Raises Refused."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop everything, gently."""
        self.stop()

    def _start(self) -> None:
        self._socket = self._resources.enter_context(socket.socket())
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind(("127.0.0.1", self._port))
        except OSError as trouble:
            raise Refused(
                f"port {self._port}: {trouble.strerror}; choose one with --port"
            ) from trouble
        self._socket.listen(BACKLOG)
        self._environment = self._read_environment()
        for number in range(self._count):
            self._instances.append(self._spawn(number))
        for one in self._instances:
            report = one.await_report()
            self.functions, self.warnings = report.functions, report.warnings
        for one in self._instances:
            self._watch(one)

    def _read_environment(self) -> dict[str, str]:
        settings = read_app_settings(self._app, self._settings_file, os.environ)
        settings["WEBSITE_HOSTNAME"] = "{}:{}".format(*self._socket.getsockname())
        settings |= self._settings
        if self._storage is not None:
            settings[HOST_STORAGE] = self._storage
        elif settings.get(HOST_STORAGE) == EMULATOR:
            settings[HOST_STORAGE] = self._emulator()
        paths = [str(PROJECT), *settings.get("PYTHONPATH", "").split(os.pathsep)]
        settings["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
        return settings

    def _emulator(self) -> str:
        """The emulator that answers on the usual ports, or one of our own."""
        with contextlib.closing(socket.socket()) as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", 10001)) == 0:
                return DEFAULT_PORTS
        return self._resources.enter_context(azurite(folder=self._data))

    def _spawn(self, number: int) -> Instance:
        reading, writing = os.pipe()
        spec = Spec(
            number=number,
            app=str(self._app),
            socket=self._socket.fileno(),
            report=writing,
            invisibility=self._invisibility,
            function_key=self._function_key,
        )
        try:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-X",
                    "faulthandler",
                    "-m",
                    "devhost.instance",
                    msgspec.json.encode(spec).decode(),
                ],
                cwd=PROJECT,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=self._output,
                stderr=None if self._output is None else subprocess.STDOUT,
                pass_fds=[self._socket.fileno(), writing],
                process_group=0,  # Ctrl-C is for the supervisor alone
            )
        finally:
            os.close(writing)
        return Instance(number, process, reading)

    def _watch(self, one: Instance) -> None:
        threading.Thread(target=self._mourn, args=(one,), daemon=True).start()

    def _mourn(self, one: Instance) -> None:
        """Wait for an instance to end, and say so unless it was asked to."""
        code = one.process.wait()
        if self._stopping.is_set():
            return
        one.end()
        left = len(self.pids)
        print(
            f"Instance {one.number} (pid {one.process.pid}) {_end(code)}; "
            f"{left} of {self._count} go on.",
            file=sys.stderr,
        )
        if self._restart:
            self._replace(one)
        if not self.pids:
            self._all_dead.set()

    def _replace(self, dead: Instance) -> None:
        with self._lock:
            if self._stopping.is_set():
                return
            fresh = self._spawn(dead.number)
            self._instances[self._instances.index(dead)] = fresh
        try:
            fresh.await_report()
        except Refused as no:
            print(f"Instance {dead.number} could not be restarted: {no}", file=sys.stderr)
            return
        print(f"Instance {fresh.number} runs again (pid {fresh.process.pid}).", file=sys.stderr)
        self._watch(fresh)

    def stop(self) -> None:
        """Stop everything, gently; the end of the block does it too."""
        with self._lock:
            self._stopping.set()
            for one in self._instances:
                one.close()
        for one in self._instances:
            one.end()
        self._resources.close()


def _end(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
