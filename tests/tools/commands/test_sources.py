"""`./dev sources`."""

from __future__ import annotations

import os
import subprocess
import sys

from tools.project import PROJECT


def printed_table(**settings: str) -> str:
    completed = subprocess.run(
        [sys.executable, "-m", "tools.cli", "sources"],
        check=True,
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env=os.environ | {"COLUMNS": "200", "YOUTUBE_API_KEY": ""} | settings,
    )
    return completed.stdout


def test_what_is_missing_is_named() -> None:
    (line,) = [line for line in printed_table().splitlines() if "youtube" in line]
    assert "not reached" in line
    assert "YOUTUBE_API_KEY" in line


def test_a_key_reaches_its_platform_and_is_not_shown() -> None:
    table = printed_table(YOUTUBE_API_KEY="AIzaSecret")
    (line,) = [line for line in table.splitlines() if "youtube" in line]
    assert "YouTube Data API" in line
    assert "not reached" not in line
    assert "AIzaSecret" not in table
