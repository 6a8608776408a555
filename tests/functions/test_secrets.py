"""A run with marked secrets, whose platforms echo all that they are sent: the marks are nowhere.

Looked through are the emulator's data folder byte by byte (blobs and queues, deleted ones too), all
that the app's process wrote, what it told the host, and every answer to a caller.
"""

from __future__ import annotations

import json
import os
import sys
from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from azure.storage.queue import QueueServiceClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from devhost import azurite as emulator
from tests.fakes.posts import post_url
from tests.fakes.server import serving
from tests.functions.conftest import QUEUES, Host, accepted
from tests.functions.running_app import Answer, App, running_app
from tools.project import AZURITE_HOME
from undertone.settings import EMULATOR_ACCOUNT
from undertone.vault import SECRET_SETTINGS

pytestmark = pytest.mark.azurite

SECRETS = {name: f"m4rk3r/{name}+=with-signs-and-a-length" for name in SECRET_SETTINGS}
API_KEY = "m4rk3r-of-the-program-that-calls-here-itself"
SECRETS["API_KEYS"] = f"program:{sha256(API_KEY.encode()).hexdigest()}"
TOKEN = "m4rk3r-of-a-login-that-a-platform-gave"
MARK = b"m4rk3r"
PERSON = "quokka.surname"
TEXT = "a text that names the numbat"
PLATFORMS = ("youtube", "reddit", "instagram", "tiktok")


async def echo(request: Request) -> Response:
    """Says what it was sent in every field that an error's message may be in."""
    authorization = request.headers.get("authorization", "")
    sent = f"{authorization} {dict(request.query_params)} {(await request.body()).decode()} "
    if authorization.startswith("Basic "):
        sent += b64decode(authorization[6:]).decode()
    if "token" in request.url.path:
        return JSONResponse({"access_token": TOKEN, "token_type": "bearer", "expires_in": 3600})
    said = f"no: {unquote(sent)} {sent}"
    error = {"message": said, "type": said, "code": 99, "errors": [{"reason": said}]}
    if "tiktok" in request.url.path:
        error["code"] = f"odd {said}"
    return JSONResponse({"error": error, "message": said, "reason": said}, 400)


class Keyed(App):
    """Calls the app with the key of a program."""

    def http(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        return super().http(
            method, path, body, headers={**(headers or {}), "x-functions-key": API_KEY}
        )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("azurite")


def run(app: App, host: Host) -> list[bytes]:
    """Jobs through every step, failures of all kinds included; the answers."""
    answers: list[bytes] = []
    urls = [post_url(platform, comments=3) for platform in PLATFORMS]
    urls.append("https://www.reddit.com/r/standin/s/abc")
    comments = [{"text": TEXT, "author": PERSON}]
    body = {"urls": urls, "posts": [{"id": "p", "comments": comments}]}
    job = accepted(app.post(body))["job_id"]
    tries: dict[bytes, int] = {}
    while found := [(queue, each) for queue in QUEUES for each in host.take(queue)]:
        for queue, message in found:
            tries[message] = tries.get(message, 0) + 1
            error = app.queue(QUEUES[queue], message, dequeue_count=tries[message])
            answers.append(error.encode())
            if error:
                poison = {"fetch": "poison_posts", "score": "poison_comments"}[QUEUES[queue]]
                answers.append(app.queue(poison, message).encode())
    for call in ("", "/status", "/download"):
        answer = app.http("GET", f"/api/jobs/{job}{call}")
        answers.append(json.dumps(answer.headers).encode() + answer.body)
    rows = app.http("GET", f"/api/jobs/{job}").json["rows"]
    assert all(row["reason"] for row in rows[: len(PLATFORMS)]), rows
    assert sum("[secret]" in row["reason"] for row in rows) >= 3, [row["reason"] for row in rows]
    answers.append(app.http("GET", f"/api/jobs?limit={quote(SECRETS['APIFY_TOKEN'])}").body)
    answers.append(app.http("POST", "/api/jobs/create", b"{").body)
    return answers


@pytest.fixture(scope="module")
def answers(folder: Path) -> tuple[list[bytes], Path]:
    """The run; its answers, and a file with all that the app's process printed."""
    printed = folder.parent / "printed.txt"
    saved = os.dup(1), os.dup(2)
    with printed.open("wb") as out:
        sys.stdout.flush()
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
        try:
            found = _in_process(folder)
        finally:
            os.dup2(saved[0], 1)
            os.dup2(saved[1], 2)
    return found, printed


def _in_process(folder: Path) -> list[bytes]:
    server = Starlette(routes=[Route("/{path:path}", echo, methods=["GET", "POST"])])
    with serving(server) as base, emulator.azurite(folder=folder, home=AZURITE_HOME) as storage:
        settings = {
            "AzureWebJobsStorage": storage,
            "ANALYZER": "vader",
            "PLATFORMS_BASE": base,
            "AUTHORS": "hashed",
            "INSTAGRAM_GRAPH_USER": "1",
            "CONTENT_MODEL_ADDRESS": f"{base}/v1",
            "CONTENT_MODEL": "m",
            **SECRETS,
        }
        with (
            running_app(settings) as app,
            QueueServiceClient.from_connection_string(storage) as queues,
        ):
            return run(Keyed(app.pipe), Host(app, queues))


def forms(mark: bytes) -> set[bytes]:
    """How a text may stand in a file: as it is, or in base64 at any of three offsets."""
    coded = {b64encode(b"x" * shift + mark)[4 if shift else 0 : -4] for shift in range(3)}
    return {mark, *coded}


def files_with(mark: bytes, folder: Path) -> list[str]:
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and any(form in path.read_bytes() for form in forms(mark))
    ]


def test_no_secret_is_in_anything_that_was_kept(
    answers: tuple[list[bytes], Path], folder: Path
) -> None:
    assert files_with(b"standin", folder), "the folder holds what was sent"
    for secret in (MARK, *(value.encode() for value in SECRETS.values()), TOKEN.encode()):
        assert files_with(secret, folder) == []


def test_no_author_is_in_anything_that_was_kept_where_they_are_hashed(
    answers: tuple[list[bytes], Path], folder: Path
) -> None:
    assert files_with(PERSON.encode(), folder) == []
    assert files_with(b"person-", folder) != []


def test_nothing_that_was_said_or_logged_has_a_secret_or_a_persons_words(
    answers: tuple[list[bytes], Path],
) -> None:
    said, printed = answers
    logged = printed.read_bytes()
    assert any(said)
    assert MARK not in b"".join(said)
    for mark in (MARK, TEXT.encode(), PERSON.encode(), TOKEN.encode()):
        assert mark not in logged
    assert EMULATOR_ACCOUNT.encode() not in logged


def test_the_marks_would_be_found() -> None:
    """That looking finds them, in base64 as in plain."""
    for shift in range(3):
        coded = b64encode(b"y" * shift + b"m4rk3r in a message" + b"z" * 5)
        assert any(form in coded for form in forms(b"m4rk3r in a message"))
