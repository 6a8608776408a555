import dataclasses
from datetime import UTC, datetime
from typing import Literal

import pytest

from tests.fakes.posts import KEY, post_url
from tests.fakes.scripted import Reply, scripted
from tests.fakes.world import World
from tests.undertone.sources.conftest import NOW, comments_of, config_for, pages_of, sources_for
from undertone.errors import Delayed, Permanent, Transient
from undertone.posts import parse_post_url
from undertone.records import Page, Want
from undertone.sources.http import Session, allow_only
from undertone.sources.registry import build_sources
from undertone.sources.youtube import YouTube
from undertone.storage.memory import MemoryBlobs

QUOTA = {"error": {"message": "x", "errors": [{"reason": "quotaExceeded"}]}}


def _read_with(
    replies: list[Reply],
    *,
    cursor: str | None = None,
    when_used_up: Literal["wait", "end"] = "wait",
) -> Page:
    with scripted(replies) as script:
        session = Session("YouTube", allow_only(script.base), clock=lambda: NOW)
        source = YouTube(session, KEY, base=script.base, when_used_up=when_used_up)
        return source.read(parse_post_url("https://youtu.be/dQw4w9WgXcQ"), Want(), cursor)


def _refused_429(reason: str, message: str) -> Reply:
    return 429, {"error": {"code": 429, "message": message, "errors": [{"reason": reason}]}}


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("quotaExceeded", "x"),
        ("rateLimitExceeded",
         "Quota exceeded for quota metric 'Queries' and limit 'Queries per day' of service"),
        ("rateLimitExceeded", "Daily Limit Exceeded"),
    ],
)  # fmt: skip
def test_a_429_for_the_days_quota_waits_for_midnight_pacific(reason: str, message: str) -> None:
    with pytest.raises(Delayed, match="used up") as raised:
        _read_with([_refused_429(reason, message)])
    assert raised.value.until == datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    page = _read_with([_refused_429(reason, message)], cursor='{"threads":"a"}', when_used_up="end")
    assert page.note == "YouTube's quota for today is used up"


def test_another_429_waits_as_long_as_it_says() -> None:
    with pytest.raises(Delayed, match=r"too often \(status 429\)") as raised:
        _read_with([_refused_429("rateLimitExceeded", "Queries per minute per user")])
    assert raised.value.until is None


@pytest.mark.parametrize("order", ["top", "newest"])
def test_every_comment_and_reply_once(narrow: World, order: Literal["top", "newest"]) -> None:
    post = parse_post_url(post_url("youtube", comments=333))
    pages = pages_of(sources_for(narrow)["youtube"], post, Want(order=order))
    assert len(comments_of(pages)) == 333
    assert (pages[0].title, pages[0].reported) == (
        "Stand-in post n00333-0000: “333 comments” <& more>",
        333,
    )
    assert [page.title for page in pages[1:]] == [None] * (len(pages) - 1)


def test_replies_name_their_parent_and_come_from_pages_of_their_own(narrow: World) -> None:
    post = parse_post_url(post_url("youtube", comments=333))
    found = comments_of(pages_of(sources_for(narrow)["youtube"], post))
    replies = [comment for comment in found.values() if comment.parent]
    assert len(replies) > 50
    assert all(found[reply.parent].parent == "" for reply in replies)
    calls = [asked.query for asked in narrow.asked("youtube") if "parentId" in asked.query]
    assert any("pageToken" in query for query in calls)


def test_order_is_youtubes(world: World) -> None:
    post = parse_post_url(post_url("youtube", comments=60))
    source = sources_for(world)["youtube"]
    newest = source.read(post, Want(order="newest"), None)
    times = [comment.created_at for comment in newest.comments if not comment.parent]
    top = source.read(post, Want(order="top"), None)
    likes = [comment.likes or 0 for comment in top.comments if not comment.parent]
    assert times == sorted(times, reverse=True)
    assert likes == sorted(likes, reverse=True)


def test_without_replies_none_are_asked_for(world: World) -> None:
    post = parse_post_url(post_url("youtube", comments=200, salt=1))
    pages = pages_of(sources_for(world)["youtube"], post, Want(replies=False))
    assert all(not comment.parent for page in pages for comment in page.comments)
    assert pages[0].reported is None
    assert not [asked for asked in world.asked("youtube", post.id) if "parentId" in asked.query]


