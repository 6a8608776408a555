"""`./dev sources`."""

from __future__ import annotations

import os
import subprocess
import sys

from devhost.supervisor import PROJECT


def told(**settings: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tools.cli", "sources"],
        check=True,
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env=os.environ | {"COLUMNS": "200", "YOUTUBE_API_KEY": ""} | settings,
    )
    return done.stdout


def test_what_is_missing_is_named() -> None:
    (line,) = [line for line in told().splitlines() if "youtube" in line]
    assert "not reached" in line
    assert "YOUTUBE_API_KEY" in line


def test_a_key_reaches_its_platform_and_is_not_shown() -> None:
    answer = told(YOUTUBE_API_KEY="AIzaSecret")
    (line,) = [line for line in answer.splitlines() if "youtube" in line]
    assert "YouTube Data API" in line
    assert "not reached" not in line
    assert "AIzaSecret" not in answer
