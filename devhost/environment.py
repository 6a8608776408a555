"""Virtual environments that follow their requirements files; needs the standard library alone.

Run as a script by `./dev`, before anything is installed: it makes `.venv` and hands the command
line to `devhost.cli` in there.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[1]
STAMP = "requirements.sha256"


class CannotInstall(Exception):  # noqa: N818 - reads as what happened
    """A virtual environment could not be made; the message says what to do."""


def ensure(folder: Path, requirements: Path, python: str = sys.executable) -> Path:
    """Make or update the virtual environment `folder`; its interpreter.

    Does nothing if it was made from requirements files with just this content. Raises
    CannotInstall.
    """
    interpreter = folder / "bin" / "python"
    wanted = digest(requirements)
    stamp = folder / STAMP
    if interpreter.exists() and stamp.is_file() and stamp.read_text() == wanted:
        return interpreter
    if not interpreter.exists():
        _say(f"Making {folder.name} with {python} …")
        _run([python, "-m", "venv", str(folder)], "install Python's venv module (python3.13-venv)")
    _say(f"Installing {requirements.name} into {folder.name} …")
    install = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "-r"]
    _run([str(interpreter), *install, str(requirements)], "pip's words above say what is missing")
    stamp.write_text(wanted)
    return interpreter


def digest(requirements: Path) -> str:
    """A hash over a requirements file and those that it includes with `-r`."""
    total = hashlib.sha256()
    for line in requirements.read_text("utf-8").splitlines():
        total.update(line.encode() + b"\n")
        if line.startswith("-r "):
            total.update(digest(requirements.parent / line[3:].strip()).encode())
    return total.hexdigest()


def model_python() -> Path:
    """The interpreter of `.venv-model`, made if needed; the tools of `training/` run in it.

    Older Pythons come first: what the tools need has wheels for them everywhere.
    """
    candidates = (shutil.which(name) for name in ("python3.11", "python3.12", "python3.13"))
    python = next((found for found in candidates if found and _works(found)), sys.executable)
    return ensure(PROJECT / ".venv-model", PROJECT / "training" / "requirements.txt", python)


def _works(python: str) -> bool:
    """Whether it is an interpreter and not a version manager's stand-in for one."""
    return subprocess.run([python, "-c", ""], check=False, capture_output=True).returncode == 0


def _run(command: list[str], cure: str) -> None:
    if subprocess.run(command, check=False).returncode != 0:
        raise CannotInstall(f"`{' '.join(command)}` failed: {cure}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Make `.venv` and continue in it as `devhost.cli`, with the same arguments."""
    try:
        python = ensure(PROJECT / ".venv", PROJECT / "requirements-dev.txt")
    except CannotInstall as trouble:
        sys.exit(f"./dev: {trouble}")
    os.execv(python, [str(python), "-m", "devhost.cli", *sys.argv[1:]])  # noqa: S606 - our own


if __name__ == "__main__":
    main()
