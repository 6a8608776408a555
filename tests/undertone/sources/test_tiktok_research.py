from datetime import timedelta

import pytest

from tests.fakes.posts import KEY
from tests.fakes.scripted import Reply, scripted
from tests.fakes.world import World
from tests.undertone.sources.conftest import NOW, comments_of, pages_of, post_for, ways_for
from undertone.errors import Delayed, Permanent, Transient
from undertone.records import Page, PostRef, Want
from undertone.sources.http import Session, allow_only
from undertone.sources.tiktok_research import REACH, TikTokResearch

POST = PostRef(platform="tiktok", id="7301234567890123456")
TOKEN: Reply = (200, {"access_token": "t", "expires_in": 7200})


def test_all_pages_with_replies(narrow: World) -> None:
    post = post_for("tiktok_research", narrow, comments=120)
    pages = pages_of(ways_for(narrow)["tiktok_research"], post)
    found = comments_of(pages)
    assert (len(found), len(pages)) == (120, 12)
    assert any(comment.parent for comment in found.values())
    assert all(comment.parent == "" or comment.parent in found for comment in found.values())


def test_the_apis_reach_is_said(world: World) -> None:
    post = post_for("tiktok_research", world, comments=1500)
    pages = pages_of(ways_for(world)["tiktok_research"], post)
    assert len(comments_of(pages)) == REACH
    assert pages[-1].note == "TikTok's Research API gives at most 1000 comments a video"


def test_without_replies(world: World) -> None:
    post = post_for("tiktok_research", world, comments=90)
    found = comments_of(pages_of(ways_for(world)["tiktok_research"], post, Want(replies=False)))
    assert {comment.parent for comment in found.values()} == {""}


def _read(replies: list[Reply], cursor: str | None = None) -> Page:
    with scripted(replies) as script:
        session = Session("TikTok", allow_only(script.base))
        source = TikTokResearch(session, KEY, KEY, base=script.base)
        return source.read(POST, Want(), cursor)


def test_wrong_credentials_name_the_settings() -> None:
    with pytest.raises(Permanent, match="TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET"):
        _read([(200, {"error": "invalid_client"})])


@pytest.mark.parametrize(
    ("status", "code", "kind", "message"),
    [
        (200, "rate_limit_exceeded", Delayed, "too often"),
        (200, "internal_error", Transient, "in passing"),
        (400, "video_not_found", Permanent, "does not find"),
        (401, "scope_not_authorized", Permanent, "check its approval"),
        (400, "invalid_params", Permanent, "TikTok refuses: invalid_params: m"),
    ],
)
def test_what_codes_mean(status: int, code: str, kind: type[Exception], message: str) -> None:
    refusal: Reply = (status, {"error": {"code": code, "message": "m"}, "data": {}})
    with pytest.raises(kind, match=message):
        _read([TOKEN, refusal, TOKEN, refusal])


@pytest.mark.parametrize("following", [0, 50, 40, 5000])
def test_a_cursor_that_does_not_move_on_ends(following: int) -> None:
    data = {"comments": [{"id": 1, "text": "x"}], "cursor": following, "has_more": True}
    page = _read([TOKEN, (200, {"data": data, "error": {"code": "ok"}})], "50")
    assert page.cursor is None
    assert page.note


def test_what_has_no_words_is_counted_as_skipped() -> None:
    found = [{"id": 1, "text": " "}, {"id": 2, "text": "x"}, {"id": 3, "text": "y"}]
    page = _read([TOKEN, (200, {"data": {"comments": found}})])
    assert [comment.id for comment in page.comments] == ["2", "3"]
    assert page.skipped == 1


def test_a_token_that_says_no_time_is_kept_for_two_hours() -> None:
    now = [NOW]
    answer: Reply = (200, {"access_token": "t", "data": {"comments": []}})
    with scripted([answer]) as script:
        session = Session("TikTok", allow_only(script.base), clock=lambda: now[0])
        source = TikTokResearch(session, KEY, KEY, base=script.base)
        for seconds in (0, 7139, 7140):
            now[0] = NOW + timedelta(seconds=seconds)
            source.read(POST, Want(), None)
        paths = [request.url.path.rpartition("/v2/")[2] for request in script.asked]
    assert [path[:5] for path in paths] == ["oauth", "resea", "resea", "oauth", "resea"]
