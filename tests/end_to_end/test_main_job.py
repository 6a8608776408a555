"""The main job, as an account manager and a program see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests

from tests.end_to_end.conftest import LABELS, Client, rows_of
from tests.fakes.posts import post_url


def test_links_and_uploads_become_three_files(client: Client) -> None:
    short, long = post_url("youtube", comments=12), post_url("youtube", comments=620)
    accepted = client.submit(
        {
            "name": "Spring launch",
            "urls": [
                short,
                long,
                post_url("hackernews", comments=40),
                short + "&utm_source=x",
                post_url("hackernews", fault="gone"),
                "https://example.com/",
            ],
            "posts": [{"id": "own", "comments": [{"text": "=1+1 love it"}, {"text": "awful 😡"}]}],
        }
    )
    assert (accepted["posts"], accepted["duplicates"]) == (5, 1)
    assert [r["url"] for r in accepted["rejected"]] == ["https://example.com/"]
    job = accepted["job_id"]
    status = client.wait(job)
    assert status["status"] == "completed_with_errors"
    assert status["comments"] == {"total": 674, "done": 674, "failed": 0}

    posts = rows_of(client.download(job, "posts.csv"))
    assert [row["state"] for row in posts] == [
        "ok", "ok", "ok", "ok", "not_found", "unsupported", "ok",
    ]  # fmt: skip
    assert [row["fetched"] for row in posts] == ["12", "620", "40", "", "", "", "2"]
    assert posts[3]["duplicate_of"] == "1"

    comments = rows_of(client.download(job, "comments.csv"))
    lines = [json.loads(line) for line in client.download(job, "comments.jsonl").splitlines()]
    assert len(comments) == len(lines) == 674
    assert [row["post"] for row in comments] == ["1"] * 12 + ["2"] * 620 + ["3"] * 40 + ["7"] * 2
    assert comments[-2]["text"] == "'=1+1 love it"
    assert lines[-2]["text"] == "=1+1 love it"
    assert lines[-1]["label"] == "negative"


def test_download_is_an_attachment_with_the_jobs_name(client: Client) -> None:
    job = client.submit({"name": "Été 2026", "posts": [{"id": "1", "comments": []}]})["job_id"]
    client.wait(job)
    answer = requests.get(
        f"{client.url}/api/jobs/{job}/download", allow_redirects=False, timeout=30
    )
    assert answer.status_code == 302
    assert answer.headers["Cache-Control"] == "no-store"
    file = requests.get(answer.headers["Location"], timeout=30)
    assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "filename*=UTF-8''%C3%89t%C3%A9%202026%20" in file.headers["Content-Disposition"]
    assert file.content.startswith(b"\xef\xbb\xbf")
    assert rows_of(file.content)[0]["state"] == "no_comments"


def test_only_rejected_urls_still_give_a_table(client: Client) -> None:
    job = client.submit({"urls": ["nonsense", "ftp://x.example/1"]})["job_id"]
    assert client.wait(job)["status"] == "completed_with_errors"
    posts = rows_of(client.download(job, "posts.csv"))
    assert [row["state"] for row in posts] == ["unsupported"] * 2
    assert all(row["reason"] for row in posts)
    assert rows_of(client.download(job, "comments.csv")) == []
    assert client.download(job, "comments.jsonl") == b""


def test_a_second_job_takes_the_comments_from_the_cache(client: Client) -> None:
    url = post_url("hackernews", comments=33, salt=77)
    first = client.submit({"urls": [url]})["job_id"]
    client.wait(first)
    second = client.submit({"urls": [url]})["job_id"]
    client.wait(second)
    assert client.download(first, "posts.csv") == client.download(second, "posts.csv")


@pytest.mark.slow
def test_real_tweets_in_their_order(client: Client, data: Path) -> None:
    """12,284 labelled tweets through HTTP and back; prints the macro recall of what came back."""
    folder = data / "semeval2017"
    texts = (folder / "test_text.txt").read_text("utf-8").rstrip("\n").split("\n")
    truth = [LABELS[int(n)] for n in (folder / "test_labels.txt").read_text().split()]
    assert len(texts) == len(truth) == 12_284
    comments = [{"id": str(number), "text": text} for number, text in enumerate(texts)]
    job = client.submit({"posts": [{"id": "semeval", "comments": comments}]})["job_id"]
    assert client.wait(job)["status"] == "completed"
    rows = rows_of(client.download(job, "comments.csv"))
    assert [row["comment_id"] for row in rows] == [str(n) for n in range(len(texts))]
    exact = [json.loads(line) for line in client.download(job, "comments.jsonl").splitlines()]
    assert [line["text"] for line in exact] == texts
    recall = macro_recall(truth, [row["label"] for row in rows])
    model = rows_of(client.download(job, "posts.csv"))[0]["model"]
    print(f"\nmacro recall of {model} on 12,284 tweets, from comments.csv: {recall:.4f}")
    assert recall > 0.5, "no better than guessing"
    assert [row["label"] for row in rows] == [line["label"] for line in exact]


def macro_recall(truth: list[str], answers: list[str]) -> float:
    """TweetEval's metric for sentiment: the mean of the three classes' recall."""
    recalls = []
    for label in LABELS:
        of_label = [b for a, b in zip(truth, answers, strict=True) if a == label]
        recalls.append(of_label.count(label) / len(of_label))
    return sum(recalls) / len(recalls)
