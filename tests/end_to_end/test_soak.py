"""`./dev soak`, for seconds: that it runs, measures all and keeps what it measured."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tools import cli
from tools.soak.samples import LIMITS


@pytest.mark.slow
def test_a_short_soak_measures_everything(
    azurite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert azurite
    short = ("--minutes", "0.2", "--every", "0.5", "--analyzer", "vader", "--tolerance", "20")
    folder = ("--folder", str(tmp_path))
    assert cli.main(["soak", *short, *folder]) == 0, capsys.readouterr().out
    printed = capsys.readouterr().out
    assert "steady" in printed
    for name in LIMITS:
        assert name in printed
    with (tmp_path / "samples.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 10
    assert float(rows[-1]["memory of the instances, MiB"]) > 100
    assert float(rows[-1]["blobs in results"]) > 0
