from __future__ import annotations

import pytest

from tests.fuzz.targets import TARGETS
from tools import cli
from tools.commands import fuzz


def test_it_knows_every_target() -> None:
    assert fuzz.targets() == sorted(TARGETS)


def test_runs_and_findings_are_read_from_the_fuzzers_output() -> None:
    output = (
        "INFO: Running with entropic power schedule\n"
        '{"finding": "KeyError at a.py:3: \'x\'", "input": "out/fuzz/links/0a"}\n'
        "stat::number_of_executed_units: 1200\nstat::average_exec_per_sec:     20\n"
    )
    assert fuzz.read_output(output) == (
        1200,
        {"KeyError at a.py:3: 'x'": "out/fuzz/links/0a"},
    )
    assert fuzz.read_output("") == (0, {})


def test_an_input_is_run_again(capfd: pytest.CaptureFixture[str]) -> None:
    seed = fuzz.CORPUS / "links" / "youtube"
    assert cli.main(["fuzz", "links", "--input", str(seed)]) == 0
    assert "nothing is wrong" in capfd.readouterr().out


def test_an_input_needs_a_target(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["fuzz", "--input", "x"]) == 2
    assert "name the target" in capsys.readouterr().err


def test_the_requirements_are_where_they_are_looked_for() -> None:
    assert fuzz.REQUIREMENTS.is_file()
