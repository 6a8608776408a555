"""Own posts by HTTP: one by one and in bulk, and their analysis."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.functions.conftest import Host, accepted, refused
from tests.functions.running_app import Answer, App
from undertone.own_posts.bulk import QUEUE

pytestmark = pytest.mark.azurite


def call(app: App, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = b"" if body is None else json.dumps(body).encode()
    return app.http(method, f"/api/{path}", sent, headers=named)


def test_a_post_is_made_read_changed_and_removed(app: App) -> None:
    sent = {"id": "life 1", "content": "Hello, world! It's fine.", "title": "One"}
    made = call(app, "POST", "posts", sent)
    assert made.status == 201
    assert made.json.items() >= sent.items()
    assert call(app, "POST", "posts", sent).status == 200
    refused(call(app, "POST", "posts", {**sent, "content": "Other"}), 409)
    found = call(app, "GET", "posts/life%201")
    assert found.json["created_at"] == made.json["created_at"]
    etag = found.headers["etag"]
    assert call(app, "GET", "posts/life%201", if_none_match=etag).status == 304
    changed = call(app, "PUT", "posts/life%201", {"content": "Changed."})
    assert (changed.status, changed.json["status"]) == (200, "changed")
    assert changed.json["created_at"] == made.json["created_at"]
    assert call(app, "GET", "posts/life%201", if_none_match=etag).json["content"] == "Changed."
    assert call(app, "PUT", "posts/put%20first", {"content": "New."}).status == 201
    assert call(app, "DELETE", "posts/life%201").status == 204
    refused(call(app, "GET", "posts/life%201"), 404)
    refused(call(app, "DELETE", "posts/life%201"), 404)


def test_the_analysis_of_a_post(app: App) -> None:
    content = "What a lovely day! Go to https://example.org #spring @bob 😍 It's great."
    call(app, "POST", "posts", {"id": "analysed", "content": content})
    answer = call(app, "GET", "v1/posts/analysed/analysis")
    assert answer.status == 200
    found = answer.json
    assert (found["words"], found["sentences"]) == (10, 2)
    assert found["average_word_length"] == round((4 + 1 + 6 + 3 + 2 + 2 + 6 + 3 + 4 + 5) / 10, 2)
    assert found["hashtags"] == ["#spring"]
    assert found["mentions"] == ["@bob"]
    assert found["links"] == ["https://example.org"]
    assert found["emoji"] == ["😍"]
    sentiment = found["sentiment"]
    assert sentiment["label"] == "positive"
    assert sum(sentiment[k] for k in ("negative", "neutral", "positive")) == pytest.approx(
        1, abs=0.01
    )
    assert 800 < int(answer.headers["cache-control"].partition("max-age=")[2]) <= 900
    assert answer.headers["cache-control"].startswith("private")
    again = call(app, "GET", "posts/analysed/analysis", if_none_match=answer.headers["etag"])
    assert again.status == 304
    call(app, "PUT", "posts/analysed", {"content": "Two words."})
    assert call(app, "GET", "posts/analysed/analysis").json["words"] == 2
    refused(call(app, "GET", "posts/nobody/analysis"), 404)


@pytest.mark.parametrize("prefix", ["posts", "posts/", "v1/posts", "v1/posts/"])
def test_addresses_have_two_forms_and_may_end_in_a_slash(app: App, prefix: str) -> None:
    id_ = prefix.replace("/", "-")
    assert call(app, "POST", prefix, {"id": id_, "content": "x"}).status == 201
    slash = "/" if prefix.endswith("/") else ""
    address = f"{prefix.rstrip('/')}/{id_}"
    assert call(app, "GET", f"{address}{slash}").json["id"] == id_
    assert call(app, "GET", f"{address}/analysis{slash}").json["words"] == 1


@pytest.mark.parametrize(
    "id_", ["пост", "投稿", "a" * 200, "dots..and.more", "<script>", "100%", "a b"]
)
def test_ids_in_any_script(app: App, id_: str) -> None:
    assert call(app, "POST", "posts", {"id": id_, "content": "x"}).status in {200, 201}
    assert call(app, "GET", f"posts/{quote(id_, safe='')}").json["id"] == id_


@pytest.mark.parametrize("id_", ["", "a" * 201, "../x", "a/b", "a\\b", ".", "..", "a\x00b"])
def test_ids_that_are_none(app: App, id_: str) -> None:
    assert refused(call(app, "POST", "posts", {"id": id_, "content": "x"}))["errors"].keys() == {
        "post.id"
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"id": "1"}, "post.content"),
        ({"id": "1", "content": 7}, "post.content"),
        ({"id": "1", "content": "x", "author": "me"}, "post.author"),
        ({"id": "1", "content": "x", "created_at": "soon"}, "post.created_at"),
        ({"id": "1", "content": "x", "created_at": "2999-01-01T00:00:00Z"}, "created_at"),
        ({"id": "1", "content": "x", "imageUri": "javascript:alert(1)"}, "post.imageUri"),
        ({"id": "1", "content": "é" * 600_000}, "post.content"),
    ],
)
def test_what_is_wrong_is_named(app: App, body: dict[str, Any], field: str) -> None:
    assert refused(call(app, "POST", "posts", body))["errors"].keys() == {field}


@pytest.mark.parametrize("body", [b"{", b"nonsense"])
def test_bodies_that_are_no_json(app: App, body: bytes) -> None:
    refused(app.http("POST", "/api/posts", body), 400)


def test_a_mebibyte_is_taken_and_analysed(app: App) -> None:
    content = "Hello wörld, don't you. " * 40_000
    assert call(app, "PUT", "posts/large", {"content": content}).status in {200, 201}
    assert call(app, "GET", "posts/large/analysis").json["words"] == 4 * 40_000


def deliver(app: App, host: Host) -> None:
    for body in host.take(QUEUE):
        error = app.queue("keep_posts", body)
        assert not error, error


@pytest.mark.parametrize("form", ["list", "lines"])
def test_posts_in_bulk(app: App, host: Host, form: str) -> None:
    host.take(QUEUE)
    posts: list[Any] = [{"id": f"{form} {n}", "content": f"Post {n}"} for n in range(120)]
    posts[7] = {"id": "wrong"}
    posts[8] = 8
    body = json.dumps(posts) if form == "list" else "\n".join(map(json.dumps, posts)) + "\n\n"
    kind = "application/json" if form == "list" else "application/x-ndjson"
    sent = accepted(app.http("POST", "/api/posts", body.encode(), headers={"content-type": kind}))
    address = sent["links"]["self"].partition("/api/")[2]
    assert call(app, "GET", address).json["status"] == "waiting"
    deliver(app, host)
    first = call(app, "GET", address).json
    assert (first["status"], len(first["rows"])) == ("done", 100)
    states = [row["status"] for row in first["rows"]]
    assert states[7] == states[8] == "rejected"
    assert "content" in first["rows"][7]["detail"]
    assert states.count("created") == 98
    second = call(app, "GET", first["next"].partition("/api/")[2]).json
    assert [row["row"] for row in second["rows"]] == list(range(101, 121))
    assert second["next"] is None
    assert call(app, "GET", f"posts/{form}%20119").json["content"] == "Post 119"


def test_a_page_that_failed_every_try_says_so(app: App, host: Host) -> None:
    host.take(QUEUE)
    body = json.dumps([{"id": "poisoned", "content": "x"}]).encode()
    sent = accepted(app.http("POST", "/api/posts", body))
    (message,) = host.take(QUEUE)
    assert app.queue("poison_keep_posts", message) == ""
    assert app.queue("poison_keep_posts", b"nobody's") == ""
    address = sent["links"]["self"].partition("/api/")[2]
    assert call(app, "GET", address).json["rows"][0]["status"] == "failed"


def test_more_posts_than_one_call_takes(app: App) -> None:
    problem = refused(app.http("POST", "/api/posts", b"[" + b"{}," * 10_000 + b"{}]"))
    assert "10,000" in problem["detail"]
    refused(app.http("POST", "/api/posts", b"[]"))
    refused(call(app, "GET", "post-batches/none"), 404)


def test_the_figures_of_its_comments_stand_beside_a_post(app: App, host: Host) -> None:
    comments = [{"text": "I love it so much, wonderful!"} for _ in range(40)]
    job = accepted(app.post({"posts": [{"id": "p", "comments": comments}]}))["job_id"]
    host.drain()
    body = {"content": "Our spring collection.", "comments": {"job": job, "row": 1}}
    call(app, "PUT", "posts/commented", body)
    found = call(app, "GET", "posts/commented/analysis").json
    assert found["comments"]["verdict"] == "positive"
    assert found["comments"]["fetched"] == 40
