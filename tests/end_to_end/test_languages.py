"""An export in two languages through the running app: one is read, the other is said to be not."""

from __future__ import annotations

import json

from tests.end_to_end.conftest import Client, StartHost, rows_of

ENGLISH = [
    "I love this song so much, it made my whole day",
    "this is the worst update you have ever made",
    "the shop opens at nine in the morning",
]
INDONESIAN = [
    "Saya sangat suka dengan video ini, terima kasih banyak",
    "Pelayanan mereka sangat buruk dan tidak ramah sama sekali",
]
WITHOUT_WORDS = "😍😍😍"


def test_an_export_in_two_languages(start_host: StartHost) -> None:
    texts = [*ENGLISH, *INDONESIAN, WITHOUT_WORDS]
    export = {"posts": [{"id": "launch", "comments": [{"text": text} for text in texts]}]}
    with start_host({"ANALYZER": "compact"}) as host:
        client = Client(host.url)
        job = client.submit(export)["job_id"]
        assert client.wait(job)["status"] == "completed_with_errors"
        (post,) = rows_of(client.download(job, "posts.csv"))
        comments = rows_of(client.download(job, "comments.csv"))
        lines = [json.loads(line) for line in client.download(job, "comments.jsonl").splitlines()]
    print(post)
    assert (post["state"], post["reason"]) == (
        "partial", "2 of 6 comments are in Indonesian, which this model does not read"
    )  # fmt: skip
    assert post["languages"] == "en 0.5000, id 0.3333, unknown 0.1667"
    assert (post["fetched"], post["unread"], post["unscored"]) == ("6", "2", "2")
    assert [row["language"] for row in comments] == ["en"] * 3 + ["id"] * 2 + ["unknown"]
    labels = ["positive", "negative", "neutral", "unread", "unread", "positive"]
    assert [row["label"] for row in comments] == labels
    assert [line["label"] for line in lines] == labels
    scores = [float(row["score"]) for row in comments if row["label"] != "unread"]
    assert abs(float(post["mean_score"]) - sum(scores) / 4) < 1e-4
    assert all(row["score"] == "" for row in comments if row["label"] == "unread")


def test_what_the_first_model_does_not_read_the_second_does(start_host: StartHost) -> None:
    """With the setting as it is by default."""
    spanish = ["Me encanta esta canción, es preciosa", "Qué asco de servicio, no vuelvo nunca más"]
    texts = [*ENGLISH, *spanish, INDONESIAN[0]]
    export = {"posts": [{"id": "launch", "comments": [{"text": text} for text in texts]}]}
    with start_host({"ANALYZER": ""}) as host:
        client = Client(host.url)
        job = client.submit(export)["job_id"]
        assert client.wait(job)["status"] == "completed"
        (post,) = rows_of(client.download(job, "posts.csv"))
        comments = rows_of(client.download(job, "comments.csv"))
    assert (post["state"], post["unread"]) == ("ok", "1")
    assert post["reason"] == "1 of 6 comments is in Indonesian, which this model does not read"
    assert post["languages"] == "en 0.5000, es 0.3333, id 0.1667"
    names = [model.partition("@")[0] for model in post["model"].split(" + ")]
    assert names == ["compact-multilingual", "compact"]
    assert [row["label"] for row in comments] == [
        "positive", "negative", "neutral", "positive", "negative", "unread",
    ]  # fmt: skip