def test_a_page_is_one_call_and_the_first_two(narrow: World) -> None:
    post = parse_post_url(post_url("youtube", comments=100))
    pages = pages_of(sources_for(narrow)["youtube"], post)
    assert len(narrow.asked("youtube")) == len(pages) + 1


def test_a_spent_quota_ends_the_post_if_so_set() -> None:
    page = _read_with([(403, QUOTA)], cursor='{"threads":"t"}', when_used_up="end")
    assert page == Page(note="YouTube's quota for today is used up")
    with pytest.raises(Permanent, match="used up"):
        _read_with([(403, QUOTA)], when_used_up="end")


def test_a_spent_quota_waits_for_midnight_pacific(world: World) -> None:
    post = parse_post_url(post_url("youtube", fault="quota"))
    with pytest.raises(Delayed) as delayed:
        sources_for(world)["youtube"].read(post, Want(), None)
    assert delayed.value.until == datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "reason", "error", "reported"),
    [
        (403, "commentsDisabled", Permanent, "turned off"),
        (404, "videoNotFound", Permanent, "does not find the video: No <b> & more"),
        (403, "rateLimitExceeded", Delayed, "too often"),
        (400, "processingFailure", Transient, "in passing"),
        (400, "keyInvalid", Permanent, "YOUTUBE_API_KEY"),
        (403, "forbidden", Permanent, "refuses: No"),
    ],
)
def test_what_youtubes_reasons_mean(
    status: int, reason: str, error: type[Exception], reported: str
) -> None:
    message = "<p>No &lt;b&gt; &amp; more</p>"
    body = {"error": {"code": status, "message": message, "errors": [{"reason": reason}]}}
    with pytest.raises(error, match=reported):
        _read_with([(status, body)])


@pytest.mark.parametrize("body", [None, [], {"error": "x"}, {"error": {"errors": [{"reason": 5}]}}])
def test_a_refusal_of_unknown_shape_is_permanent(body: object) -> None:
    with pytest.raises(Permanent, match="YouTube refuses"):
        _read_with([(403, body)])


def test_a_parent_that_is_gone_is_passed_over() -> None:
    gone = {"error": {"message": "", "errors": [{"reason": "commentNotFound"}]}}
    page = _read_with([(404, gone)], cursor='{"parents":["a","b"],"threads":"t"}')
    assert page == Page(cursor='{"threads":"t","parents":["b"]}')


def test_a_page_that_repeats_itself_ends_with_a_note() -> None:
    page = _read_with([(200, {"items": [], "nextPageToken": "t"})], cursor='{"threads":"t"}')
    assert page.cursor is None
    assert "repeated a page" in page.note


def test_an_odd_item_is_counted_and_the_others_stay() -> None:
    good = {"snippet": {"topLevelComment": {"id": "a", "snippet": {"textDisplay": "x<br>y"}}}}
    bad = {"snippet": {"topLevelComment": {"id": 7}}}
    empty = {"snippet": {"topLevelComment": {"id": "c", "snippet": {}}}}
    page = _read_with([(200, {"items": [bad, good, empty]})], cursor="{}")
    assert [(c.id, c.text) for c in page.comments] == [("a", "x\ny")]
    assert (page.skipped, page.note) == (1, "1 items of YouTube's answer were not understood")


def test_a_wrong_key_names_the_setting(world: World) -> None:
    config = dataclasses.replace(config_for(world), youtube_api_key="wrong")
    with pytest.raises(Permanent, match="YOUTUBE_API_KEY: API key not valid"):
        build_sources(config, MemoryBlobs())["youtube"].read(
            parse_post_url(post_url("youtube", comments=3)), Want(), None
        )


def test_the_first_video_of_an_answer_is_the_one_that_was_asked_for() -> None:
    videos = [
        {"snippet": {"title": "One"}, "statistics": {"commentCount": "3"}},
        {"snippet": {"title": "Two"}, "statistics": {"commentCount": "4"}},
    ]
    page = _read_with([(200, {"items": videos}), (200, {"items": []})])
    assert (page.title, page.reported) == ("One", 3)
