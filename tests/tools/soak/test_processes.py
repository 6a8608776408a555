from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tools.soak.processes import listed, open_files, resident_mib


def test_this_process_is_listed_with_its_memory() -> None:
    processes = listed()
    (own,) = [one for one in processes if one.pid == os.getpid()]
    assert own.parent == os.getppid()
    assert "python" in own.command or Path(sys.executable).name in own.command
    assert 20 < resident_mib([own.pid], processes) < 4000
    assert resident_mib([], processes) == 0


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="there is no /proc here")
def test_an_open_file_is_counted(tmp_path: Path) -> None:
    before = open_files([os.getpid()])
    with (tmp_path / "open").open("w"):
        assert open_files([os.getpid()]) == before + 1
    assert open_files([2**30]) == 0
