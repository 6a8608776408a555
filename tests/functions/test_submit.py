"""Whatever is posted to jobs/create gets a clear answer, and nothing that was sent is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.fields import MOST_NAMED
from functions.submit import MAX_BODY
from tests.functions.conftest import accepted, refused
from tests.functions.running_app import App
from undertone.limits import MAX_COMMENTS, MAX_TEXT

pytestmark = pytest.mark.azurite

HN = "https://news.ycombinator.com/item?id=8863"
YT = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"


def rows(app: App, body: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = app.http("GET", f"/api/jobs/{body['job_id']}").json["rows"]
    return found


def test_an_answer_in_full(app: App) -> None:
    answer = app.post({"urls": [HN, "nonsense", f"{HN}&x=1"], "name": "Spring"})
    job = answer.json["job_id"]
    own = f"http://localhost:7071/api/jobs/{job}"
    assert answer.status == 202
    assert answer.headers["location"] == f"{own}/status"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json == {
        "job_id": job,
        "status": "queued",
        "posts": 1,
        "duplicates": 1,
        "rejected": [{"url": "nonsense", "reason": answer.json["rejected"][0]["reason"]}],
        "links": {
            "self": own,
            "status": f"{own}/status",
            "cancel": f"{own}/cancel",
            "sample": f"{own}/sample",
            "figures": f"{own}/figures",
            "posts.csv": f"{own}/download?file=posts.csv",
            "comments.csv": f"{own}/download?file=comments.csv",
            "comments.jsonl": f"{own}/download?file=comments.jsonl",
        },
        "read": [],
    }


def test_behind_a_proxy_addresses_are_those_that_the_caller_sees(app: App) -> None:
    answer = app.post({"urls": [HN]}, host="undertone.example", x_forwarded_proto="https")
    assert answer.headers["location"].startswith("https://")


# What is not understood


@pytest.mark.parametrize("body", [b"", b"  \r\n "])
def test_an_empty_body(app: App, body: bytes) -> None:
    assert "the body is empty" in refused(app.file(body))["detail"]


@pytest.mark.parametrize("body", [b"{", b'{"urls": [}', b"\xff\xfe{}"])
def test_what_is_no_json(app: App, body: bytes) -> None:
    detail = refused(app.file(body, "application/json"), 400)["detail"]
    assert "JSON" in detail


@pytest.mark.parametrize("body", [b"null", b"3", b'"text"'])
def test_what_is_no_json_object(app: App, body: bytes) -> None:
    detail = refused(app.file(body, "application/json"))["detail"]
    assert "JSON" in detail


def test_json_nested_without_end(app: App) -> None:
    detail = refused(app.file(b'{"urls":' + b"[" * 200_000, "application/json"), 400)["detail"]
    assert "JSON" in detail


def test_every_wrong_field_is_named(app: App) -> None:
    body = {
        "urls": [HN, 3, None, ["x"]],
        "name": "x" * 201,
        "comments_per_post": 0,
        "order": "best",
        "sample": True,
        "replies": "yes",
        "min_coverage": 1.5,
        "max_age_minutes": "soon",
        "colour": "red",
        "posts": [
            {"id": "", "comments": [{"text": 1, "likes": -1}, {"txt": "x"}, "text"]},
            {"id": "a", "comments": [{"text": "x", "created_at": "yesterday"}]},
            {"id": "a", "comments": []},
            7,
        ],
    }
    problem = refused(app.post(body))
    assert set(problem["errors"]) == {
        "urls[1]", "urls[2]", "urls[3]", "name", "comments_per_post", "order", "sample", "replies",
        "min_coverage", "max_age_minutes", "colour", "posts[0].id", "posts[0].comments[0].text",
        "posts[0].comments[0].likes", "posts[0].comments[1].text", "posts[0].comments[1].txt",
        "posts[0].comments[2]", "posts[1].comments[0].created_at", "posts[2].id", "posts[3]",
    }  # fmt: skip
    assert problem["errors"]["urls[2]"] == "must be a text, not null"
    assert problem["errors"]["posts[2].id"] == "repeats that of posts[1]; give it another"
    assert "fields are" in problem["errors"]["colour"]
    assert problem["detail"].startswith("20 fields are wrong: ")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"urls": "https://x"}, "urls"),
        ({"urls": {"a": 1}}, "urls"),
        ({"posts": {}}, "posts"),
        ({"urls": [HN], "comments_per_post": 50_001}, "comments_per_post"),
        ({"urls": [HN], "comments_per_post": True}, "comments_per_post"),
        ({"urls": [HN], "comments_per_post": 10**40}, "comments_per_post"),
        ({"posts": [{"id": "x", "comments": [{"id": "1", "text": "a"}] * 2}]},
         "posts[0].comments[1].id"),
        ({"posts": [{"comments": []}]}, "posts[0].id"),
    ],
)  # fmt: skip
def test_one_wrong_field(app: App, body: dict[str, Any], field: str) -> None:
    problem = refused(app.post(body))
    assert list(problem["errors"]) == [field]
    assert problem["detail"] == f"1 field is wrong: {field}"


def test_a_body_that_is_wrong_all_through_has_an_answer_of_bounded_size(app: App) -> None:
    problem = refused(app.post({"urls": list(range(5_000)), "posts": [1] * 5_000}))
    assert len(problem["errors"]) == MOST_NAMED
    assert problem["detail"] == (
        "at least 10,000 fields are wrong: urls[0], urls[1], urls[2], urls[3], urls[4] …; "
        "9,000 more than the 1,000 that are listed"
    )


def test_twenty_thousand_repeated_ids_have_an_answer_of_bounded_size(app: App) -> None:
    comments = [{"id": "x" * 500, "text": "a"}] * 20_001
    answer = app.post({"posts": [{"id": "a", "comments": comments}]})
    problem = refused(answer)
    assert len(problem["errors"]) == MOST_NAMED
    assert problem["detail"].startswith("20,000 fields are wrong: ")
    assert len(answer.body) < 500_000


def test_what_was_sent_is_not_repeated_at_length(app: App) -> None:
    body = {"n" * 100_000: 1, "order": "o" * 100_000, "sample": "\n" * 100_000}
    answer = app.post(body | {"posts": [{"p" * 100_000: 1}, {"id": 7 * "x" * 100_000}]})
    problem = refused(answer)
    assert len(problem["errors"]) >= 5
    assert len(answer.body) < 10_000


@pytest.mark.parametrize("sent_along", [1, 3])
def test_more_comments_than_may_be_sent_along(app: App, sent_along: int) -> None:
    """Whether they are of one post or of several."""
    each = ",".join(['{"text":"a"}'] * (MAX_COMMENTS // sent_along))
    posts = ",".join(f'{{"id":"{number}","comments":[{each}]}}' for number in range(sent_along))
    body = f'{{"posts":[{posts},{{"id":"b","comments":[{{"text":"a"}}]}}]}}'
    problem = refused(app.file(body.encode(), "application/json"))
    assert problem["detail"].startswith("300,001 comments are more than may be sent along")
    assert "send at most 300,000 and split" in problem["detail"]


def test_a_text_or_a_number_that_is_too_large_is_named(app: App) -> None:
    comments = [{"text": "a" * (MAX_TEXT + 1)}, {"text": "b", "likes": 2**53 + 1}]
    problem = refused(app.post({"posts": [{"id": "p", "comments": comments}]}))
    assert set(problem["errors"]) == {"posts[0].comments[0].text", "posts[0].comments[1].likes"}


def test_a_large_body_is_read_as_a_small_one(app: App) -> None:
    posts = [
        {"comments": [{"text": f"{n} “{p}”, \\ []{{}}"} for n in range(1500)], "id": str(p)}
        for p in range(20)
    ]
    answer = accepted(app.post({"name": "large", "posts": posts, "urls": [HN]}))
    assert answer["posts"] == 21
    status = app.http("GET", f"/api/jobs/{answer['job_id']}/status").json
    assert status["name"] == "large"


@pytest.mark.parametrize("end", [b"", b"]}]", b"]}]}}", b",]}]}", b"]}]} 1"])
def test_a_large_body_that_is_no_json(app: App, end: bytes) -> None:
    body = b'{"posts":[{"id":"a","comments":[' + b'{"text":"a"},' * 50_000 + b'{"text":"a"}' + end
    assert "JSON" in refused(app.file(body, "application/json"), 400)["detail"]


def test_a_body_in_pieces_is_told_what_the_host_does_with_it(app: App) -> None:
    headers = {"content-type": "application/json", "transfer-encoding": "chunked"}
    problem = refused(app.http("POST", "/api/jobs/create", b"", headers=headers), 411)
    assert "Content-Length" in problem["detail"]


@pytest.mark.parametrize("body", [{}, {"urls": []}, {"urls": [], "posts": []}, {"name": "x"}])
def test_nothing_to_do(app: App, body: dict[str, Any]) -> None:
    assert refused(app.post(body))["detail"] == (
        "nothing to do: send at least one entry in `urls` or `posts`"
    )


def test_100_000_urls_are_more_than_a_job_takes(app: App) -> None:
    problem = refused(app.post({"urls": [f"{HN}{n}" for n in range(100_000)]}))
    assert problem["detail"] == (
        "100,000 posts are more than one job takes; send at most 10,000 and split the rest over "
        "further jobs"
    )


def test_a_body_that_is_too_large(app: App) -> None:
    problem = refused(app.file(b"x" * (MAX_BODY + 1), "text/plain"), 413)
    assert "33,554,433 bytes; send at most 33,554,432" in problem["detail"]


def test_an_idempotency_key_that_is_too_long(app: App) -> None:
    problem = refused(app.post({"urls": [HN]}, idempotency_key="k" * 256), 400)
    assert "255" in problem["detail"]


@pytest.mark.parametrize(
    ("query", "field"),
    [("?colour=red", "colour"), ("?as=poem", "as"), ("?replies=perhaps", "replies")],
)
def test_a_wrong_query_of_a_file(app: App, query: str, field: str) -> None:
    assert list(refused(app.file(b"great", "text/plain", query))["errors"]) == [field]


# What is strange and taken


def test_only_rejected_urls_make_a_job_that_says_why(app: App) -> None:
    sent = ["../x", "ftp://x/y", "https://example.com/", "", "=1+1", "javascript:alert(1)", "\x00"]
    body = accepted(app.post({"urls": sent}))
    assert body["posts"] == 0
    assert [each["url"] for each in body["rejected"]] == sent
    assert all(each["reason"] for each in body["rejected"])
    assert [(row["url"], row["state"]) for row in rows(app, body)] == [
        (url, "unsupported") for url in sent
    ]


def test_the_same_post_in_different_forms_is_one(app: App) -> None:
    forms = [
        YT,
        "https://youtu.be/dQw4w9WgXcQ?si=abc",
        "  <https://m.youtube.com/watch?v=dQw4w9WgXcQ&t=3s>, ",
        "youtube.com/shorts/dQw4w9WgXcQ",
    ]
    body = accepted(app.post({"urls": forms}))
    assert (body["posts"], body["duplicates"], body["rejected"]) == (1, 3, [])
    found = rows(app, body)
    assert [row["url"] for row in found] == forms
    assert [row["duplicate_of"] for row in found] == [None, 1, 1, 1]


@pytest.mark.parametrize("post_id", ["../x", "a/b", "..", "%2e%2e", "\x00", "x" * 500])
def test_ids_of_uploads_are_only_names(app: App, post_id: str) -> None:
    body = accepted(app.post({"posts": [{"id": post_id, "comments": [{"text": "fine"}]}]}))
    assert [row["url"] for row in rows(app, body)] == [post_id]


@pytest.mark.parametrize("job", ["..%2Fx", "x", "%00", "0" * 24, "U" * 25, "0" * 25, "%E2%82%AC"])
@pytest.mark.parametrize(
    ("method", "call"),
    [("GET", ""), ("GET", "/status"), ("GET", "/download"), ("POST", "/cancel"), ("DELETE", "")],
)
def test_there_is_no_job_by_that_id(app: App, job: str, method: str, call: str) -> None:
    problem = refused(app.http(method, f"/api/jobs/{job}{call}"), 404)
    assert problem["title"] == "Not Found"
    assert problem["detail"].startswith("there is no job '")


# Files of links, files of comments


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (f"{HN}\n{YT}\n".encode(), "text/plain"),
        (f"{HN}\r\n\r\n{YT}".encode(), "text/csv"),
        (f"\ufeffurl;note\r\n{HN};a\r\n{YT};b\r\n".encode(), "text/csv; charset=utf-8"),
        (f"url,note\n{HN},a\n{YT},b\n".encode("utf-16"), "text/csv"),
        (f"URL\n{HN}\n{YT}\n".encode(), "text/csv"),
        (f"url\n{HN}\n{YT}\n".encode(), ""),
        (f"{HN}\n{YT}\n".encode(), "application/x-www-form-urlencoded"),
        (json.dumps([HN, YT]).encode(), "application/json"),
        (b"\xef\xbb\xbf" + json.dumps({"urls": [HN, YT]}).encode(), "application/json"),
        (json.dumps({"urls": [HN, YT]}).encode(), "application/x-www-form-urlencoded"),
        (json.dumps({"urls": [HN, YT]}).encode(), ""),
    ],
    ids=["lines", "csv lines", "Excel", "UTF-16", "one column", "no type", "curl", "JSON list",
         "BOM", "curl JSON", "JSON without type"],
)  # fmt: skip
def test_links_in_every_usual_form(app: App, body: bytes, content_type: str) -> None:
    found = rows(app, accepted(app.file(body, content_type)))
    assert [row["platform"] for row in found] == ["hackernews", "youtube"]


COMMENTS = [{"id": "1", "text": "great; really"}, {"id": "2", "text": "bad, “very” 😡"}]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'id,text\n1,great; really\n2,"bad, \xe2\x80\x9cvery\xe2\x80\x9d"\n', "text/csv"),
        ("\ufeffid;text\r\n1;\"great; really\"\r\n2;bad, “very”\r\n".encode(), "text/csv"),
        ("id\ttext\n1\tgreat\n2\tbad\n".encode("utf-16"), "text/csv"),
        (json.dumps(COMMENTS).encode(), "application/json"),
        (b"\xef\xbb\xbf" + json.dumps(COMMENTS).encode(), "application/json"),
        (b"\n".join(json.dumps(each).encode() for each in COMMENTS), "application/x-ndjson"),
        ("great; really\nbad, “very” 😡\n".encode(), "text/plain"),
        (b'["great", "bad"]', "application/json"),
    ],
    ids=["CSV", "Excel", "UTF-16", "JSON list", "BOM", "JSON Lines", "text", "texts"],
)  # fmt: skip
def test_comments_in_every_usual_form(app: App, body: bytes, content_type: str) -> None:
    answer = accepted(app.file(body, content_type, "?file=export.data"))
    (row,) = rows(app, answer)
    assert (row["platform"], row["url"], answer["posts"]) == ("upload", "export", 1)
    status = app.http("GET", f"/api/jobs/{answer['job_id']}/status").json
    assert status["posts"]["total"] == 1


def test_a_broken_csv_says_where(app: App) -> None:
    problem = refused(app.file(b'id,text\n1,"great\n2,"bad"x\n', "text/csv"))
    assert "line" in json.dumps(problem)


def test_a_table_without_comments_says_what_was_found(app: App) -> None:
    problem = refused(app.file(b"colour,size\nred,3\n", "text/csv", "?as=comments"))
    assert "colour" in problem["errors"]["file"]


def test_a_table_without_links_says_what_was_found(app: App) -> None:
    problem = refused(app.file(b"colour,size\nred,3\n", "text/csv"))
    assert "colour" in problem["errors"]["file"]


def test_what_is_no_workbook_says_what_to_save_it_as(app: App) -> None:
    assert "CSV UTF-8" in refused(app.file(b"PK\x03\x04\x00\x00", "text/csv"))["detail"]


def test_options_of_a_file_are_in_the_query(app: App) -> None:
    answer = accepted(app.file(f"{HN}\n".encode(), "text/plain", "?name=Spring&replies=false"))
    assert app.http("GET", f"/api/jobs/{answer['job_id']}/status").json["name"] == "Spring"
