"""Runs tests again and again, each time in a fork of a process that has imported other's packages.

Started with the interpreter of `.venv`, in the folder of a copy of the project: reads a line of
test files (a JSON list) from standard input, answers with pytest's exit code on a line of its own.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import Phase, settings

LIMIT = 120
"""Seconds for one run of tests."""
_OPTIONS = (
    *("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"),
    *("-k", "not linear and not twice_the_time"),  # how work grows: long, and a matter of the clock
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # hypothesis is imported already
)
_PACKAGES = ("msgspec", "requests", "starlette.applications", "uvicorn", "azure.functions", "numpy")


def main() -> None:
    """Answer until the input ends."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(Path.cwd()))
    # The same examples each time; that a test fails is enough, the smallest example is not needed.
    settings.register_profile(
        "mutants", derandomize=True, database=None, phases=[Phase.explicit, Phase.generate]
    )
    settings.load_profile("mutants")  # tests/conftest.py builds on it
    for name in _PACKAGES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for line in sys.stdin:
        print(_run(json.loads(line)), flush=True)


def _run(tests: list[str]) -> int:
    """pytest's exit code; negative if it was killed, as by its time limit."""
    child = os.fork()
    if child == 0:
        signal.alarm(LIMIT)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        code = pytest.main([*_OPTIONS, *tests])
        os._exit(0 if code == pytest.ExitCode.NO_TESTS_COLLECTED else code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    main()
