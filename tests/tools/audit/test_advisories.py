"""What is said of pinned packages: by the real pip-audit, of a stand-in for OSV."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.server import serving
from tools.audit.advisories import ask, findings
from tools.project import PROJECT

PYTHON = PROJECT / ".venv-audit" / "bin" / "python"
PINNED = f"requests==2.0.0 --hash=sha256:{'0' * 64}\nidna==3.20 --hash=sha256:{'1' * 64}\n"
ADVISORY = {
    "id": "PYSEC-2014-13",
    "summary": "credentials are sent on to another host",
    "details": "…",
    "modified": "2024-01-01T00:00:00Z",
    "published": "2014-10-15T00:00:00Z",
    "affected": [
        {
            "package": {"name": "requests", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.3.0"}]}],
            "versions": ["2.0.0"],
        }
    ],
}


async def osv(request: Request) -> Response:
    """https://google.github.io/osv.dev/post-v1-query"""
    asked = await request.json()
    known = asked["package"]["name"] == "requests" and asked["version"] == "2.0.0"
    return JSONResponse({"vulns": [ADVISORY]} if known else {})


needs_pip_audit = pytest.mark.skipif(not PYTHON.exists(), reason="./dev check makes .venv-audit")


@pytest.fixture
def pinned(tmp_path: Path) -> Path:
    file = tmp_path / "requirements.txt"
    file.write_text(PINNED)
    return file


@needs_pip_audit
def test_a_known_vulnerability_is_found(pinned: Path) -> None:
    with serving(Starlette(routes=[Route("/v1/query", osv, methods=["POST"])])) as base:
        found = ask(PYTHON, pinned, f"{base}/v1/query")
    assert found.vulnerable == ["requests 2.0.0: PYSEC-2014-13 (fixed in 2.3.0)"]
    assert (found.asked, found.unasked) == (2, [])


@needs_pip_audit
def test_without_a_network_it_is_said_and_nothing_is_found(pinned: Path) -> None:
    found = ask(PYTHON, pinned, "http://127.0.0.1:9/v1/query")
    assert (found.vulnerable, found.asked) == ([], 0)
    assert len(found.unasked) == 1


def test_what_was_skipped_is_named() -> None:
    packages = [
        {"name": "a", "version": "1", "vulns": []},
        {"name": "b", "skip_reason": "not found on PyPI"},
        {"name": "c", "version": "2", "vulns": [{"id": "X-1", "fix_versions": []}]},
    ]
    found = findings(json.dumps({"dependencies": packages}), "")
    assert found == (["c 2: X-1 (fixed in no version yet)"], 2, ["b"])


@pytest.mark.parametrize("output", ["", "[]", "{}", "Traceback"])
def test_no_answer_is_no_clean_bill(output: str) -> None:
    assert findings(output, "a\nconnection refused\n") == ([], 0, ["connection refused"])
    assert findings(output, "").unasked == ["pip-audit said nothing"]
