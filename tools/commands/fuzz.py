"""Fuzz the parsers of what other people, platforms and versions wrote, guided by coverage.

Atheris (libFuzzer) is in an environment of its own, .venv-fuzz; it has wheels for Linux. What is
found is kept in out/fuzz/TARGET, one input for each kind of failure, and printed with the command
that shows it again.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from tools.environment import InstallError, ensure
from tools.project import OUT, PROJECT

HELP = "fuzz the parsers of foreign bytes; without a target, all of them"
REQUIREMENTS = PROJECT / "tests" / "fuzz" / "requirements.txt"
CORPUS = PROJECT / "tests" / "fuzz" / "corpus"
"""A folder of inputs to begin with for each target."""
FOUND = OUT / "fuzz"
_ENDS = ("crash-", "timeout-", "oom-")
"""How the inputs begin that libFuzzer itself stopped at."""


class Outcome(NamedTuple):
    """What fuzzing one target came to."""

    executions: int
    findings: dict[str, str]
    """Input → what is wrong at it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    names = targets()
    parser.add_argument("target", nargs="?", choices=names, metavar="TARGET", help=", ".join(names))
    parser.add_argument("--minutes", type=float, default=1, help="for each target; default 1")
    parser.add_argument(
        "--seed", type=int, default=0, help="0, the default, takes another each time"
    )
    parser.add_argument("--input", type=Path, help="run the target once, on this file")


def targets() -> list[str]:
    """The names of all targets."""
    return sorted(folder.name for folder in CORPUS.iterdir() if folder.is_dir())


def run(args: argparse.Namespace) -> int:
    """Fuzz; 1 if there are findings."""
    if args.input:
        if args.target is None:
            print("./dev fuzz: name the target of the input", file=sys.stderr)
            return 2
        return _command(args.target, ["--input", str(args.input.resolve())]).wait()
    try:
        python = ensure(PROJECT / ".venv-fuzz", REQUIREMENTS)
    except InstallError as error:
        print(f"./dev fuzz: {error}", file=sys.stderr)
        return 1
    found = 0
    for target in [args.target] if args.target else targets():
        outcome = _fuzz(target, args.minutes * 60, args.seed, python)
        found += len(outcome.findings)
        print(
            f"{target:<16} {outcome.executions:>10,} executions, {len(outcome.findings)} findings"
        )
        for path, told in outcome.findings.items():
            print(f"  {told}\n    ./dev fuzz {target} --input {path}", flush=True)
    return 1 if found else 0


def _fuzz(target: str, seconds: float, seed: int, python: Path) -> Outcome:
    """Fuzz `target`, anew after each input that ends the fuzzer, until the time is over."""
    executions, findings, end = 0, dict[str, str](), time.monotonic() + seconds
    before = _ends(target)
    while (left := round(end - time.monotonic())) > 0:
        options = ["--seconds", str(left), "--seed", str(seed)]
        process = _command(target, options, python)
        output, _ = process.communicate()
        done, kept = read_output(output)
        executions += done
        findings |= {path: told for told, path in kept.items() if told not in findings.values()}
        ended = _ends(target) - before
        findings |= dict.fromkeys(ended, "the fuzzer stopped at it")
        if process.returncode != 0 and not ended:
            findings[str(FOUND / target)] = f"the fuzzer ended with {process.returncode}:\n{output}"
            break
        before |= ended
    return Outcome(executions, findings)


def read_output(output: str) -> tuple[int, dict[str, str]]:
    """How often the target ran, and findings (what is wrong → input), from a fuzzer's output."""
    done = re.findall(r"^stat::number_of_executed_units: (\d+)", output, re.MULTILINE)
    lines = [json.loads(line) for line in output.splitlines() if line.startswith('{"finding"')]
    return sum(map(int, done)), {line["finding"]: line["input"] for line in lines}


def _ends(target: str) -> set[str]:
    files = (FOUND / target).glob("*")
    return {str(file.relative_to(PROJECT)) for file in files if file.name.startswith(_ENDS)}


def _command(target: str, options: list[str], python: Path | None = None) -> subprocess.Popen[str]:
    """The module `tests.fuzz`; with `python`, atheris of its environment beside our packages."""
    environment = dict(os.environ)
    if python is not None:
        (packages,) = (python.parents[1] / "lib").glob("python3*/site-packages")
        environment["PYTHONPATH"] = str(packages)
    command = [sys.executable, "-m", "tests.fuzz", target, "--out", str(FOUND / target), *options]
    pipe = subprocess.PIPE if python else None
    return subprocess.Popen(
        command,
        cwd=PROJECT,
        env=environment,
        stdout=pipe,
        stderr=subprocess.STDOUT if pipe else None,
        text=True,
        errors="replace",
    )
