"""How many cores this process may really use: a container's quota, not the machine's count."""

from __future__ import annotations

import math
import os
from pathlib import Path


def usable_cores(root: Path = Path("/"), affinity: int | None = None) -> int:
    """At least 1; a part of a core counts as one, since half a thread cannot be started.

    `root` is where /proc and /sys lie; `affinity` how many cores the scheduler lets us use.
    """
    allowed = affinity or _affinity()
    quotas = [math.ceil(quota) for quota in _quotas(root) if quota > 0]
    return max(1, min([allowed, *quotas]))


def _affinity() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quotas(root: Path) -> list[float]:
    """Cores by each limit on the way from our control group up to the root, versions 2 and 1."""
    groups = _text(root / "proc/self/cgroup").splitlines()
    own = [line.split(":", 2)[2].strip("/") for line in groups if line.startswith("0::")]
    base = root / "sys/fs/cgroup"
    quotas = []
    for group in [base / path for path in own] or [base]:
        for folder in (group, *group.parents):
            quotas += _version_2(folder)
            if folder == base:
                break
    return quotas + _version_1(base / "cpu")


def _version_2(folder: Path) -> list[float]:
    words = _text(folder / "cpu.max").split()
    return [int(words[0]) / int(words[1])] if len(words) == 2 and words[0] != "max" else []


def _version_1(folder: Path) -> list[float]:
    quota, period = _text(folder / "cpu.cfs_quota_us"), _text(folder / "cpu.cfs_period_us")
    return [int(quota) / int(period)] if quota and period and int(quota) > 0 else []


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except OSError:
        return ""  # no such limit on this machine
