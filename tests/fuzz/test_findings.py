"""Each kind of failure is kept once, with its input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fuzz.findings import Findings


def picky(data: bytes) -> None:
    if data.startswith(b"a"):
        raise ValueError("no a")
    if data.startswith(b"b"):
        raise KeyError("no b")


def test_each_kind_is_kept_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    findings = Findings("picky", tmp_path)
    answers = [findings.run(picky, data) for data in (b"a1", b"c", b"a2", b"b", b"a1")]
    assert [bool(line) for line in answers] == [True, False, True, True, True]
    assert "ValueError at tests/fuzz/test_findings.py:" in answers[0]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [Path(line["input"]).read_bytes() for line in lines] == [b"a1", b"b"]
    assert sorted(path.read_bytes() for path in tmp_path.iterdir()) == [b"a1", b"b"]


def test_the_run_goes_on_where_another_found_something(tmp_path: Path) -> None:
    assert Findings("picky", tmp_path).run(picky, b"a")
    assert Findings("picky", tmp_path / "deeper" / "still").run(picky, b"a")
