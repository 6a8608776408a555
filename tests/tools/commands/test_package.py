"""The folder that is deployed. What is in it: tests/test_package.py."""

from __future__ import annotations

import subprocess
from argparse import Namespace
from pathlib import Path

import pytest

from tools.commands.package import run, stage


def test_what_git_or_funcignore_leaves_out_is_not_copied(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "docs").mkdir(parents=True)
    (project / ".funcignore").write_text(".*\ndocs/\n")
    (project / ".gitignore").write_text("local.settings.json\n")
    for name in ("app.py", "docs/page.md", "local.settings.json"):
        (project / name).write_text(name)
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    assert stage(tmp_path / "folder", project) == ["app.py"]
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["app.py"]


def test_the_package_is_small(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every instance loads it when it starts; a stray file of data would show here."""
    stale = tmp_path / "package" / "stale.txt"
    stale.parent.mkdir()
    stale.write_text("from the last time")
    assert run(Namespace(folder=tmp_path / "package")) == 0
    assert not stale.exists()
    total = sum(path.stat().st_size for path in (tmp_path / "package").rglob("*") if path.is_file())
    assert 5e6 < total < 100e6, "three models and fonts"
    assert f"{total / 1e6:.2f} MB" in capsys.readouterr().out
