"""Virtual environments that follow their requirements files; needs the standard library alone.

`./dev` runs this module before anything is installed: it makes `.venv` and hands the command line
to `tools.cli` in there.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.project import PROJECT

STAMP = "requirements.sha256"
"""The file in an environment with the digest of the requirements that it was made from."""
MODEL_REQUIREMENTS = PROJECT / "training" / "requirements.txt"


class InstallError(Exception):
    """A virtual environment could not be made; the message says what to do."""


def ensure(folder: Path, requirements: Path, python: str = sys.executable) -> Path:
    """Make or update the virtual environment in `folder` and return its interpreter.

    Does nothing if it was made from requirements files with the same content. Raises InstallError.
    """
    interpreter = folder / "bin" / "python"
    current = digest(requirements)
    stamp = folder / STAMP
    if interpreter.exists() and stamp.is_file() and stamp.read_text() == current:
        return interpreter
    if not interpreter.exists():
        _print(f"Making {folder.name} with {python} …")
        _run([python, "-m", "venv", str(folder)], "install Python's venv module (python3.13-venv)")
    _print(f"Installing {requirements.name} into {folder.name} …")
    install = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "-r"]
    _run([str(interpreter), *install, str(requirements)], "see pip's message above")
    stamp.write_text(current)
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
    """Make or update `.venv-model`, which has PyTorch, and return its interpreter.

    Raises InstallError.
    """
    return ensure(PROJECT / ".venv-model", MODEL_REQUIREMENTS, python_for_torch())


def python_for_torch() -> str:
    """An older Python if there is one: PyTorch has wheels for them on every platform."""
    candidates = (shutil.which(name) for name in ("python3.11", "python3.12", "python3.13"))
    return next((path for path in candidates if path and _works(path)), sys.executable)


def _works(python: str) -> bool:
    """Whether it runs: version managers put commands on the path that only print an error."""
    return subprocess.run([python, "-c", ""], check=False, capture_output=True).returncode == 0


def _run(command: list[str], advice: str) -> None:
    if subprocess.run(command, check=False).returncode != 0:
        raise InstallError(f"`{' '.join(command)}` failed: {advice}")


def _print(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Make or update `.venv` and go on in it as `tools.cli`, with the same arguments."""
    try:
        python = ensure(PROJECT / ".venv", PROJECT / "requirements-dev.txt")
    except InstallError as error:
        sys.exit(f"./dev: {error}")
    os.execv(python, [str(python), "-m", "tools.cli", *sys.argv[1:]])  # noqa: S606 - our own


if __name__ == "__main__":
    main()
