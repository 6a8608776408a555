from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tools import environment
from tools.project import PROJECT

SCRIPT = PROJECT / "dev"


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("environment")
    (folder / "requirements.txt").write_text("# nothing\n")
    environment.ensure(folder / "venv", folder / "requirements.txt")
    return folder / "venv"


def test_an_environment_follows_its_files(venv: Path, tmp_path: Path) -> None:
    requirements, included = tmp_path / "requirements.txt", tmp_path / "more.txt"
    requirements.write_text("# nothing yet\n-r more.txt\n")
    included.write_text("# nothing\n")
    python = environment.ensure(venv, requirements)
    assert subprocess.run([python, "-c", ""], check=False).returncode == 0
    stamp = venv / environment.STAMP
    first = stamp.stat().st_mtime_ns
    assert environment.ensure(venv, requirements) == python
    assert stamp.stat().st_mtime_ns == first, "it was installed anew without a reason"
    included.write_text("# something else\n")
    environment.ensure(venv, requirements)
    assert stamp.stat().st_mtime_ns != first


def test_what_cannot_be_installed_is_tried_again(venv: Path, tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("./no-such-folder\n")
    for _ in range(2):
        with pytest.raises(environment.InstallError, match=r"requirements\.txt` failed"):
            environment.ensure(venv, requirements)


def fake_python(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def run_script(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`./dev` on a machine that has `folder` and a bare /bin, and no home."""
    for tool in ("dirname", "cat", "sh"):
        (folder / tool).symlink_to(Path("/usr/bin") / tool)
    return subprocess.run(
        ["/bin/sh", SCRIPT, *arguments],
        check=False,
        env={"PATH": str(folder), "HOME": str(folder)},
        capture_output=True,
        text=True,
    )


def test_without_the_right_python_the_script_says_how_to_get_it(tmp_path: Path) -> None:
    fake_python(tmp_path, "python3", "exit 1")
    done = run_script(tmp_path, "test")
    assert done.returncode == 1
    assert "needs Python 3.13" in done.stderr
    assert "uv python install 3.13" in done.stderr


@pytest.mark.parametrize("name", ["python3.13", "python", ".pyenv/versions/3.13.9/bin/python"])
def test_the_script_hands_over_to_the_right_python(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    fake_python(tmp_path, name, '[ "$1" = -c ] || echo "ran: $*"')
    done = run_script(tmp_path, "bench", "a b")
    assert done.stdout == "ran: -m tools.environment bench a b\n"


def test_the_script_works_from_anywhere(tmp_path: Path) -> None:
    done = subprocess.run(
        [SCRIPT, "--help"],
        check=True,
        cwd=tmp_path,
        env=os.environ,
        capture_output=True,
        text=True,
    )
    assert "demo" in done.stdout
