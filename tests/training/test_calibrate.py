"""A calibration is measured, printed, and written into the manifest that the app reads."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from model.analyzer import Calibration, Line
from model.artifact import read_manifest
from model.factory import ARTIFACTS
from training import calibrate
from training.domains import DOMAINS

TABS = ("amazon_cells_labelled.txt", "yelp_labelled.txt", "imdb_labelled.txt", "JavaLib.txt")
COMMAS = ("github.csv", "jira.csv", "so.csv")


@pytest.fixture(autouse=True)
def _without_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNDERTONE_DATA", raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Eight small domains, each with praise and blame in another proportion."""
    sets = tmp_path / "sets"
    sets.mkdir()
    for number, name in enumerate((*TABS, *COMMAS, "twitter4242.txt")):
        praise = [f"I love this great thing {n}" for n in range(3 + number)]
        blame = [f"I hate this awful thing {n}" for n in range(9 - number)]
        plain = [f"It is on page {n}" for n in range(5)]
        if name in COMMAS:
            rows = [f"1,d,{t},{y}" for ts, y in ((praise, 1), (blame, -1), (plain, 0)) for t in ts]
        elif name == "twitter4242.txt":
            rows = [f"{y}\t{t}" for ts, y in ((praise, "4\t1"), (blame, "1\t4")) for t in ts]
        elif name == "JavaLib.txt":
            rows = [f"{t}\t{y}" for ts, y in ((praise, 1), (blame, -1), (plain, 0)) for t in ts]
        else:
            rows = [f"{t}\t{y}" for ts, y in ((praise, 1), (blame, 0)) for t in ts]
        (sets / name).write_text("\n".join(rows) + "\n")
    return sets


def test_it_is_measured_on_the_domains_that_are_there(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache = tmp_path / "cache"
    calibrate.main(["vader", "--domains", str(folder), "--cache", str(cache)])
    shown = capsys.readouterr().out
    assert "without airlines: Tweets.csv is not in" in shown
    printed = json.loads(shown[shown.index("{") :])
    assert printed["domains"] == 8
    assert printed["mean"]["slope"] == pytest.approx(1.0, abs=0.2)
    assert len(list(cache.iterdir())) == 8


def test_it_is_written_where_the_app_reads_it(tmp_path: Path) -> None:
    shutil.copy(ARTIFACTS / "compact" / "manifest.json", tmp_path)
    found = Calibration(9, *[Line(-0.0512, 1.25, 0.1)] * 4)
    calibrate.write(tmp_path / "manifest.json", calibrate.as_fields(found))
    manifest = read_manifest(tmp_path)
    assert manifest.calibration == found
    assert manifest._replace(calibration=None) == read_manifest(ARTIFACTS / "compact")._replace(
        calibration=None
    )


def test_few_domains_are_refused(folder: Path) -> None:
    for name in TABS + COMMAS:
        (folder / name).unlink()
    with pytest.raises(SystemExit, match=r"too few to calibrate on"):
        calibrate.main(["vader", "--domains", str(folder)])
    assert len(DOMAINS) >= calibrate.LEAST
