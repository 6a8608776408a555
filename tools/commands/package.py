"""Copy what a deployment contains into a folder, and say how large it is.

Deployments take this folder instead of the project: `.funcignore` as each tool reads it is one more
thing to go wrong. Azure installs `requirements.txt` for itself (a remote build).
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
from collections import Counter
from pathlib import Path

from pathspec import GitIgnoreSpec

from tools.project import OUT, PROJECT

HELP = "copy what a deployment contains to a folder, out/package"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("folder", nargs="?", type=Path, default=OUT / "package")


def run(args: argparse.Namespace) -> int:
    """Make the folder anew and print what is in it."""
    shutil.rmtree(args.folder, ignore_errors=True)
    sizes: Counter[str] = Counter()
    files: Counter[str] = Counter()
    for name in stage(args.folder):
        top = name.partition("/")[0]
        sizes[top] += (args.folder / name).stat().st_size
        files[top] += 1
    for top, size in sizes.most_common():
        print(f"{size / 1e6:8.2f} MB  {files[top]:4} files  {top}")
    print(f"{sizes.total() / 1e6:8.2f} MB  {files.total():4} files in {args.folder}")
    return 0


def stage(folder: Path, project: Path = PROJECT) -> list[str]:
    """Copy to `folder` what `.funcignore` does not leave out of what git does not; the names."""
    left_out = GitIgnoreSpec.from_lines((project / ".funcignore").read_text().splitlines())
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=project,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    kept = [name for name in listed if not left_out.match_file(name) and (project / name).exists()]
    for name in kept:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(project / name, folder / name)
    return kept
