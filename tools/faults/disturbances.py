"""Kills and stops a host's instances and restarts its storage, in an order drawn by a seed."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from enum import StrEnum
from typing import Self

from devhost.supervisor import DevHost
from tools.faults.emulator import Emulator

PAUSE = (0.5, 5.0)
"""Seconds between two disturbances, at least and at most."""
STOPPED = (0.5, 8.0)
"""Seconds for which an instance stands still: less and more than its messages stay hidden."""
MOST = 8
"""Disturbances of a run. More would prove nothing: a message that is killed eight times is given
up, as it should be."""
_MOMENT = 0.05


class Disturbance(StrEnum):
    """What may happen to a process."""

    KILL = "kill"
    """An instance ends with SIGKILL and is replaced."""
    STOP = "stop"
    """An instance stands still for seconds (SIGSTOP), then goes on (SIGCONT)."""
    RESTART = "restart"
    """Storage is away while the emulator restarts on its data."""


def order(seed: int) -> Iterator[tuple[float, Disturbance]]:
    """Each disturbance with the seconds to wait before it; each kind is among the first three."""
    choose = random.Random(f"disturbances {seed}")
    kinds = list(Disturbance)
    choose.shuffle(kinds)
    kinds += choose.choices(list(Disturbance), weights=[3, 3, 1], k=MOST - len(kinds))
    for kind in kinds:
        yield choose.uniform(*PAUSE), kind


class Disturber:
    """Disturbs during the `with` block, in a thread; after it, no instance stands still."""

    def __init__(self, host: DevHost, emulator: Emulator, seed: int) -> None:
        self.done: Counter[Disturbance] = Counter()
        """How often each kind has happened."""
        self.log: list[tuple[float, str]] = []
        """What happened, each with its seconds since 1970."""
        self._host = host
        self._emulator = emulator
        self._seed = seed
        self._choose = random.Random(f"instances {seed}")
        self._ending = threading.Event()
        self._standing: dict[int, float] = {}
        """Instances that stand still, each with the moment when it goes on."""
        self._worker = ThreadPoolExecutor(1)

    def __enter__(self) -> Self:
        """Begin."""
        self._running = self._worker.submit(self._run)
        return self

    def __exit__(self, *_: object) -> None:
        """End, and let all go on. Raises what has kept it from disturbing."""
        self._ending.set()
        with self._worker:
            self._running.result()

    def _run(self) -> None:
        try:
            for pause, kind in order(self._seed):
                if not self._wait(pause):
                    return
                self._disturb(kind)
            while self._standing and self._wait(_MOMENT):
                continue
        finally:
            for pid in list(self._standing):
                self._go_on(pid)

    def _wait(self, seconds: float) -> bool:
        """Wait, and let instances go on whose time has come; False at the end of the block."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._ending.wait(_MOMENT):
                return False
            for pid, moment in list(self._standing.items()):
                if time.monotonic() >= moment:
                    self._go_on(pid)
        return True

    def _disturb(self, kind: Disturbance) -> None:
        if kind is Disturbance.RESTART:
            self._note(kind, "the emulator")
            self._emulator.restart()
            return
        pid = self._victim(kind)
        if pid is None:
            return
        self._note(kind, f"instance with pid {pid}")
        if kind is Disturbance.KILL:
            self._standing.pop(pid, None)
            with suppress(ValueError):  # it has died by itself, which its log tells
                self._host.kill(pid)
        else:
            self._standing[pid] = time.monotonic() + self._choose.uniform(*STOPPED)
            os.kill(pid, signal.SIGSTOP)

    def _victim(self, kind: Disturbance) -> int | None:
        """An instance that has started; None if the block ends before there is one."""
        while True:
            pids = self._host.listening_pids
            if kind is Disturbance.STOP:
                pids = [pid for pid in pids if pid not in self._standing]
            if pids:
                return self._choose.choice(pids)
            if not self._wait(_MOMENT):
                return None

    def _go_on(self, pid: int) -> None:
        del self._standing[pid]
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    def _note(self, kind: Disturbance, what: str) -> None:
        self.done[kind] += 1
        self.log.append((time.time(), f"{kind} {what}"))
