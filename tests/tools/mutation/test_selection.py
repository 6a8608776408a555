from __future__ import annotations

import pytest

from tools.mutation.selection import LEFT_OUT, ROOMS, files_of, runs_of
from tools.project import PROJECT


@pytest.mark.parametrize("room", ROOMS)
def test_every_file_of_a_room_has_tests(room: str) -> None:
    files = files_of(PROJECT, room)
    assert files
    for file in files:
        runs = runs_of(PROJECT, file)
        assert runs, f"nothing would find a mutant of {file}"
        named = [name for run in runs for name in run]
        assert len(named) == len(set(named))
        assert not LEFT_OUT & set(named)


def test_runs_of_the_same_name_come_first() -> None:
    first, others = runs_of(PROJECT, "undertone/results/verdict.py")
    assert first == ["tests/undertone/results/test_verdict.py"]
    assert "tests/undertone/results/test_tally.py" in others


def test_what_is_left_out_is_there() -> None:
    assert all((PROJECT / name).is_file() for name in LEFT_OUT)
