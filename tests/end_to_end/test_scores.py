"""What an app that has just started says of comments, against a reference computed outside it."""

from __future__ import annotations

import random

import pytest

from model.factory import build
from tests.end_to_end.conftest import LABELS, Client, StartHost, rows_of

WORDS = [
    "love",
    "awful",
    "the",
    "new",
    "one",
    "broken",
    "😍🔥",
    "❤️",
    "👩\u200d🚀",
    "💪🏿",
    "😡",
    "café",
]


@pytest.mark.slow
def test_a_cold_burst_has_the_scores_of_a_single_thread(start_host: StartHost) -> None:
    """2,400 comments in 12 posts meet two instances that have never scored. The reference reads
    them one by one in this process: another order, other company, one thread."""
    choose = random.Random(7)
    texts = [" ".join(choose.choices(WORDS, k=choose.randint(1, 12))) for _ in range(2_400)]
    posts = [
        {"id": str(n), "comments": [{"text": text} for text in texts[n * 200 : n * 200 + 200]]}
        for n in range(12)
    ]
    with start_host({"ANALYZER": "compact", "COMMENTS_A_CHUNK": "50"}, instances=2) as host:
        client = Client(host.url)
        job = client.submit({"posts": posts})["job_id"]
        assert client.wait(job)["status"] == "completed"
        rows = rows_of(client.download(job, "comments.csv"))
    alone = build("compact")
    expected = {text: alone.predict([text])[0] for text in dict.fromkeys(texts)}
    assert len(rows) == len(texts)
    wrong = [
        text
        for text, row in zip(texts, rows, strict=True)
        for label in LABELS
        if abs(float(row[label]) - getattr(expected[text], label)) > 1.01e-4
    ]
    assert not wrong, f"{len(wrong)} of {3 * len(texts)} probabilities differ: {wrong[:3]}"
