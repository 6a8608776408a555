"""Look for faults in `infra/` with checkov, in an environment of its own, .venv-infra.

Each file must be read without an error. A check that does not apply is skipped in the file, beside
its reason. With --types the excerpt of Azure's published types is made anew, which the tests hold
the templates against.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tools.environment import InstallError, ensure
from tools.infra.bicep import INFRA
from tools.project import PROJECT

HELP = "look for faults in the templates of infra/ with checkov"
REQUIREMENTS = PROJECT / "tools" / "infra" / "requirements.txt"
TYPES = PROJECT / "tools" / "infra" / "types.json"
_OPTIONS = ("--framework", "bicep", "--skip-download", "--compact", "--output", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--types",
        type=Path,
        metavar="CHECKOUT",
        help="a clone of github.com/Azure/bicep-types-az: make tools/infra/types.json anew",
    )


def run(args: argparse.Namespace) -> int:
    """Run checkov, or write the types; 1 if there is a fault."""
    if args.types:
        return _write_types(args.types)
    try:
        python = ensure(PROJECT / ".venv-infra", REQUIREMENTS)
    except InstallError as error:
        print(f"./dev infra: {error}", file=sys.stderr)
        return 1
    report = scan(python, INFRA)
    found = faults(report)
    for line in found:
        print(line, file=sys.stderr)
    summary = report["summary"]
    print(
        f"checkov {summary['checkov_version']}: {summary['passed']} passed, "
        f"{summary['failed']} failed, {summary['skipped']} skipped with a reason, "
        f"{summary['parsing_errors']} parsing errors"
    )
    return 1 if found else 0


def scan(python: Path, folder: Path) -> dict[str, Any]:
    """What checkov finds in a folder of Bicep files."""
    command = [str(python), "-m", "checkov.main", "-d", str(folder), *_OPTIONS]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if not done.stdout.strip():
        raise RuntimeError(f"checkov said nothing but:\n{done.stderr[-2000:]}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def faults(report: dict[str, Any]) -> list[str]:
    """What must be mended, a line each."""
    results = report["results"]
    lines = [f"{path}: checkov cannot read it" for path in results["parsing_errors"]]
    lines += [
        f"infra{each['file_path']}: {each['resource']}: {each['check_id']}: {each['check_name']}"
        for each in results["failed_checks"]
    ]
    lines += [
        f"infra{each['file_path']}: {each['resource']}: {each['check_id']} is skipped for no reason"
        for each in results.get("skipped_checks", [])
        if not each["check_result"].get("suppress_comment", "").strip()
    ]
    if not report["summary"]["passed"]:
        lines.append("no check passed: were the files read?")
    return lines


def _write_types(checkout: Path) -> int:
    from tools.infra.bicep import templates  # noqa: PLC0415 - the parser is slow
    from tools.infra.types import excerpt, pruned, usage  # noqa: PLC0415

    used: dict[str, dict[str, Any]] = {}
    for template in templates().values():
        for resource in template.resources:
            used[resource.type] = usage(resource.body, used.get(resource.type))
    taken = excerpt(checkout, used)
    taken["resources"] = {
        name: pruned(shape, used[name]) for name, shape in taken["resources"].items()
    }
    TYPES.write_text(json.dumps(taken, indent=1, sort_keys=True) + "\n", "utf-8")
    print(f"Wrote {TYPES.relative_to(PROJECT)}: {len(used)} resources")
    return 0
