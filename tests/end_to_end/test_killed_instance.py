"""An instance that dies in the middle of a job: nothing is lost, nothing is there twice."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

from devhost.supervisor import DevHost
from tests.end_to_end.conftest import Client, StartHost, rows_of
from tests.fakes.posts import post_url
from undertone.results.tally import UNIT, Probabilities, tally

INVISIBILITY = 4
"""Seconds after which a dead instance's messages come back; ten minutes in the cloud."""
WORDS = ["great", "awful", "love", "hate", "fine", "blue", "the best", "broken", "ok 😍", "=1"]


def job_of(seed: int) -> dict[str, Any]:
    """200 posts with 1 to 500 comments each: half to be fetched, half uploads."""
    choose = random.Random(seed)
    urls = [
        post_url("hackernews", comments=choose.randint(1, 500), salt=seed * 100 + number)
        for number in range(100)
    ]
    uploads = [
        {
            "id": f"upload {number}",
            "comments": [
                {"text": " ".join(choose.choices(WORDS, k=4))}
                for _ in range(choose.randint(1, 500))
            ],
        }
        for number in range(100)
    ]
    return {"urls": urls, "posts": uploads}


def kill_midway(host: DevHost, client: Client, job: str, share: float) -> None:
    """SIGKILL an instance when this share of the comments has been scored."""
    while (status := client.status(job))["comments"]["done"] < share * 50_000:
        assert not status["completed_at"], "the job ended before an instance could be killed"
        time.sleep(0.02)
    host.kill(host.pids[0])


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_files_are_those_of_an_undisturbed_run(start_host: StartHost, seed: int) -> None:
    """Byte for byte. The second run takes its comments from the cache that the first one filled,
    so that the time of fetching is the same as well."""
    body = job_of(seed)
    with start_host(instances=2, invisibility=INVISIBILITY, restart=True) as host:
        client = Client(host.url)
        disturbed = client.submit(body)["job_id"]
        kill_midway(host, client, disturbed, random.Random(seed).uniform(0.02, 0.6))
        assert client.wait(disturbed)["status"] == "completed"
        undisturbed = client.submit(body)["job_id"]
        assert client.wait(undisturbed)["status"] == "completed"
        for file in ("posts.csv", "comments.csv", "comments.jsonl"):
            assert client.download(disturbed, file) == client.download(undisturbed, file), file


@pytest.mark.slow
def test_tables_agree_when_a_chunk_is_scored_twice_and_differently(start_host: StartHost) -> None:
    settings = {"ANALYZER": "tests.fakes.fickle:Fickle"}
    with start_host(settings, instances=2, invisibility=INVISIBILITY, restart=True) as host:
        client = Client(host.url)
        job = client.submit(job_of(4))["job_id"]
        kill_midway(host, client, job, 0.2)
        client.wait(job)
        posts = rows_of(client.download(job, "posts.csv"))
        comments = rows_of(client.download(job, "comments.csv"))
    by_post: dict[str, list[Probabilities]] = {}
    for row in comments:
        figures = (round(float(row[k]) * UNIT) for k in ("negative", "neutral", "positive"))
        by_post.setdefault(row["post"], []).append(Probabilities(*figures))
    for row in posts:
        sums = tally(by_post[row["row"]])
        assert sums.count == int(row["fetched"])
        shown = [int(row[k]) for k in ("negative", "neutral", "positive")]
        assert shown == [sums.negative, sums.neutral, sums.positive]
        assert float(row["mean_score"]) == pytest.approx(sums.total / sums.count / UNIT, abs=6e-5)
