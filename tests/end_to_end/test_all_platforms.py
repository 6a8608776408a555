"""A list of mixed links, and an instance that dies while it pages through a long post."""

from __future__ import annotations

import time
from collections import Counter

import pytest
import requests

from tests.end_to_end.conftest import Client, StartHost, rows_of
from tests.fakes.posts import KEY, post_url
from tests.fakes.world import World

CREDENTIALS = dict.fromkeys(
    ("YOUTUBE_API_KEY", "REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "APIFY_TOKEN"), KEY
)
PLATFORMS = ("youtube", "instagram", "tiktok", "reddit", "hackernews", "bluesky", "mastodon")


def test_thirty_links_over_all_platforms(start_host: StartHost) -> None:
    well = [
        post_url(platform, comments=comments, salt=salt)
        for platform in PLATFORMS
        for salt, comments in ((201, 8), (202, 25), (203, 60))
    ]
    gone = [post_url(platform, fault="gone") for platform in PLATFORMS]
    links = [*well, *gone, "https://vimeo.com/1", well[0] + "&feature=share"]
    assert len(links) == 30
    with start_host(CREDENTIALS) as host:
        client = Client(host.url)
        job = client.submit({"urls": links})["job_id"]
        assert client.wait(job)["status"] == "completed_with_errors"
        rows = rows_of(client.download(job, "posts.csv"))
        comments = rows_of(client.download(job, "comments.csv"))
    assert [row["url"] for row in rows] == links
    states = [row["state"] for row in rows]
    assert states[:21] == ["ok"] * 21, [row["reason"] for row in rows[:21]]
    assert [int(row["fetched"]) for row in rows[:21]] == [8, 25, 60] * 7
    for row in rows[21:28]:
        assert row["state"] in {"not_found", "failed"}, row
        assert row["reason"], row
    assert states[28] == "unsupported"
    assert rows[29]["duplicate_of"] == "1"
    assert Counter(row["post"] for row in comments)["1"] == 8


def test_a_short_link_to_a_post_that_is_there_repeats_it(start_host: StartHost) -> None:
    links = [post_url("tiktok", comments=20), "https://vm.tiktok.com/Zn00020/"]
    with start_host(CREDENTIALS) as host:
        client = Client(host.url)
        accepted = client.submit({"urls": links})
        assert accepted["duplicates"] == 0, "nobody can tell before the link is followed"
        job = accepted["job_id"]
        client.wait(job)
        rows = rows_of(client.download(job, "posts.csv"))
        comments = rows_of(client.download(job, "comments.csv"))
        shown = requests.get(f"{client.url}/api/jobs/{job}", timeout=30).json()["rows"]
    assert [row["duplicate_of"] for row in rows] == ["", "1"]
    assert rows[0]["post_id"] == rows[1]["post_id"]
    assert (rows[0]["fetched"], rows[1]["fetched"]) == ("20", "")
    assert len(comments) == 20
    assert [row["duplicate_of"] for row in shown] == [None, 1]


@pytest.mark.slow
def test_pages_are_not_fetched_twice_when_an_instance_dies(
    start_host: StartHost, platforms: World
) -> None:
    url = post_url("youtube", comments=5000, salt=9)
    want = {"urls": [url], "comments_per_post": 10_000, "replies": False}
    with start_host(instances=1, invisibility=4, restart=True) as host:
        client = Client(host.url)
        asked = len(platforms.log)
        job = client.submit(want)["job_id"]
        while len(platforms.log) - asked < 12:
            time.sleep(0.005)
        host.kill(host.pids[0])
        before = _pages(platforms, asked)
        client.wait(job)
        pages = _pages(platforms, asked)
        (row,) = rows_of(client.download(job, "posts.csv"))
    assert row["state"] == "ok", row
    assert len(before) >= 5, "killed too soon to show anything"
    again = {page: count for page, count in Counter(pages).items() if count > 1}
    assert len(again) <= 1, f"only the page that was under way may be asked for again: {again}"
    assert len(set(pages)) >= 30


def _pages(platforms: World, start: int) -> list[str]:
    """The page tokens asked for since `start`."""
    return [
        str(asked.query.get("pageToken", ""))
        for asked in platforms.log[start:]
        if "commentThreads" in asked.path
    ]
