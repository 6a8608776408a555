"""The files requirements*.in say what is asked for, requirements*.txt what is installed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.project import PROJECT

APP = PROJECT / "requirements.in", PROJECT / "requirements.txt"
DEV = PROJECT / "requirements-dev.in", PROJECT / "requirements-dev.txt"
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")


def normalised(name: str) -> str:
    """A package's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def asked_for(path: Path) -> dict[str, str]:
    """The version of each direct requirement, those of included files too."""
    versions: dict[str, str] = {}
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("-r "):
            versions |= asked_for(path.parent / line.removeprefix("-r "))
        elif match := PIN.match(line):
            versions[normalised(match[1])] = match[2]
    return versions


def entries(path: Path) -> list[str]:
    """Every entry of a compiled file with its hashes, comments left out."""
    text = re.sub(r"^ *#.*\n", "", path.read_text("utf-8"), flags=re.MULTILINE)
    return text.replace("\\\n", " ").splitlines()


def installed(path: Path) -> dict[str, str]:
    """The version of everything in a compiled file."""
    matches = [PIN.match(entry) for entry in entries(path)]
    return {normalised(match[1]): match[2] for match in matches if match}


@pytest.mark.parametrize(("source", "compiled"), [APP, DEV])
def test_what_is_asked_for_is_installed(source: Path, compiled: Path) -> None:
    direct = asked_for(source)
    assert direct
    assert direct.items() <= installed(compiled).items(), "run ./dev lock"


@pytest.mark.parametrize("compiled", [APP[1], DEV[1]])
def test_every_entry_is_pinned_with_hashes(compiled: Path) -> None:
    for entry in entries(compiled):
        assert PIN.match(entry), entry
        assert "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("source", [APP[0], DEV[0]])
def test_every_requirement_has_a_version_and_a_reason(source: Path) -> None:
    for line in source.read_text("utf-8").splitlines():
        if not line.startswith(("#", "-r ")):
            assert PIN.match(re.sub(r"\[\w+\]", "", line)), line  # without extras
            assert len(line.partition("#")[2].split()) >= 1, f"{line}: why do we need it?"


def test_what_is_deployed_is_what_is_tested() -> None:
    assert installed(APP[1]).items() <= installed(DEV[1]).items()


def test_no_file_names_an_index() -> None:
    for path in (*APP, *DEV):
        assert "://" not in path.read_text("utf-8"), path.name
