"""Answers that the real services gave, replayed over HTTP through the same code."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.requests import Request

from tests.fakes.posts import KEY
from tests.fakes.scripted import Reply, answering
from tests.undertone.sources.conftest import comments_of, pages_of
from undertone.errors import Permanent
from undertone.ports import Source
from undertone.posts import parse_post_url
from undertone.records import Comment, Page, PostRef, Want
from undertone.sources.bluesky import Bluesky
from undertone.sources.hackernews import HackerNews
from undertone.sources.http import Session, allow_only
from undertone.sources.instagram_graph import InstagramGraph
from undertone.sources.mastodon import Mastodon
from undertone.sources.reddit import Reddit
from undertone.sources.youtube import YouTube

Make = Callable[[Session, str], Source]


def _pages(reply: Callable[[Request], Reply], make: Make, post: PostRef, want: Want) -> list[Page]:
    with answering(reply) as base:
        return pages_of(make(Session("Recorded", allow_only(base)), base), post, want)


def _youtube(session: Session, base: str) -> Source:
    return YouTube(session, KEY, base=base)


def _file(folder: Path, name: str) -> Reply:
    return 200, (folder / name).read_bytes()


def test_youtube(data: Path) -> None:
    """Two pages of threads; the real second page repeats the first, and one thread has replies."""
    folder = data / "recordings" / "youtube"
    asked: list[tuple[str, str]] = []

    def reply(request: Request) -> Reply:
        what = request.url.path.strip("/")
        token = request.query_params.get("pageToken", "")
        asked.append((what, token[:4]))
        if what == "videos":
            return 200, {
                "items": [{"snippet": {"title": "T"}, "statistics": {"commentCount": "7"}}]
            }
        if what == "comments":
            return _file(folder, f"replies_page_{2 if token else 1}.json")
        return _file(folder, f"comment_threads_page_{2 if token else 1}.json")

    post = parse_post_url("https://youtu.be/F1UP7wRCPH8")
    found = comments_of(_pages(reply, _youtube, post, Want()))
    tops = [comment for comment in found.values() if not comment.parent]
    replies = [comment for comment in found.values() if comment.parent]
    assert [comment.id for comment in tops] == [
        "UgyZ1jqkHKYvi1-ruOZ4AaABAg",
        "Ugy4OzAuz5uJuFt3FH54AaABAg",
        "UgysQP-vp089eFP0Stl4AaABAg",
        "UgyKv8ziPYFJDGytM_J4AaABAg",
        "UgwI_ylXVnzPS8Q-oAV4AaABAg",
    ]
    assert tops[0].text == "Google.com"
    assert tops[2] == Comment(
        id="UgysQP-vp089eFP0Stl4AaABAg",
        text="Funny that they use heroku to show a demo instead of google cloud",
        author="Andres Jorquera",
        created_at="2019-11-17T11:34:48Z",
        likes=4,
    )
    assert "\n        settings displayed" in tops[3].text
    assert tops[4].text.startswith("Lot's of good light coming in from here #ChromeDevSummit")
    assert [comment.text for comment in replies] == [
        "this is the third reply!",
        "this is the second reply!",
        "hey, this is the replay",
    ]
    assert {comment.parent for comment in replies} == {"Ugw5zYU6n9pmIgAZWvN4AaABAg"}
    assert asked[:2] == [("videos", ""), ("commentThreads", "")]


def test_youtube_thread_with_entities(data: Path) -> None:
    folder = data / "recordings" / "youtube"

    def reply(request: Request) -> Reply:
        if request.url.path.endswith("videos"):
            return 200, {"items": [{}]}
        return _file(folder, "comment_thread_with_replies.json")

    post = parse_post_url("https://youtu.be/Azt8Nc-mtKM")
    (page,) = _pages(reply, _youtube, post, Want())
    assert [(comment.author, comment.text[:48]) for comment in page.comments] == [
        ("Paulo José Martínez", "I spend more than 3 days to understand how to fi"),
        ("asdf7692", "wait, that's the guy that wrote my textbook!"),
    ]


@pytest.mark.parametrize(
    ("name", "status", "message"),
    [
        ("error_400_key_invalid.json", 400, "refuses the key in YOUTUBE_API_KEY: Bad Request"),
        ("error_403.json", 403, "in passing: The caller does not have permission"),
    ],
)
def test_youtube_errors(data: Path, name: str, status: int, message: str) -> None:
    body = (data / "recordings" / "youtube" / name).read_bytes()
    post = parse_post_url("https://youtu.be/F1UP7wRCPH8")
    with pytest.raises(Exception, match=re.escape(message)):
        _pages(lambda _: (status, body), _youtube, post, Want())


def test_hackernews(data: Path) -> None:
    file = data / "recordings" / "hackernews" / "algolia_responses.json"
    replies = {entry["url"]: entry["reply"] for entry in json.loads(file.read_text())}
    recorded = replies["/api/v1/items/17"]
    post = parse_post_url("https://news.ycombinator.com/item?id=17")
    (page,) = _pages(
        lambda request: (200, replies[request.url.path]),
        lambda session, base: HackerNews(session, base=f"{base}/api/v1"),
        post,
        Want(),
    )
    assert [comment.id for comment in page.comments] == [str(c["id"]) for c in _below(recorded)]
    assert page.comments[0].parent == ""
    assert page.comments[0].created_at == "2007-02-25T22:18:23Z"
    assert all("<" not in comment.text for comment in page.comments)


def _below(item: dict[str, Any]) -> list[dict[str, Any]]:
    """The recorded comments under `item` that have words, in reading order."""
    found = []
    for child in item["children"]:
        found += [child] if child.get("text") and child.get("author") else []
        found += _below(child)
    return found


def test_bluesky(data: Path) -> None:
    file = data / "recordings" / "bluesky" / "get_post_thread_simple.json"
    root = "at://did:plc:oy2ebrbjfsmr3oacqe5mbuw5/app.bsky.feed.post/3memlv65ejk2y"

    def reply(request: Request) -> Reply:
        if request.query_params["uri"] == root:
            return 200, file.read_bytes()
        return 400, {"error": "NotFound", "message": "Post not found"}

    post = parse_post_url(root)
    pages = _pages(reply, lambda session, base: Bluesky(session, base=base), post, Want())
    (comment,) = comments_of(pages).values()
    assert comment == Comment(
        id="at://did:plc:oy2ebrbjfsmr3oacqe5mbuw5/app.bsky.feed.post/3memlvffl6s2y",
        text="reply",
        author="dancow.bsky.social",
        created_at="2026-02-11T23:09:27Z",
        likes=1,
        lang="en",
    )
    # The recording was made one level deep: the reply says that it has three replies itself.
    assert (pages[0].title, pages[0].reported, len(pages)) == ("test", 4, 2)


def test_mastodon(data: Path) -> None:
    recorded = _mastodon_body(data, "context_with_token.vcr.yml")
    status = {"id": "114026814291152535", "content": "<p>Not sure</p>", "replies_count": 2}
    post = parse_post_url("https://fosstodon.org/@schochastics/114026814291152535")
    (page,) = _pages(
        lambda request: (200, recorded if request.url.path.endswith("context") else status),
        lambda session, base: Mastodon(session, base=base),
        post,
        Want(),
    )
    assert [(comment.id, comment.parent, comment.author) for comment in page.comments] == [
        ("114027213608365869", "", "erc_bk"),
        ("114055560713759881", "", "MickaelCanouil"),
        ("114058233338164636", "114055560713759881", "MickaelCanouil"),
    ]
    first = page.comments[0]
    assert first.text == (
        "@schochastics In the readme, it should be `quarto add schochastics/quarto-url-peek`"
    )
    assert (first.created_at, first.likes, first.lang) == ("2025-02-18T22:19:59Z", 1, "en")
    assert "https://github.com/mcanouil/quarto-extensions and if" in page.comments[1].text
    assert "update check.\nAlso, is suggest" in page.comments[1].text
    assert (page.reported, page.note) == (3, "")


def test_mastodon_leaves_what_came_before(data: Path) -> None:
    recorded = _mastodon_body(data, "context_with_ancestors.vcr.yml")
    post = parse_post_url("https://fosstodon.org/@erc_bk/114027213608365869")
    (page,) = _pages(
        lambda request: (200, recorded if request.url.path.endswith("context") else {"id": "1"}),
        lambda session, base: Mastodon(session, base=base),
        post,
        Want(),
    )
    assert page.comments == ()


def _mastodon_body(data: Path, name: str) -> bytes:
    recording = yaml.safe_load((data / "recordings" / "mastodon" / name).read_text())
    body: str = recording["http_interactions"][0]["response"]["body"]["string"]
    return body.encode()


def test_reddit(data: Path) -> None:
    """A tree with `more` in it, of which the recording holds one thread that lay too deep."""
    file = data / "recordings" / "reddit" / "comment_forest_direct_comment.cassette.json"
    interactions = json.loads(file.read_text())["interactions"]
    bodies = [entry["response"]["body"]["string"].encode() for entry in interactions]
    token, _, tree, deep = bodies
    asked: list[str] = []

    def reply(request: Request) -> Reply:
        asked.append(request.url.path)
        if request.method == "POST":
            return 200, token
        if "morechildren" in request.url.path:
            return 200, {"json": {"data": {"things": []}}}
        return 200, deep if request.url.path.endswith("d8rzxi2") else tree

    post = parse_post_url("https://www.reddit.com/r/IAmA/comments/57dw9a/im_ken_bone/")
    pages = _pages(
        reply,
        lambda session, base: Reddit(session, KEY, KEY, login_base=base, base=base),
        post,
        Want(),
    )
    first = pages[0]
    ids = [thing["id"] for thing in _comments_in(json.loads(tree)[1])]
    assert [comment.id for comment in first.comments] == ids
    assert first.comments[0] == Comment(
        id="d8r4im1",
        text="What has been the strangest thing someone tweeted at you in the wake of the debate?",
        author="THE_GREAT_SHAZBOT",
        created_at="2016-10-14T01:24:05Z",
        likes=3211,
    )
    assert first.title is not None
    assert "Ken Bone" in first.title
    found = comments_of(pages)
    assert {thing["id"] for thing in _comments_in(json.loads(deep)[1])} <= set(found)
    assert any("d8rzxi2" in path for path in asked)


def _comments_in(listing: Any) -> list[dict[str, Any]]:
    """The recorded comments that still have words, in reading order."""
    found = []
    for child in listing["data"]["children"] if listing else []:
        if child["kind"] == "t1":
            gone = child["data"]["body"] in {"[deleted]", "[removed]"}
            found += [] if gone else [child["data"]]
            found += _comments_in(child["data"]["replies"])
    return found


def test_instagram_graph(data: Path) -> None:
    folder = data / "recordings" / "instagram_graph"

    def reply(request: Request) -> Reply:
        if request.url.path == "/me/media":
            return 200, {"data": [{"id": "17846368219941692", "shortcode": "CAbcdefghij"}]}
        after = request.query_params.get("after")
        return _file(folder, f"comments_page_{2 if after == 'after' else 1}.json")

    post = parse_post_url("https://www.instagram.com/p/CAbcdefghij/")
    pages = _pages(
        reply,
        lambda session, base: InstagramGraph(session, KEY, "me", base=base),
        post,
        Want(),
    )
    assert [
        (comment.id, comment.text, comment.created_at) for comment in comments_of(pages).values()
    ] == [
        ("17858154961981086", "Beautiful!", "2020-06-01T10:56:52Z"),
        ("17874875428706419", "Beautiful!", "2020-06-01T10:16:39Z"),
        ("17892250648466172", "@ikroskun  Hey, guys", "2020-02-24T09:15:16Z"),
        ("17914413430382429", "@ikroskun", "2020-02-24T09:11:00Z"),
    ]
    assert not any("access_token" in (page.cursor or "") for page in pages)


def test_instagram_graph_replies(data: Path) -> None:
    body = (data / "recordings" / "instagram_graph" / "replies.json").read_bytes()
    with answering(lambda _: (200, body)) as base:
        source = InstagramGraph(Session("Instagram", allow_only(base)), KEY, "me", base=base)
        cursor = '{"media":"m","done":true,"parents":["17892250648466172"]}'
        page = source.read(
            parse_post_url("https://www.instagram.com/p/CAbcdefghij/"), Want(), cursor
        )
    assert [(comment.text, comment.parent) for comment in page.comments] == [
        ("@lixiangguodu123 nihao", "17892250648466172")
    ]
    assert page.cursor is None


def test_an_unknown_hackernews_item(data: Path) -> None:
    post = parse_post_url("https://news.ycombinator.com/item?id=17")
    with pytest.raises(Permanent, match="no such item"):
        _pages(
            lambda _: (404, {"status": 404, "error": "Not Found"}),
            lambda session, base: HackerNews(session, base=base),
            post,
            Want(),
        )
