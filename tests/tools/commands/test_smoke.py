"""The smoke test finds a good deployment good, and tells what is wrong with a bad one."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from devhost.supervisor import DevHost
from tools.commands.smoke import (
    KEY,
    Failed,
    compare_functions,
    our_functions,
    run,
    try_job,
)
from tools.project import AZURITE_HOME, PROJECT

NAMES = sorted(our_functions())


@pytest.mark.azurite
def test_a_good_deployment_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = tmp_path / "functions.json"
    listed.write_text(json.dumps([f"func-undertone/{name}" for name in NAMES]))
    with DevHost(PROJECT, settings={}, azurite_home=AZURITE_HOME) as host:
        assert run(Namespace(url=host.url + "/", listed=listed, patience=120)) == 0
    assert "its table is right" in capsys.readouterr().out


def test_functions_that_are_missing_or_strange_are_named() -> None:
    assert {"submit", "expand", "fetch", "score", "aggregate", "reconcile"} <= set(NAMES)
    compare_functions(NAMES)
    with pytest.raises(Failed, match="1 functions are not deployed: score"):
        compare_functions([name for name in NAMES if name != "score"])
    with pytest.raises(Failed, match="another version are deployed: old"):
        compare_functions([*NAMES, "old"])
    with pytest.raises(Failed, match=f"{len(NAMES)} functions are not deployed"):
        compare_functions([])


TABLE = "fetched,mean_score\n3,{loved}\n3,{hated}\n"


class Quiet(WSGIRequestHandler):
    """Logs nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Nothing."""


class Deployment:
    """Answers as the app does, with a table of the test's choice; notes who showed which key."""

    def __init__(self) -> None:
        self.table = TABLE.format(loved="0.9", hated="-0.9")
        self.status = "200 OK"
        self.keys: dict[str, set[str]] = {}
        self.deleted = False
        self.url = ""

    def __call__(self, request: dict[str, str], start: Callable[..., object]) -> list[bytes]:
        path, method = request["PATH_INFO"], request["REQUEST_METHOD"]
        place = "storage" if path.startswith("/storage") else "app"
        self.keys.setdefault(place, set()).add(request.get("HTTP_X_FUNCTIONS_KEY", ""))
        self.deleted |= method == "DELETE"
        start(self.status, [("Content-Type", "application/json")])
        if place == "storage":
            return [self.table.encode("utf-8-sig")]
        files = {"posts.csv": f"{self.url}/storage/posts.csv?sig=x"}
        answer = {"job_id": "j", "completed_at": "now", "files": files}
        return [json.dumps(answer).encode()]


@pytest.fixture
def deployment() -> Iterator[Deployment]:
    found = Deployment()
    with make_server("127.0.0.1", 0, found, handler_class=Quiet) as server:
        found.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        yield found
        server.shutdown()


def test_the_key_goes_to_the_app_and_not_to_storage(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "secret")
    assert run(Namespace(url=deployment.url, listed=None, patience=5)) == 0
    assert deployment.keys == {"app": {"secret"}, "storage": {""}}
    assert deployment.deleted


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("fetched,mean_score\n", "0 rows instead of 2"),
        ("fetched,mean_score\n2,0.9\n3,-0.9\n", "2 comments were read"),
        (TABLE.format(loved="-0.5", hated="-0.9"), "praise scores -0.5"),
        (TABLE.format(loved="0.5", hated="0.1"), "blame 0.1"),
    ],
)
def test_a_wrong_table_is_told_and_the_job_deleted(
    deployment: Deployment, table: str, problem: str
) -> None:
    deployment.table = table
    with pytest.raises(Failed, match=problem):
        try_job(deployment.url, "", 5)
    assert deployment.deleted


def test_a_refused_key_is_told_at_once(deployment: Deployment) -> None:
    deployment.status = "401 Unauthorized"
    with pytest.raises(Failed, match="is answered 401"):
        try_job(deployment.url, "wrong", 60)


def test_an_app_that_never_answers_is_told(deployment: Deployment) -> None:
    deployment.status = "503 Service Unavailable"
    with pytest.raises(Failed, match="no good answer; the last was 503"):
        try_job(deployment.url, "", 0.5)
