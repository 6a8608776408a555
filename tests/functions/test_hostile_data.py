"""Markup, path tricks, confusable letters and forged headers: data, and nothing else."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import pytest
import requests
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from tests.functions.conftest import Host, accepted, refused
from tests.functions.running_app import App, NoRoute
from undertone.pipeline import names

pytestmark = pytest.mark.azurite

HOSTILE = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "%2e%2e%2f%2e%2e%2fstops%2f",
    "a\x00b\r\nSet-Cookie: a=b",
    "\u202egnp.exe",
    "r\u0435ddit \u0430dmin",
    "con", "nul.txt", ".", "..", "-rf", "=cmd|' /C calc'!A0", "{{7*7}}", "${jndi:ldap://x}",
    "'; DROP TABLE jobs; --", "\ufeff\u200b", "a" * 200,
]  # fmt: skip
BLOB = re.compile(
    rf"[{names.ALPHABET}]{{25}}/[\w./-]+|(index|idempotency|open|stops|feedback|erasures)/[\w/]+|"
    r"(fetched|runs|throttle|shown)/[\w./-]+|"
    r"collections/[0-9a-f]{40}/[a-z0-9-]+/[\w.]+"
)


NO_IDS = [*HOSTILE, "0" * 24, "y" * 26, "Y" * 25, "\u0443" * 25, "y/" * 12]


def blob_names(storage: str) -> list[str]:
    with BlobServiceClient.from_connection_string(storage) as service:
        return [
            blob.name
            for container in ("jobs", "results", "comments")
            for blob in service.get_container_client(container).list_blobs()
        ]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_text_of_others_is_data_wherever_it_is_shown(
    app: App, host: Host, azurite: str, text: str
) -> None:
    comment = {"text": text, "author": text, "id": text, "parent": text}
    post = {"id": text, "title": text, "comments": [comment]}
    body = {"name": text, "posts": [post], "urls": [text]}
    job = accepted(app.post(body))["job_id"]
    host.drain()
    for call in ("", "/status", "/download", "?page=0"):
        answer = app.http("GET", f"/api/jobs/{job}{call}")
        if answer.body:
            assert answer.headers["content-type"].startswith("application/json")
            assert answer.headers["x-content-type-options"] == "nosniff"
        assert not any("\n" in value or "\r" in value for value in answer.headers.values())
        if answer.status == 302:
            file = requests.get(answer.headers["location"], timeout=10)
            assert file.headers["content-type"] == "text/csv; charset=utf-8"
            assert file.headers["content-disposition"].startswith("attachment; ")
            said = re.findall(r'filename="([^"]*)"', file.headers["content-disposition"])
            assert re.fullmatch(r"[\w.() -]+ posts\.csv", said[0], re.ASCII), said
    lines = requests.get(
        app.http("GET", f"/api/jobs/{job}/download?file=comments.jsonl").headers["location"],
        timeout=10,
    ).content.splitlines()
    kept = json.loads(lines[0])
    assert (kept["author"], kept["comment_id"]) == (text, text)
    assert all(BLOB.fullmatch(name) for name in blob_names(azurite))
    app.http("DELETE", f"/api/jobs/{job}")
    host.drain()


@pytest.mark.parametrize("text", NO_IDS)
@pytest.mark.parametrize(("method", "call"), [("GET", ""), ("GET", "/status"), ("DELETE", ""),
                         ("GET", "/download"), ("POST", "/cancel")])  # fmt: skip
def test_no_id_leads_anywhere_but_to_a_job(
    app: App, azurite: str, method: str, call: str, text: str
) -> None:
    app.http("GET", "/api/jobs")  # the app makes its containers with the first call
    before = blob_names(azurite)
    try:
        answer = app.http(method, f"/api/jobs/{quote(text, safe='')}{call}")
    except NoRoute:
        return
    if answer.status == 405:  # `.` and `..` name another address
        return
    refused(answer, 404)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert blob_names(azurite) == before


def test_hosts_that_look_like_a_platforms_are_none(app: App, host: Host) -> None:
    sent = [
        "https://www.y\u043eutube.com/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com.evil.example/watch?v=dQw4w9WgXcQ",
        "https://youtube.com@evil.example/watch?v=dQw4w9WgXcQ",
        "https://evil.example/www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://n\u0435ws.ycombinator.com/item?id=1",
        "javascript:alert(1)//news.ycombinator.com/item?id=1",
        "https://169.254.169.254/@someone/109",
        "file:///etc/passwd",
    ]
    answer: dict[str, Any] = accepted(app.post({"urls": sent}))
    assert [each["url"] for each in answer["rejected"]] == sent
    app.http("DELETE", f"/api/jobs/{answer['job_id']}")
    host.drain()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", True),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\nX: y", False),
        ('","job":"another', False),
        ("x" * 60_000, False),
    ],
)
def test_only_a_traceparent_goes_into_messages(
    app: App, host: Host, azurite: str, sent: str, kept: bool
) -> None:
    job = accepted(app.post({"posts": [{"id": "p", "comments": []}]}, traceparent=sent))["job_id"]
    with QueueServiceClient.from_connection_string(azurite):
        (message,) = host.take("posts")
    carried = json.loads(message).get("traceparent", "")
    assert carried == (sent if kept else "")
    app.http("DELETE", f"/api/jobs/{job}")
    host.drain()
