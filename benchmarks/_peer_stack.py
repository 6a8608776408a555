"""The usual stack as processes: Redis, a Celery worker with a process a core."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tools.project import PROJECT


class Stack:
    """A running stack and the processes that belong to it."""

    def __init__(self, python: Path, environment: dict[str, str], roots: list[int]) -> None:
        self._python = python
        self._environment = environment
        self._roots = roots

    def job(self, posts: Path, table: Path) -> float:
        """Seconds from the submission of a job to its table."""
        done = subprocess.run(
            [str(self._python), "-m", "benchmarks.celery_stack.client", str(posts), str(table)],
            cwd=PROJECT, env=self._environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return float(done.stdout.split()[-1])

    def processes(self) -> list[psutil.Process]:
        """All that somebody has to look after."""
        return tree(self._roots)


def tree(roots: list[int]) -> list[psutil.Process]:
    """These processes and all below them."""
    found: list[psutil.Process] = []
    for pid in roots:
        process = psutil.Process(pid)
        found += [process, *process.children(recursive=True)]
    return found


def memory_mb(processes: list[psutil.Process]) -> float:
    """What they hold together, shared pages counted once (PSS)."""
    total = 0
    for process in processes:
        try:
            total += process.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return total / 2**20


@contextmanager
def usual_stack(python: Path, model: Path, batch: int, cores: int) -> Iterator[Stack]:
    """Redis on a free port and a worker that is ready."""
    redis = shutil.which("redis-server")
    if redis is None:
        raise SystemExit("bench peers needs redis-server: apt-get install redis-server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "PEERS_REDIS": f"redis://127.0.0.1:{port}/0", "MODEL": str(model), "BATCH": str(batch),
        "HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error",
        "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false",
    }  # fmt: skip
    worker = [str(python), "-m", "celery", "-A", "benchmarks.celery_stack.tasks", "worker"]
    worker += ["--concurrency", str(cores), "--loglevel", "WARNING"]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as log:
        started = [
            subprocess.Popen(
                [redis, "--port", str(port), "--save", "", "--dir", folder, "--bind", "127.0.0.1"],
                stdout=log, stderr=log,
            ),
            subprocess.Popen(worker, cwd=PROJECT, env=environment, stdout=log, stderr=log),
        ]  # fmt: skip
        try:
            _await_port(port)
            yield Stack(python, environment, [process.pid for process in started])
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait(30)


def _await_port(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("redis-server did not start")
