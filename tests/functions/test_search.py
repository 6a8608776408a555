"""Search over HTTP, with the real encoder."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.functions.conftest import Host, accepted, refused
from tests.functions.running_app import Answer, App

pytestmark = pytest.mark.azurite

TEXTS = [
    "a kitten plays on the grass near the fountain",
    "I love this #StarFall update",
    "the bank raised its interest rates",
    "=1+1 the update is terrible",
    "",
]


def body(name: str) -> dict[str, Any]:
    comments = [{"text": text} for text in TEXTS]
    post = {"id": name, "title": f"about {name}", "comments": comments}
    return {"posts": [post], "insights": {"search": True}}


def find(app: App, query: str, more: str = "") -> Answer:
    return app.http("GET", f"/api/search?query={quote(query)}{more}")


def test_a_search_from_job_to_hits(app: App, host: Host) -> None:
    jobs = [accepted(app.post(body(name)))["job_id"] for name in ("one", "two")]
    refused(find(app, "cat", f"&job={jobs[0]}"), 409)
    host.drain()
    found = find(app, "cat in a park", f"&job={jobs[0]}&k=2").json
    first = found["comments"][0]
    assert len(found["comments"]) == 2
    assert (first["text"], first["comment_id"]) == (TEXTS[0], "1")
    assert first["job_id"] == jobs[0]
    assert first["id"] == f"{jobs[0]}.0"
    assert first["post"] | {"url": ""} == {
        "row": 1, "platform": "upload", "post_id": "one", "url": "", "title": "about one",
    }  # fmt: skip
    assert first["label"] in {"negative", "neutral", "positive"}
    assert -1 <= first["sentiment"] <= 1
    assert found["posts"][0]["comments"] == 2
    tag = find(app, "#starfall", f"&job={','.join(jobs)}").json
    assert [one["text"] for one in tag["comments"][:2]] == [TEXTS[1]] * 2
    assert tag["jobs"] == jobs
    assert {*find(app, "cat").json["jobs"]} >= {*jobs}


@pytest.mark.parametrize(
    ("asked", "status", "field"),
    [
        ("", 422, "query"),
        ("query=%20", 422, "query"),
        (f"query={'x' * 501}", 422, "query"),
        ("query=a&k=0", 422, "k"),
        ("query=a&k=101", 422, "k"),
        ("query=a&k=ten", 422, "k"),
        ("query=a&job=../x", 404, ""),
        (f"query=a&job={'0' * 25}", 404, ""),
        (f"query=a&job={','.join(str(n) for n in range(50))}", 422, "job"),
    ],
)
def test_what_cannot_be_searched(app: App, asked: str, status: int, field: str) -> None:
    assert list(refused(app.http("GET", f"/api/search?{asked}"), status)["errors"]) == (
        [field] if field else []
    )


def test_a_plain_job_cannot_be_searched(app: App, host: Host) -> None:
    plain = body("plain")
    del plain["insights"]
    job = accepted(app.post(plain))["job_id"]
    host.drain()
    assert "search" in refused(find(app, "cat", f"&job={job}"), 404)["detail"]
