"""Jobs from the first call to the last, every function invoked as the host does."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from azure.storage.blob import BlobServiceClient

from tests.fakes.posts import post_url
from tests.functions.conftest import QUEUES, Host, accepted, refused
from tests.functions.running_app import Answer, App

pytestmark = pytest.mark.azurite

TEXTS = {
    "nul": "before\x00after",
    "surrogate": "lone \ufffd here",
    "formula": '=HYPERLINK("http://x","y")',
    "lines": "one\r\ntwo\nthree",
    "long": "so good! " * 120_000,
    "empty": "",
    "emoji": "😍" * 50,
}


def upload(texts: dict[str, str]) -> dict[str, Any]:
    comments = [{"id": name, "text": text} for name, text in texts.items()]
    return {"posts": [{"id": "p", "title": "+1", "comments": comments}], "name": "Spring / 1"}


def get(app: App, job: str, call: str = "", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.http("GET", f"/api/jobs/{job}{call}", headers=named)


@pytest.fixture
def started(app: App, host: Host) -> Iterator[str]:
    """A job of one upload that nothing has been delivered for."""
    job: str = accepted(app.post(upload({"a": "great", "b": "bad"})))["job_id"]
    yield job
    if app.http("DELETE", f"/api/jobs/{job}").status == 204:
        host.drain()


@pytest.fixture
def service(azurite: str) -> Iterator[BlobServiceClient]:
    with BlobServiceClient.from_connection_string(azurite) as client:
        yield client


def download(app: App, job: str, file: str) -> requests.Response:
    link = get(app, job, f"/download?file={file}").headers["location"]
    return requests.get(link, timeout=10)


def test_comments_of_any_text_come_out_as_they_went_in(app: App, host: Host) -> None:
    body = upload(TEXTS)
    raw = json.dumps(body).replace("\\ufffd", "\\ud83d").encode()
    job = accepted(app.file(raw, "application/json"))["job_id"]
    host.drain()
    lines = [
        json.loads(line) for line in download(app, job, "comments.jsonl").text.split("\n")[:-1]
    ]
    assert {line["comment_id"]: line["text"] for line in lines} == TEXTS
    assert all(line["label"] for line in lines)
    table = csv.reader(io.StringIO(download(app, job, "comments.csv").content.decode("utf-8-sig")))
    assert [row[1] for row in table] == ["comment_id", *TEXTS]
    status = get(app, job, "/status").json
    assert (status["status"], status["comments"]) == (
        "completed",
        {"total": 7, "done": 7, "failed": 0},
    )


def test_a_job_over_platforms_from_create_to_download(app: App, host: Host) -> None:
    sent = [
        post_url("hackernews", comments=30),
        post_url("hackernews", comments=0),
        "nonsense",
        post_url("youtube", comments=3),
    ]
    job = accepted(app.post({"urls": sent}))["job_id"]
    assert host.drain() == 5  # three posts, one chunk, one end
    answer = download(app, job, "posts.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["url"], row["state"]) for row in rows] == list(
        zip(sent, ["ok", "no_comments", "unsupported", "unsupported"], strict=True)
    )
    assert rows[0]["fetched"] == "30"
    assert rows[0]["model"].startswith("vader")
    assert "YOUTUBE_API_KEY" in rows[3]["reason"]
    status = get(app, job, "/status").json
    assert (status["status"], status["posts"]) == (
        "completed_with_errors",
        {"total": 3, "done": 3, "failed": 0},
    )
    results = get(app, job).json
    assert [row["state"] for row in results["rows"]] == [row["state"] for row in rows]
    assert results["next"] is None


def test_a_large_job_is_expanded_page_by_page(app: App, host: Host) -> None:
    posts = [{"id": f"p{n}", "comments": [{"text": "fine"}]} for n in range(150)]
    job = accepted(app.post({"posts": posts}))["job_id"]
    pages = host.take("jobs")
    assert len(pages) == 2
    for body in pages:
        assert not app.queue("expand", body)
    assert len(host.take("posts")) == 150
    first = get(app, job).json
    assert len(first["rows"]) == 100
    assert first["next"] == f"http://localhost:7071/api/jobs/{job}?page=1"
    assert len(get(app, job, "?page=1").json["rows"]) == 50
    assert refused(get(app, job, "?page=2"), 404)["detail"].endswith("page 2 is not among them")
    assert list(refused(get(app, job, "?page=-1"))["errors"]) == ["page"]
    assert list(refused(get(app, job, f"?page={'9' * 5000}"))["errors"]) == ["page"]
    assert app.http("DELETE", f"/api/jobs/{job}").status == 204


# Status


def test_a_status_has_a_tag_that_saves_sending_it_again(app: App, host: Host, started: str) -> None:
    first = get(app, started, "/status")
    assert (first.status, first.json["status"]) == (200, "queued")
    assert first.headers["retry-after"] == "2"
    assert first.headers["cache-control"] == "no-cache"
    again = get(app, started, "/status", if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    host.drain()
    ended = get(app, started, "/status", if_none_match=first.headers["etag"])
    assert (ended.status, ended.json["status"]) == (200, "completed")
    assert "retry-after" not in ended.headers


# Download


def test_before_the_end_there_is_nothing_to_download(app: App, started: str) -> None:
    answer = get(app, started, "/download")
    assert "is not done" in refused(answer, 409)["detail"]
    assert answer.headers["retry-after"] == "2"


def test_a_download_is_a_redirect_that_nobody_keeps(app: App, host: Host, started: str) -> None:
    host.drain()
    answer = get(app, started, "/download")
    assert (answer.status, answer.body) == (302, b"")
    assert answer.headers["cache-control"] == "no-store"
    file = requests.get(answer.headers["location"], timeout=10)
    assert file.content.startswith(b"\xef\xbb\xbfrow,url,")
    assert 'filename="Spring 1 20' in file.headers["content-disposition"]


def test_who_accepts_only_json_gets_the_links(app: App, host: Host, started: str) -> None:
    host.drain()
    links = get(app, started, "/download", accept="application/json").json
    assert links["minutes"] == 15
    assert set(links["files"]) == {"posts.csv", "comments.csv", "comments.jsonl"}
    assert all(requests.get(link, timeout=10).ok for link in links["files"].values())


def test_a_file_that_there_is_not(app: App, started: str) -> None:
    problem = refused(get(app, started, "/download?file=../request.json"), 400)
    assert problem["errors"] == {"file": "must be one of posts.csv, comments.csv, comments.jsonl"}


# The same call again


def test_the_same_key_and_body_are_the_same_job(app: App, host: Host) -> None:
    body = upload({"a": "great"})
    first = accepted(app.post(body, idempotency_key="again"))
    second = accepted(app.post(body, idempotency_key="again"))
    assert second == first
    host.drain()
    assert accepted(app.post(body, idempotency_key="again")) == first
    assert host.take("posts") == []
    other = refused(app.post(upload({"a": "bad"}), idempotency_key="again"))
    assert first["job_id"] in other["detail"]
    assert "use a new key" in other["detail"]


def test_another_query_is_another_request(app: App, host: Host) -> None:
    """The options of a file are in its query, beside the function key."""

    def send(query: str) -> Answer:
        headers = {"content-type": "text/plain", "idempotency-key": "query"}
        return app.http("POST", f"/api/jobs/create{query}", b"great\nbad\n", headers=headers)

    first = accepted(send("?as=comments&name=a&code=one"))
    assert accepted(send("?name=a&as=comments&code=two")) == first
    refused(send("?as=comments&name=b"))
    host.drain()


def test_a_key_of_a_deleted_job_is_free(app: App, host: Host) -> None:
    first = accepted(app.post(upload({"a": "great"}), idempotency_key="freed"))
    assert app.http("DELETE", f"/api/jobs/{first['job_id']}").status == 204
    second = accepted(app.post(upload({"a": "other"}), idempotency_key="freed"))
    assert second["job_id"] != first["job_id"]
    host.drain()


# Cancel and delete


def test_cancel_closes_with_what_exists(app: App, host: Host, started: str) -> None:
    answer = app.http("POST", f"/api/jobs/{started}/cancel")
    assert (answer.status, answer.json["status"]) == (202, "cancelling")
    assert answer.headers["location"].endswith(f"/jobs/{started}/status")
    assert app.http("POST", f"/api/jobs/{started}/cancel").status == 202
    host.drain()
    assert get(app, started, "/status").json["status"] == "cancelled"
    (row,) = get(app, started).json["rows"]
    assert (row["state"], row["unscored"]) == ("failed", 2)
    assert download(app, started, "posts.csv").ok
    assert app.http("POST", f"/api/jobs/{started}/cancel").status == 202


def test_what_has_ended_cannot_be_cancelled(app: App, host: Host, started: str) -> None:
    host.drain()
    problem = refused(app.http("POST", f"/api/jobs/{started}/cancel"), 409)
    assert "has ended (completed)" in problem["detail"]


def test_delete_removes_everything(
    app: App, host: Host, started: str, service: BlobServiceClient
) -> None:
    host.drain()
    answer = app.http("DELETE", f"/api/jobs/{started}")
    assert (answer.status, answer.body) == (204, b"")
    for call in ("", "/status", "/download"):
        refused(get(app, started, call), 404)
    refused(app.http("DELETE", f"/api/jobs/{started}"), 404)
    refused(app.http("POST", f"/api/jobs/{started}/cancel"), 404)
    listed = app.http("GET", "/api/jobs?limit=100").json["jobs"]
    assert started not in [each["job_id"] for each in listed]
    assert host.drain() == 1
    for container in ("jobs", "results"):
        left = service.get_container_client(container).list_blob_names(name_starts_with=started)
        assert not list(left)


def test_messages_of_a_deleted_job_end_quietly(app: App, host: Host, started: str) -> None:
    messages = host.take("posts")
    assert app.http("DELETE", f"/api/jobs/{started}").status == 204
    host.drain()
    for queue, function in QUEUES.items():
        for body in messages:
            assert app.queue(function, body) == ""
        assert host.take(queue) == []


# Lists


def test_a_list_is_newest_first_and_paged(app: App, host: Host) -> None:
    jobs = [accepted(app.post(upload({"a": "x"})))["job_id"] for _ in range(3)]
    first = app.http("GET", "/api/jobs?limit=2").json
    assert [each["job_id"] for each in first["jobs"]] == [jobs[2], jobs[1]]
    assert first["jobs"][0]["name"] == "Spring / 1"
    assert first["jobs"][0]["status"] == "running"
    after = first["next"].removeprefix("http://localhost:7071")
    assert app.http("GET", after).json["jobs"][0]["job_id"] == jobs[0]
    for limit in ("0", "9" * 5000, "1" + "0" * 5000, "٣" * 30, "-1", "1e1"):
        assert list(refused(app.http("GET", f"/api/jobs?limit={limit}"))["errors"]) == ["limit"]
    for job in jobs:
        app.http("DELETE", f"/api/jobs/{job}")
    host.drain()


# Poison, newer versions, the timer, health


def test_a_post_that_fails_every_try_is_recorded(app: App, host: Host) -> None:
    job = accepted(app.post({"urls": [post_url("hackernews", fault="broken")]}))["job_id"]
    (body,) = host.take("posts")
    error = app.queue("poison_posts", body, dequeue_count=1)
    assert error == ""
    host.drain()
    (row,) = get(app, job).json["rows"]
    assert row["state"] == "failed"
    assert row["reason"].startswith("this post could not be fetched: it failed every try")


def test_a_chunk_that_fails_every_try_is_recorded(app: App, host: Host, started: str) -> None:
    (post,) = host.take("posts")
    assert app.queue("fetch", post) == ""
    (chunk,) = host.take("comments")
    assert app.queue("poison_comments", chunk) == ""
    host.drain()
    (row,) = get(app, started).json["rows"]
    assert (row["state"], row["fetched"], row["unscored"]) == ("failed", 2, 2)
    assert len(download(app, started, "comments.jsonl").text.splitlines()) == 2


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"job": 1}', b"\xff", b""])
def test_nobodys_messages_fail_and_are_dropped_from_poison(
    app: App, host: Host, body: bytes
) -> None:
    assert "not a message of Undertone" in app.queue("fetch", body)
    assert app.queue("poison_posts", body) == ""


def test_a_newer_version_is_sent_again_later(app: App, host: Host) -> None:
    body = b'{"v":2,"job":"of tomorrow","shape":["unknown"]}'
    for function in (*QUEUES.values(), "poison_posts", "poison_comments"):
        assert app.queue(function, body) == ""
    for queue in (*QUEUES, "posts-poison", "comments-poison"):
        properties = host.queues.get_queue_client(queue).get_queue_properties()
        assert properties.approximate_message_count == 1, queue
        host.queues.get_queue_client(queue).clear_messages()


def test_the_timer_runs(app: App, host: Host) -> None:
    assert app.timer("reconcile") == ""


def test_health_is_anyones_to_ask(app: App) -> None:
    answer = app.http("GET", "/api/health")
    assert (answer.status, answer.json) == (200, {"status": "ok"})
