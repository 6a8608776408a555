"""Write the bill of materials of what is deployed: out/sbom.json, CycloneDX.

Every package with its version and hashes, as requirements.txt pins them. Who deploys keeps it
beside the package: a later advisory can be looked up in it, without the app.
"""

from __future__ import annotations

import argparse
import sys

from tools.commands.check import audit_python
from tools.environment import InstallError
from tools.processes import run_python
from tools.project import OUT, PROJECT

HELP = "write out/sbom.json: every package that is deployed (CycloneDX)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--output", default=str(OUT / "sbom.json"), help="default: out/sbom.json")


def run(args: argparse.Namespace) -> int:
    """Write the file; the exit code."""
    try:
        python = audit_python()
    except InstallError as error:
        print(f"./dev sbom: {error}", file=sys.stderr)
        return 1
    OUT.mkdir(exist_ok=True)
    code = run_python(
        "-m", "cyclonedx_py", "requirements", str(PROJECT / "requirements.txt"),
        "--pyproject", str(PROJECT / "pyproject.toml"), "--output-reproducible",
        "--spec-version", "1.6", "--output-format", "JSON", "--output-file", args.output,
        python=python,
    )  # fmt: skip
    if code == 0:
        print(f"Wrote {args.output}")
    return code
