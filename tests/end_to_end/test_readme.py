"""What the README says, done."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.conftest import PROJECT, Client

README = (PROJECT / "README.md").read_text("utf-8")
HOST = "http://127.0.0.1:7071"


def shell_blocks(word: str) -> list[str]:
    """The README's blocks of shell commands that have `word` in them, in order."""
    return [block for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) if word in block]


def test_the_curl_examples_work_as_they_stand(client: Client, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl on this machine")
    shutil.copytree(PROJECT / "tools" / "samples", tmp_path / "tools" / "samples")

    def run(block: str, job: str = "") -> str:
        done = subprocess.run(
            ["bash", "-euc", f"JOB={job}\n{block.replace(HOST, client.url)}"],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    links, export, workbook, download = shell_blocks("curl")
    assert json.loads(run(links))["posts"] == 3
    read = json.loads(run(workbook))["read"]
    assert [each["comments"] for each in read] == [10]
    assert read[0]["note"].startswith("text from “Comment”")
    job = json.loads(run(export))["job_id"]
    client.wait(job)
    lines = run(download, job).splitlines()
    assert json.loads(lines[0])["status"] == "completed"
    kept = sorted(path.name.rpartition(" ")[2] for path in tmp_path.glob("*.csv"))
    assert kept == ["comments.csv", "posts.csv"]


def test_every_setting_is_explained() -> None:
    example = json.loads((PROJECT / "local.settings.example.json").read_text())["Values"]
    explained = set(re.findall(r"`([A-Za-z_]+)`", README))
    assert set(example) - {"FUNCTIONS_WORKER_RUNTIME"} <= explained


def test_every_command_named_is_one() -> None:
    listed = subprocess.run(
        ["./dev", "--help"], cwd=PROJECT, check=True, capture_output=True, text=True
    ).stdout
    commands = set(re.findall(r"^ {4}(\w+) ", listed, re.MULTILINE))
    named = set(re.findall(r"\./dev (\w+)", README))
    assert named <= commands, named - commands
