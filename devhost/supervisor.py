"""The host: storage, the HTTP socket that all instances share, and the instances it supervises."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from devhost.azurite import DEFAULT_HOME, DEFAULT_PORTS, azurite
from devhost.errors import StartupError
from devhost.instance_messages import InstanceSpec
from devhost.instance_process import InstanceProcess, describe_exit
from devhost.settings import EMULATOR, HOST_STORAGE, INVISIBILITY, read_app_settings

BACKLOG = 2048


class DevHost:
    """Runs a function app during the `with` block, which begins when all its triggers listen.

    with DevHost(folder, storage=connection_string, instances=2, invisibility=5) as host:
        requests.get(f"{host.url}/api/health")
        host.kill(host.pids[0])

    `storage` replaces the setting AzureWebJobsStorage. Without it `UseDevelopmentStorage=true`
    means the emulator on its usual ports or, if none answers there, one started here: installed
    in `azurite_home`, with its data in the folder `data` or in memory. `settings` override the
    app's settings and the environment. Port 0 takes a free one. `function_key` makes the routes
    ask for it. With `restart` an instance that dies is replaced. `output` is where instances
    print, by default where this process does.
    """

    def __init__(
        self,
        app: Path,
        *,
        storage: str | None = None,
        data: Path | None = None,
        azurite_home: Path = DEFAULT_HOME,
        settings: Mapping[str, str] | None = None,
        settings_file: Path | None = None,
        instances: int = 1,
        invisibility: int = INVISIBILITY,
        port: int = 0,
        function_key: str | None = None,
        restart: bool = False,
        output: IO[bytes] | int | None = None,
    ) -> None:
        """Describe the host of the app in the folder `app`; nothing starts before the block."""
        self._app = app.resolve()
        self._storage = storage
        self._data = data
        self._azurite_home = azurite_home
        self._settings = dict(settings or {})
        self._settings_file = settings_file
        self._count = instances
        self._invisibility = invisibility
        self._port = port
        self._function_key = function_key
        self._restart = restart
        self._output = output
        self._instances: list[InstanceProcess] = []
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._all_dead = threading.Event()
        self._resources = contextlib.ExitStack()
        self.functions: list[str] = []
        """A line to print for each function, once the host is up."""
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
        """Process ids of the instances that are alive."""
        with self._lock:
            return [each.process.pid for each in self._instances if each.process.poll() is None]

    @property
    def listening_pids(self) -> list[int]:
        """Those of them that have started completely."""
        alive = self.pids
        with self._lock:
            return [
                each.process.pid
                for each in self._instances
                if each.listens and each.process.pid in alive
            ]

    def kill(self, pid: int) -> None:
        """Kill an instance with SIGKILL, as if its machine died. Raises ValueError for others."""
        if pid not in self.pids:
            raise ValueError(f"{pid} is no living instance of this host; those are {self.pids}")
        os.kill(pid, signal.SIGKILL)
        for instance in self._instances:
            if instance.process.pid == pid:
                instance.process.wait()

    def wait(self) -> None:
        """Block until no instance is left."""
        self._all_dead.wait()

    def __enter__(self) -> Self:
        """Start everything. Raises StartupError."""
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
        """Stop everything."""
        self.stop()

    def _start(self) -> None:
        self._socket = self._resources.enter_context(socket.socket())
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind(("127.0.0.1", self._port))
        except OSError as error:
            raise StartupError(
                f"port {self._port}: {error.strerror}; choose one with --port"
            ) from error
        self._socket.listen(BACKLOG)
        self._environment = self._read_environment()
        for number in range(self._count):
            self._instances.append(self._spawn(number))
        for instance in self._instances:
            report = instance.await_report()
            self.functions, self.warnings = report.functions, report.warnings
        for instance in self._instances:
            self._watch_in_background(instance)

    def _read_environment(self) -> dict[str, str]:
        settings = read_app_settings(self._app, self._settings_file, os.environ)
        settings["WEBSITE_HOSTNAME"] = "{}:{}".format(*self._socket.getsockname())
        settings |= self._settings
        if self._storage is not None:
            settings[HOST_STORAGE] = self._storage
        elif settings.get(HOST_STORAGE) == EMULATOR:
            settings[HOST_STORAGE] = self._emulator()
        return settings

    def _emulator(self) -> str:
        """Connection string of the emulator on the usual ports, or of one started here."""
        with contextlib.closing(socket.socket()) as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", 10001)) == 0:
                return DEFAULT_PORTS
        return self._resources.enter_context(azurite(folder=self._data, home=self._azurite_home))

    def _spawn(self, number: int) -> InstanceProcess:
        spec = InstanceSpec(
            number=number,
            app=str(self._app),
            socket=self._socket.fileno(),
            invisibility=self._invisibility,
            function_key=self._function_key,
        )
        return InstanceProcess.start(spec, self._environment, self._output)

    def _watch_in_background(self, instance: InstanceProcess) -> None:
        threading.Thread(target=self._watch, args=(instance,), daemon=True).start()

    def _watch(self, instance: InstanceProcess) -> None:
        """Wait for an instance to end; unless we stopped it, print that and perhaps replace it."""
        code = instance.process.wait()
        if self._stopping.is_set():
            return
        instance.stop()
        print(
            f"Instance {instance.number} (pid {instance.process.pid}) {describe_exit(code)}; "
            f"{len(self.pids)} of {self._count} go on.",
            file=sys.stderr,
        )
        if self._restart:
            self._replace(instance)
        if not self.pids:
            self._all_dead.set()

    def _replace(self, dead: InstanceProcess) -> None:
        with self._lock:
            if self._stopping.is_set():
                return
            replacement = self._spawn(dead.number)
            self._instances[self._instances.index(dead)] = replacement
        try:
            replacement.await_report()
        except StartupError as error:
            print(f"Instance {dead.number} could not be restarted: {error}", file=sys.stderr)
            return
        pid = replacement.process.pid
        print(f"Instance {replacement.number} runs again (pid {pid}).", file=sys.stderr)
        self._watch_in_background(replacement)

    def stop(self) -> None:
        """Stop everything and wait for its end; leaving the block does it too."""
        with self._lock:
            self._stopping.set()
            for instance in self._instances:
                instance.request_stop()
        for instance in self._instances:
            instance.stop()
        self._resources.close()
