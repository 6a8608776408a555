"""Insights over HTTP: a job with facts, prepared queries, texts at once, the counter."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any
from urllib.parse import quote

import pytest
import requests

from tests.functions.conftest import Host, accepted, refused
from tests.functions.running_app import Answer, App

pytestmark = pytest.mark.azurite

ASKED = {
    "topics": [{"name": "food"}, {"name": "service", "examples": ["the waiter was rude"]}],
    "entities": [{"name": "Ann Lee", "aliases": ["the chef"]}, {"name": "Ann"}, {"name": "Bo"}],
}
TEXTS = ["I hate Bo, but Ann Lee is wonderful", "", "what a rude waiter, said the chef"]


def body(**more: Any) -> dict[str, Any]:
    comments = [
        {"text": text, "readers": 10 * n, "created_at": "2026-11-21T20:00:00Z"}
        for n, text in enumerate(TEXTS, 1)
    ]
    return {"posts": [{"id": "p", "comments": comments}], "insights": ASKED | more}


def post(app: App, path: str, sent: Any) -> Answer:
    headers = {"content-type": "application/json"}
    return app.http("POST", f"/api/{path}", json.dumps(sent).encode(), headers=headers)


def test_a_job_with_insights_from_create_to_query(app: App, host: Host) -> None:
    job = accepted(app.post(body()))["job_id"]
    asked = {"job": job, "query": "top_entities_by_mentions"}
    assert post(app, "insights/query", asked).status == 409
    host.drain()
    answer = post(app, "insights/query", asked)
    assert answer.json == {
        "query": "top_entities_by_mentions",
        "columns": ["place", "name", "readers_sum", "mentions"],
        "rows": [[1, "Ann Lee", 40, 2], [2, "Bo", 10, 1]],
        "more": False,
    }
    felt = post(app, "insights/query", asked | {"query": "sentiment_by_entity_and_week"}).json
    scores = {row[0]: row[3] for row in felt["rows"]}
    assert scores["Bo"] < 0 < scores["Ann Lee"]
    headers = {"accept": "application/json"}
    links = app.http("GET", f"/api/jobs/{job}/download", headers=headers).json["files"]
    zipped = requests.get(links["facts.zip"], timeout=30).content
    with zipfile.ZipFile(io.BytesIO(zipped)) as files:
        assert "fact_empty-00000.parquet" in files.namelist()
    part = app.http("GET", f"/api/jobs/{job}/download?file=dim_entity.parquet")
    assert part.status == 302
    assert requests.get(part.headers["location"], timeout=30).content.startswith(b"PAR1")
    missing = app.http("GET", f"/api/jobs/{job}/download?file=fact_comment-00009.parquet")
    refused(missing, 404)


def test_a_file_has_its_insights_in_the_query(app: App, host: Host) -> None:
    file = b"comment,views\nAnn Lee is great,1.2K\nnothing,3\n"
    query = f"?as=comments&insights={quote(json.dumps(ASKED))}"
    job = accepted(app.file(file, "text/csv", query))["job_id"]
    host.drain()
    asked = {"job": job, "query": "top_entities_by_readers"}
    assert post(app, "insights/query", asked).json["rows"] == [[1, "Ann Lee", 1200, 1]]
    wrong = app.file(file, "text/csv", "?insights=all")
    assert "JSON" in refused(wrong)["errors"]["insights"]


def test_a_plain_job_has_no_facts(app: App, host: Host) -> None:
    plain = body()
    del plain["insights"]
    job = accepted(app.post(plain))["job_id"]
    host.drain()
    refused(app.http("GET", f"/api/jobs/{job}/download?file=facts.zip"), 400)
    problem = refused(post(app, "insights/query", {"job": job, "query": "co_mentions"}), 404)
    assert "insights" in problem["detail"]


@pytest.mark.parametrize(
    ("insights", "field"),
    [
        ({"colour": 1}, "insights.colour"),
        ("topics", "insights"),
        ({"topics": [{"name": 5}]}, "insights.topics[0].name"),
        ({"topics": [{"name": " "}]}, "insights.topics[0].name"),
        ({"entities": [{"name": "x" * 101}]}, "insights.entities[0].name"),
        ({"entities": [{"name": f"n{n}"} for n in range(10_001)]}, "insights.entities"),
        ({"topics": [{"name": f"t{n}"} for n in range(101)]}, "insights.topics"),
        ({"themes": "yes"}, "insights.themes"),
    ],
)
def test_wrong_insights_are_named(app: App, insights: Any, field: str) -> None:
    problem = refused(app.post({"urls": ["https://youtu.be/dQw4w9WgXcQ"], "insights": insights}))
    assert field in problem["errors"]


@pytest.mark.parametrize(
    ("sent", "status", "word"),
    [
        ({"job": "x", "query": "co_mentions"}, 404, "no job"),
        ({"job": "x"}, 422, "body.query"),
        ({"job": "x", "query": "co_mentions", "sql": "select 1"}, 422, "body.sql"),
        ([1], 422, "body"),
    ],
)
def test_queries_that_cannot_be_asked(app: App, sent: Any, status: int, word: str) -> None:
    answer = post(app, "insights/query", sent)
    assert answer.status == status
    assert word in answer.body.decode()


def test_only_prepared_queries_run(app: App, host: Host) -> None:
    job = accepted(app.post(body()))["job_id"]
    host.drain()
    wrong = {"job": job, "query": "select 1"}
    assert "co_mentions" in refused(post(app, "insights/query", wrong), 404)["detail"]
    wrong = {"job": job, "query": "co_mentions", "parameters": {"top": "1; drop table x"}}
    assert "parameters.top" in refused(post(app, "insights/query", wrong))["errors"]


def test_texts_are_classified_at_once(app: App) -> None:
    sent = ASKED | {"texts": [{"text": text, "id": f"t{n}"} for n, text in enumerate(TEXTS)]}
    answer = post(app, "insights/classify", sent).json
    first, empty, last = answer["texts"]
    assert [one["entity"] for one in first["entities"]] == ["Bo", "Ann Lee"]
    assert first["entities"][0]["label"] == "negative"
    assert first["entities"][1]["label"] == "positive"
    assert (empty["empty"], empty["topic"], empty["label"], empty["entities"]) == (
        True, None, None, [],
    )  # fmt: skip
    assert (last["id"], last["topic"]) == ("t2", "service")
    assert "Ann" in answer["notes"][0]


@pytest.mark.parametrize("texts", [[], "a", [{"text": 5}], [{"text": "a"}] * 101])
def test_texts_that_cannot_be_classified(app: App, texts: Any) -> None:
    refused(post(app, "insights/classify", {"texts": texts}))


def test_the_counter(app: App) -> None:
    assert app.http("GET", "/api/counter?digit=7&n=1000").json == {
        "digit": 7,
        "n": 1000,
        "count": 300,
    }
    huge = app.http("GET", f"/api/counter?digit=0&n={10**1000}")
    assert huge.status == 200
    assert f'"n":1{"0" * 1000},' in huge.body.decode()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("n=5", "digit"),
        ("digit=10&n=5", "digit"),
        ("digit=%D9%A3&n=5", "digit"),
        ("digit=1", "n"),
        ("digit=1&n=0", "n"),
        ("digit=1&n=-5", "n"),
        ("digit=1&n=1e3", "n"),
        (f"digit=1&n={'9' * 1001}", "n"),
        (f"digit=1&n={'9' * 5000}", "n"),
    ],
)
def test_what_the_counter_cannot_count(app: App, query: str, field: str) -> None:
    assert list(refused(app.http("GET", f"/api/counter?{query}"))["errors"]) == [field]
