"""Which files a room has, and which tests must find a mutant of each."""

from __future__ import annotations

from pathlib import Path

ROOMS: dict[str, tuple[str, ...]] = {
    "results": ("undertone/results/*.py",),
    "pipeline": ("undertone/pipeline/*.py",),
    "uploads": ("undertone/uploads/*.py",),
    "sources": ("undertone/sources/*.py",),
    "parsers": (
        "undertone/json_view.py",
        "undertone/posts.py",
        "undertone/text.py",
        "undertone/times.py",
        "undertone/wire.py",
        "model/text.py",
    ),
}
"""By the name that `./dev mutants` takes: patterns of its files."""

LEFT_OUT = {
    "tests/undertone/pipeline/test_simulation.py",
    "tests/undertone/pipeline/test_limits.py",
    "tests/undertone/results/test_verdict_coverage.py",
    "tests/undertone/sources/test_faults.py",
}
"""Tests that take too long to be run for each mutant."""


def files_of(project: Path, room: str) -> list[str]:
    """The files of `room`, within the project."""
    found = (path for pattern in ROOMS[room] for path in project.glob(pattern))
    return sorted(str(path.relative_to(project)) for path in found if path.name != "__init__.py")


def runs_of(project: Path, file: str) -> list[list[str]]:
    """Runs of tests that follow each other until one fails: those mirrored by name, then all of the
    room's."""
    source = Path(file)
    room = Path("tests") / source.parent
    by_name = [f"{room}/test_{source.stem}.py"]
    mirrored = [name for name in by_name if (project / name).exists()]
    pattern = "test_*.py"
    others = sorted(str(path.relative_to(project)) for path in (project / room).glob(pattern))
    others = [name for name in others if name not in {*mirrored, *LEFT_OUT}]
    return [run for run in (mirrored, others) if run]
