"""Collections over HTTP: what they ask, texts one by one, jobs of their windows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.functions.conftest import Host, refused
from tests.functions.running_app import Answer, App
from undertone.identity.callers import SHARED
from undertone.pipeline.names import collection_key

pytestmark = pytest.mark.azurite

ASKED = {"entities": [{"name": "Ann Lee"}, {"name": "Ann"}]}


def call(app: App, method: str, path: str, sent: Any) -> Answer:
    headers = {"content-type": "application/json"}
    return app.http(method, f"/api/{path}", json.dumps(sent).encode(), headers=headers)


def test_a_stream_from_its_collection_to_its_first_job(app: App, host: Host) -> None:
    made = call(app, "PUT", "collections/shop", ASKED).json
    assert made["entities"] == [{"name": "Ann Lee", "aliases": ["Ann"]}]
    assert "Ann" in made["notes"][0]
    one = {"collection": "shop", "id": "1", "text": "great, Ann", "readers": 7}
    assert call(app, "POST", "texts", one).json == {
        "accepted": 1,
        "empty": 0,
        "window_seconds": 300,
    }
    many = {"collection": "shop", "texts": [{"text": " "}, {"id": "2", "text": "bad"}]}
    answer = call(app, "POST", "texts", many)
    assert answer.status == 202
    assert (answer.json["accepted"], answer.json["empty"]) == (2, 1)
    assert call(app, "GET", "collections/shop", {}).json["jobs"] == []
    host.app.queue("windows", _message())
    host.app.queue("windows", _message())
    host.drain()
    (job,) = call(app, "GET", "collections/shop", {}).json["jobs"]
    asked = {"job": job["job_id"], "query": "top_entities_by_readers"}
    assert call(app, "POST", "insights/query", asked).json["rows"] == [[1, "Ann Lee", 7, 1]]
    asked["query"] = "empty_texts"
    assert call(app, "POST", "insights/query", asked).json["rows"][0][2] == 1
    assert app.http("DELETE", "/api/collections/shop").status == 204
    refused(call(app, "POST", "texts", one), 404)
    refused(app.http("GET", "/api/collections/shop"), 404)


@pytest.fixture(autouse=True)
def _no_messages_left(host: Host) -> Iterator[None]:
    """Those that wait for the end of a window, which no other test expects."""
    yield
    host.queues.get_queue_client("windows").clear_messages()


def _message() -> bytes:
    """As the one that is delayed in the queue until the window is over."""
    message = {"job": collection_key(SHARED, "shop"), "posts": 0, "v": 1}
    return json.dumps(message | {"deadline": "2030-01-01T00:00:00Z"}).encode()


@pytest.mark.parametrize("name", ["Shop", "-a", "a_b", "x" * 64, "a%20b"])
def test_names_that_no_collection_has(app: App, name: str) -> None:
    refused(call(app, "PUT", f"collections/{name}", ASKED))


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"collection": "c", "text": 5}, "texts[0].text"),
        ({"collection": "c", "texts": []}, "body.texts"),
        ({"collection": "c", "texts": [{"text": "a"}] * 1001}, "body.texts"),
        ({"collection": "c", "text": "a", "readers": -1}, "texts[0].readers"),
        ({"collection": "c", "text": "a", "time": "soon"}, "texts[0].time"),
        ({"collection": "c", "text": "a", "colour": 1}, "texts[0].colour"),
        ({"text": "a"}, "body.collection"),
        ({"collection": "C!", "text": "a"}, "collection"),
        (["a"], "body"),
    ],
)
def test_texts_that_are_refused(app: App, sent: Any, field: str) -> None:
    assert field in refused(call(app, "POST", "texts", sent))["errors"]


def test_a_body_that_is_too_large(app: App) -> None:
    refused(call(app, "POST", "texts", {"collection": "c", "text": "a" * 2_100_000}), 413)
