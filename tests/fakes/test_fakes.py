"""The stand-ins keep what their docstrings promise: exact counts, the same in every process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from urllib.request import urlopen

import pytest

from tests.fakes.faults import FAULTS
from tests.fakes.posts import KEY, post_id, post_url, spec_of, threads
from undertone.posts import parse_post_url

PLATFORMS = ["youtube", "instagram", "tiktok", "reddit", "hackernews", "bluesky", "mastodon"]


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("comments", [0, 1, 500, 5000])
def test_a_links_post_has_so_many_comments(platform: str, comments: int) -> None:
    url = post_url(platform, comments=comments, salt=7)
    post = parse_post_url(url).id.rpartition("/")[2]
    spec = spec_of(post)
    assert post == post_id(platform, comments=comments, salt=7)
    assert (spec.comments, spec.fault) == (comments, "")
    assert sum(1 + len(each.replies) for each in threads(spec)) == comments


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_links_post_has_its_fault(platform: str, fault: str) -> None:
    url = post_url(platform, fault=fault)
    post = parse_post_url(url).id.rpartition("/")[2]
    assert spec_of(post).fault == fault


@pytest.fixture
def command() -> Iterator[str]:
    """Base address of the stand-ins in a process of their own."""
    arguments = [sys.executable, "-m", "tests.fakes", "--port", "0"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip().partition("PLATFORMS_BASE=")[2]
        process.terminate()


def test_the_command_serves_the_same_and_shows_what_was_asked(command: str) -> None:
    video = post_id("youtube", comments=9)
    query = f"part=snippet,replies&videoId={video}&key={KEY}"
    with urlopen(f"{command}/youtube/commentThreads?{query}") as answer:
        items = json.load(answer)["items"]
    tops = {item["snippet"]["topLevelComment"]["snippet"]["authorDisplayName"] for item in items}
    assert tops == {each.top.author for each in threads(spec_of(video))}
    with urlopen(f"{command}/_log") as answer:
        (asked,) = json.load(answer)
    assert (asked["platform"], asked["post"]) == ("youtube", video)
