"""Asks which of the pinned packages have known vulnerabilities: OSV, by pip-audit.

It needs the network. What could not be asked is said and is no failure: otherwise nobody could
check anything in a train. A known vulnerability is one.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import NamedTuple

OSV = "https://api.osv.dev/v1/query"
"""https://google.github.io/osv.dev/post-v1-query: the advisories of PyPA, GitHub and others."""
TIMEOUT = 300


class Findings(NamedTuple):
    """What was found out about the packages of a requirements file."""

    vulnerable: list[str]
    """`name version: advisory (fixed in …)`, one for each advisory."""
    asked: int
    """Packages about which there was an answer."""
    unasked: list[str]
    """Packages about which there was none, or why there was none at all."""


def ask(python: Path, requirements: Path, url: str = OSV) -> Findings:
    """Ask about every package that `requirements` pins; `python` has pip-audit."""
    options = ["--disable-pip", "--require-hashes", "--progress-spinner=off", "--format=json"]
    try:
        done = subprocess.run(
            [str(python), "-m", "pip_audit", *options, "-s=osv", f"--osv-url={url}",
             "-r", str(requirements)],
            check=False,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Findings([], 0, [f"no answer within {TIMEOUT} s"])
    return findings(done.stdout, done.stderr)


def findings(output: str, errors: str) -> Findings:
    """What pip-audit said. It ends with the same code if it finds something and if it fails."""
    try:
        packages = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = errors.strip().rpartition("\n")[2]
        return Findings([], 0, [last or "pip-audit said nothing"])
    vulnerable = [
        f"{package['name']} {package['version']}: {known['id']}"
        f" (fixed in {', '.join(known['fix_versions']) or 'no version yet'})"
        for package in packages
        for known in package.get("vulns", [])
    ]
    unasked = [package["name"] for package in packages if "skip_reason" in package]
    return Findings(vulnerable, len(packages) - len(unasked), unasked)
