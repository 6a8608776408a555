from __future__ import annotations

import pytest

from tools import cli
from tools.commands import mutants


def test_the_requirements_are_where_they_are_looked_for() -> None:
    assert mutants.REQUIREMENTS.is_file()


def test_an_unknown_room_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["mutants", "kitchen"])
    assert "kitchen" in capsys.readouterr().err
