from __future__ import annotations

import os
from pathlib import Path

import pytest

from model.cores import usable_cores


def write(root: Path, name: str, text: str) -> None:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="ascii")


def test_no_limit_leaves_the_affinity(tmp_path: Path) -> None:
    assert usable_cores(tmp_path, affinity=6) == 6


@pytest.mark.parametrize(
    ("quota", "cores"), [("200000 100000", 2), ("150000 100000", 2), ("50000 100000", 1)]
)
def test_version_2_quota(tmp_path: Path, quota: str, cores: int) -> None:
    write(tmp_path, "proc/self/cgroup", "0::/\n")
    write(tmp_path, "sys/fs/cgroup/cpu.max", quota)
    assert usable_cores(tmp_path, affinity=8) == cores


def test_the_tightest_group_on_the_way_up_counts(tmp_path: Path) -> None:
    write(tmp_path, "proc/self/cgroup", "0::/pod/box\n")
    write(tmp_path, "sys/fs/cgroup/pod/cpu.max", "300000 100000")
    write(tmp_path, "sys/fs/cgroup/pod/box/cpu.max", "max 100000")
    assert usable_cores(tmp_path, affinity=8) == 3


def test_version_1_quota(tmp_path: Path) -> None:
    write(tmp_path, "sys/fs/cgroup/cpu/cpu.cfs_quota_us", "400000\n")
    write(tmp_path, "sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n")
    assert usable_cores(tmp_path, affinity=8) == 4


def test_version_1_without_a_quota(tmp_path: Path) -> None:
    write(tmp_path, "sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n")
    write(tmp_path, "sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n")
    assert usable_cores(tmp_path, affinity=8) == 8


def test_a_quota_above_the_affinity_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path, "sys/fs/cgroup/cpu.max", "1600000 100000")
    assert usable_cores(tmp_path, affinity=2) == 2


def test_this_machine_gives_at_least_one() -> None:
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)
