from __future__ import annotations

import emoji

from tools.faults.job import PAID_RUNS, PLATFORMS, job_of


def test_a_seed_always_makes_the_same_job() -> None:
    assert job_of(1, 20) == job_of(1, 20)
    assert job_of(1, 20) != job_of(2, 20)


def test_half_are_uploads_and_many_texts_have_emoji() -> None:
    body = job_of(1, 40)
    assert len(body["posts"]) == 20
    assert len(body["urls"]) == len(set(body["urls"])) == 26
    texts = [comment["text"] for post in body["posts"] for comment in post["comments"]]
    with_emoji = sum(emoji.emoji_count(text) > 0 for text in texts)
    assert with_emoji > len(texts) / 2


def test_platforms_may_be_left_out() -> None:
    urls = job_of(1, 200, platforms=["reddit"])["urls"][:100]
    assert all("reddit.com" in url for url in urls)
    assert not {*PLATFORMS} & {*PAID_RUNS}
