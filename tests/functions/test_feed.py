"""The feed by HTTP: own posts, followed ones, jobs, cursors in Link."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.functions.conftest import Host, accepted, refused
from tests.functions.running_app import Answer, App
from undertone.own_posts import names

pytestmark = pytest.mark.azurite


def call(app: App, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = b"" if body is None else json.dumps(body).encode()
    return app.http(method, f"/api/{path}", sent, headers=named)


def link(answer: Answer, rel: str) -> str:
    """The path of a link, below /api/; empty if there is none."""
    found = re.search(rf'<[^>]*/api/([^>]*)>; rel="{rel}"', answer.headers["link"])
    return found.group(1) if found else ""


@pytest.fixture(scope="module", autouse=True)
def _posts(app: App) -> Iterator[None]:
    for number in range(5):
        moment = f"1999-01-0{number // 2 + 1}T00:00:00Z"
        body = {"content": f"Post {number}", "created_at": moment, "title": f"{number}"}
        assert call(app, "PUT", f"posts/feed-{number}", body).status == 201
    yield
    for number in range(5):
        call(app, "DELETE", f"posts/feed-{number}")


def items(app: App, answer: Answer) -> list[dict[str, Any]]:
    """Those of this page and of all that follow; other tests have posts too."""
    found = []
    while True:
        assert answer.status == 200, answer.body
        found += answer.json
        if not (following := link(answer, "next")):
            return [item for item in found if item["id"].startswith("feed-")]
        answer = call(app, "GET", following)


def ids(app: App, answer: Answer) -> list[str]:
    return [item["id"] for item in items(app, answer)]


def test_the_body_is_the_list_newest_first(app: App) -> None:
    found = items(app, call(app, "GET", "feed?limit=100&timestamp=1998-12-31T00:00:00Z"))
    shown = [item["id"] for item in found]
    assert shown[0] == "feed-4"
    assert set(shown[1:3]) == {"feed-2", "feed-3"}
    assert set(shown[3:]) == {"feed-0", "feed-1"}
    assert found[-1].keys() >= {
        "id",
        "title",
        "content",
        "imageUri",
        "created_at",
        "verdict",
        "analysis",
    }


@pytest.mark.parametrize(
    "timestamp",
    ["1999-01-01T00:00:00Z", "1999-01-01T00:00:00%2B00:00", "915148800", "915148800000"],
)
def test_only_what_is_newer_than_the_timestamp(app: App, timestamp: str) -> None:
    found = ids(app, call(app, "GET", f"feed?limit=100&timestamp={timestamp}"))
    assert sorted(found) == ["feed-2", "feed-3", "feed-4"]


def test_the_same_by_a_body(app: App) -> None:
    body = {"timestamp": "1999-01-02T00:00:00Z", "limit": 100}
    assert ids(app, call(app, "POST", "feed", body)) == ["feed-4"]
    assert ids(app, call(app, "POST", "feed", {"timestamp": 915235200, "limit": 100})) == ["feed-4"]


def test_pages_and_what_comes_after(app: App) -> None:
    page = call(app, "GET", "feed?limit=7")
    found = [item["id"] for item in page.json]
    while following := link(page, "next"):
        page = call(app, "GET", following)
        found += [item["id"] for item in page.json]
    assert len(set(found)) == len(found)
    found = [id_ for id_ in found if id_.startswith("feed-")]
    assert sorted(found) == [f"feed-{number}" for number in range(5)]
    newer = link(page, "prev")
    assert call(app, "GET", newer).json == []
    assert call(app, "POST", "posts", {"id": "feed-new", "content": "x"}).status == 201
    assert ids(app, call(app, "GET", newer)) == ["feed-new"]
    assert ids(app, call(app, "GET", link(call(app, "GET", newer), "prev"))) == []
    call(app, "DELETE", "posts/feed-new")


def test_a_feed_that_has_not_changed(app: App) -> None:
    etag = call(app, "GET", "feed").headers["etag"]
    assert call(app, "GET", "feed", if_none_match=etag).status == 304
    call(app, "PUT", "posts/feed-4", {"content": "Changed", "title": "4"})
    assert call(app, "GET", "feed?limit=100", if_none_match=etag).status == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "feed.limit"),
        ("limit=1000", "feed.limit"),
        ("limit=x", "feed.limit"),
        ("ranking=best", "feed.ranking"),
        ("colour=red", "feed.colour"),
        ("cursor=nonsense", "cursor"),
        ("timestamp=soon", "timestamp"),
        ("timestamp=1e400", "timestamp"),
    ],
)
def test_what_is_wrong_is_named(app: App, query: str, field: str) -> None:
    assert refused(call(app, "GET", f"feed?{query}"))["errors"].keys() == {field}


def test_an_analysis_that_is_there_is_shown(app: App) -> None:
    call(app, "GET", "posts/feed-0/analysis")
    found = items(app, call(app, "GET", "feed?limit=100"))
    (item,) = [item for item in found if item["id"] == "feed-0"]
    assert item["analysis"]["words"] == 2


def test_users_posts_and_jobs_are_followed(app: App, host: Host) -> None:
    comments = [{"text": "I hate this so much, terrible!"} for _ in range(40)]
    sent = {"posts": [{"id": "p", "comments": comments}], "name": "Launch"}
    job = accepted(app.post(sent))["job_id"]
    path = f"feed/sources/jobs/{job}"
    assert call(app, "PUT", path).status == 201
    assert call(app, "PUT", path).status == 200
    assert not [item for item in call(app, "GET", "feed").json if item["id"] == job]
    host.drain()
    (item,) = [item for item in call(app, "GET", "feed").json if item["id"] == job]
    assert (item["title"], item["verdict"]) == ("Launch", "negative")
    notable = call(app, "GET", "feed?ranking=notable").json
    known = [item["verdict"] is not None for item in notable]
    assert known == sorted(known, reverse=True), "those of which a mood is known come first"
    assert job in [item["id"] for item in notable]
    assert call(app, "GET", "feed/sources").json["sources"] == [{"kind": "jobs", "id": job}]
    assert call(app, "DELETE", path).status == 204
    refused(call(app, "DELETE", path), 404)


@pytest.mark.parametrize("path", ["jobs/none", "jobs/" + "0" * 25, "posts/none", "pages/1"])
def test_what_is_not_there_cannot_be_followed(app: App, path: str) -> None:
    refused(call(app, "PUT", f"feed/sources/{path}"), 404)


def test_long_posts_are_cut_in_a_feed(app: App) -> None:
    call(app, "PUT", "posts/feed-long", {"content": "long " * 5_000})
    (item,) = [i for i in items(app, call(app, "GET", "feed?limit=100")) if i["id"] == "feed-long"]
    assert (len(item["content"]), item["content_is_cut"]) == (10_000, True)
    call(app, "DELETE", "posts/feed-long")


def test_keys_have_their_length() -> None:
    assert len(names.timeline_key("1999-01-01T00:00:00.000Z", "x")) == names.KEY_LENGTH
