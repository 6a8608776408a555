"""Memory and open files of running processes."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple


class Process(NamedTuple):
    """A line of ps."""

    pid: int
    parent: int
    rss: int
    """Resident memory in KiB."""
    command: str


def listed() -> list[Process]:
    """All processes."""
    lines = subprocess.run(
        ["/bin/ps", "-A", "-o", "pid=,ppid=,rss=,args="],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    found = []
    for line in lines:
        pid, parent, rss, command = line.split(None, 3)
        found.append(Process(int(pid), int(parent), int(rss), command))
    return found


def resident_mib(pids: Iterable[int], processes: Iterable[Process]) -> float:
    """Resident memory of all of `pids` together."""
    wanted = set(pids)
    return sum(one.rss for one in processes if one.pid in wanted) / 1024


def open_files(pids: Iterable[int]) -> int:
    """Open files and connections of all of `pids` together; 0 where the system has no /proc."""
    count = 0
    for pid in pids:
        try:
            count += sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
        except OSError:
            continue
    return count
