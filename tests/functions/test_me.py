"""All that is stored of the caller: given, and removed until nothing of it can be had."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from devhost import azurite as emulator
from tests.fakes.posts import post_url
from tests.fakes.world import World
from tests.functions.conftest import Host, accepted, refused
from tests.functions.running_app import App, running_app
from tools.project import AZURITE_HOME

pytestmark = pytest.mark.azurite

MARKS = ("qu0kka-name", "qu0kka-title", "qu0kka-text", "qu0kka-author", "qu0kka-post")
KEY = "qu0kka-key"


def a_job(app: App, **options: Any) -> str:
    name, title, text, author, post = MARKS
    comments = [{"text": f"{text} is great", "author": author}]
    body = {
        "name": name,
        "urls": [post_url("hackernews", comments=30)],
        "posts": [{"id": post, "title": title, "comments": comments}],
        **options,
    }
    job: str = accepted(app.post(body, idempotency_key=KEY))["job_id"]
    return job


def a_stream(app: App) -> None:
    """A collection with texts of two calls."""
    name, title, text, author, post = MARKS
    asked = {"entities": [{"name": title}]}
    assert app.http("PUT", f"/api/collections/{name}", json.dumps(asked).encode()).status == 200
    for id_ in (post, "other"):
        sent = {"collection": name, "id": id_, "text": f"{text} is bad", "author": author}
        assert app.http("POST", "/api/texts", json.dumps(sent).encode()).status == 202


def keep_more(app: App) -> None:
    """What other rooms keep of a user: a post, its analysis, who is followed."""
    post = {"id": MARKS[1], "content": MARKS[2]}
    for method, path, body in (
        ("PUT", f"posts/{MARKS[1]}", post),
        ("GET", f"posts/{MARKS[1]}/analysis", {}),
        ("PUT", f"feed/sources/users/{MARKS[3]}", {}),
    ):
        answer = app.http(method, f"/api/{path}", json.dumps(body).encode())
        assert answer.status < 300, answer.body


def all_data(app: App) -> list[dict[str, Any]]:
    pages = [app.http("GET", "/api/me/data").json]
    while pages[-1]["next"]:
        address = urlsplit(pages[-1]["next"])
        pages.append(app.http("GET", f"{address.path}?{address.query}").json)
    return pages


def readable(storage: str) -> bytes:
    """Names and contents of all blobs, staged blocks included, and all messages, by the API."""
    found: list[bytes] = []
    with BlobServiceClient.from_connection_string(storage) as blobs:
        for container in blobs.list_containers(include_metadata=True):
            client = blobs.get_container_client(container.name)
            for blob in client.list_blobs(include=["uncommittedblobs", "snapshots", "deleted"]):
                found.append(blob.name.encode())
                if blob.size:
                    found.append(client.download_blob(blob.name).readall())
    with QueueServiceClient.from_connection_string(storage) as queues:
        for queue in queues.list_queues():
            client_of = queues.get_queue_client(queue.name)
            found += [m.content.encode() for m in client_of.peek_messages(max_messages=32)]
    return b"\n".join(found)


def test_what_is_stored_is_given_with_links_to_the_files(app: App, host: Host) -> None:
    job = a_job(app, insights={"entities": [{"name": MARKS[2]}]})
    a_stream(app)
    _end(host)
    keep_more(app)
    pages = all_data(app)
    (data,) = [each for page in pages for each in page.get("jobs", ()) if each["job_id"] == job]
    assert data["request"]["name"] == MARKS[0]
    assert [row["sent"] for row in data["sent"]][1] == MARKS[4]
    file = requests.get(data["files"]["comments.jsonl"], timeout=10).text
    lines = [json.loads(line) for line in file.splitlines()]
    assert lines[-1]["author"] == MARKS[3]
    assert any(len(post["comments"]) == 30 for page in pages for post in page["cached_comments"])
    assert {"facts.zip", "fact_mention-00000.parquet"} <= data["files"].keys()
    assert requests.get(data["files"]["facts.zip"], timeout=10).content.startswith(b"PK")
    streams = [stream for page in pages for stream in page.get("collections", ())]
    assert streams[0]["collection"]["insights"]["entities"] == [{"name": MARKS[1]}]
    assert [text["id"] for stream in streams for text in stream["texts"]] == [MARKS[4], "other"]
    other = [entry for page in pages for entry in page["other"]]
    assert all(entry["blob"].endswith(".png") for entry in other if "link" in entry)
    kept = [line for entry in other for line in entry.get("lines", ())]
    assert MARKS[2] in [line.get("content") for line in kept]
    assert {"kind": "users", "id": MARKS[3]} in [
        s for line in kept for s in line.get("sources", ())
    ]
    app.http("DELETE", f"/api/jobs/{job}")
    app.http("DELETE", f"/api/posts/{MARKS[1]}")
    app.http("DELETE", f"/api/feed/sources/users/{MARKS[3]}")
    app.http("DELETE", f"/api/collections/{MARKS[0]}")
    host.drain()


def _end(host: Host) -> None:
    """All that waits now; the emulator delays messages of windows, which nobody expects here."""
    host.queues.get_queue_client("windows").clear_messages()
    host.drain()


def test_where_to_go_on_is_what_next_says(app: App) -> None:
    assert "next" in refused(app.http("GET", "/api/me/data?after=x"), 400)["errors"]["after"]


def test_of_a_user_who_was_removed_nothing_is_found(platforms: World, tmp_path: Path) -> None:
    """By all that the service can still be asked for. The emulator keeps the bytes of deleted blobs
    in its `__blobstorage__` until its garbage collector comes by, minutes later; its list of blobs
    and messages (`__azurite_db_*`) has forgotten them at once. Azure removes them itself, unless
    the account keeps deleted blobs (soft delete): docs/privacy.md."""
    with emulator.azurite(folder=tmp_path, home=AZURITE_HOME) as storage:
        settings = {
            "AzureWebJobsStorage": storage,
            "ANALYZER": "vader",
            "PLATFORMS_BASE": platforms.base,
        }
        with (
            running_app(settings) as app,
            QueueServiceClient.from_connection_string(storage) as queues,
        ):
            host = Host(app, queues)
            ended = a_job(app, insights={"entities": [{"name": MARKS[2]}]})
            a_stream(app)
            host.drain()
            running = accepted(app.post({"posts": [{"id": MARKS[4], "comments": []}]}))["job_id"]
            keep_more(app)
            before = readable(storage)
            assert all(mark.encode() in before for mark in MARKS)
            assert app.http("DELETE", "/api/me").status == 204
            for job in (ended, running):
                refused(app.http("GET", f"/api/jobs/{job}"), 404)
            assert app.http("GET", "/api/jobs").json["jobs"] == []
            host.drain()
            pages = all_data(app)
            kinds = ("jobs", "cached_comments", "collections", "other")
            assert len(pages) > 4
            assert [page[kind] for page in pages for kind in kinds if page[kind]] == []
            after = readable(storage)
            assert [mark for mark in (*MARKS, KEY) if mark.encode() in after] == []
    lists = list(tmp_path.glob("__azurite_db_*.json"))
    assert len(lists) >= 2
    for listed in lists:
        assert not any(mark.encode() in listed.read_bytes() for mark in (*MARKS, KEY))
