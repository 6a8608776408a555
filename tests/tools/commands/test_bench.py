from __future__ import annotations

import pytest

from tools import cli


def test_an_unknown_benchmark_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        cli.main(["bench", "no-such"])
    assert exit_.value.code == 2
    assert "'pipeline'" in capsys.readouterr().err


def test_without_a_name_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench"]) == 0
    output = capsys.readouterr().out
    assert "NAME" in output
    assert "  pipeline     The pipeline: " in output


def test_options_after_the_name_go_to_the_benchmark(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "pipeline", "--help"]) == 0
    assert "usage: ./dev bench pipeline" in capfd.readouterr().out
