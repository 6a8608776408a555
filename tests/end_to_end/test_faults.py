"""Storage that fails and instances that die: the files are those of a quiet run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.faults.disturbances import Disturbance
from tools.faults.files import first_difference
from tools.faults.job import job_of
from tools.faults.plan import Kind
from tools.faults.runs import FaultyRun, Task, quiet_run


@pytest.mark.slow
def test_files_are_those_of_a_quiet_run(azurite: str, tmp_path: Path) -> None:
    assert azurite
    task = Task(job_of(1, 8), "compact", patience=1800)
    expected = quiet_run(task, tmp_path / "quiet")
    outcome = FaultyRun(task, 1, tmp_path / "faulty", most=0.05).run(expected)
    assert outcome.problem == ""
    assert set(outcome.injected) == set(Kind)
    assert outcome.disturbances.total() >= 1
    assert set(outcome.disturbances) <= set(Disturbance)
    assert outcome.requests > 200
    assert not (tmp_path / "faulty").exists(), "nothing is kept of a run that went well"


@pytest.mark.slow
def test_a_difference_is_told_and_both_files_are_kept(azurite: str, tmp_path: Path) -> None:
    assert azurite
    task = Task(job_of(1, 2), "vader", patience=1800)
    expected = dict(quiet_run(task, tmp_path / "quiet"))
    expected["comments.csv"] += b"one more\r\n"
    outcome = FaultyRun(task, 2, tmp_path / "faulty", most=0.0).run(expected)
    assert outcome.problem.startswith("comments.csv differs in 1 lines")
    kept = {path.name for path in (tmp_path / "faulty").rglob("*") if path.is_file()}
    assert {"posts.csv", "comments.csv", "host.log", "storage.log", "disturbances.log"} <= kept
    again = {file: (tmp_path / "faulty" / "faulty" / file).read_bytes() for file in expected}
    assert first_difference(expected, again) == outcome.problem
