import pytest

from tests.fakes.instagram_graph import EMBEDDED
from tests.fakes.posts import KEY
from tests.fakes.scripted import Reply, scripted
from tests.fakes.world import World
from tests.undertone.sources.conftest import comments_of, pages_of, post_for, ways_for
from undertone.errors import Delayed, Permanent, Transient
from undertone.records import Page, PostRef, Want
from undertone.sources.http import Session, allow_only
from undertone.sources.instagram_graph import InstagramGraph, NotOwn

POST = PostRef(platform="instagram", id="CxYz_12-abc")


def test_the_post_is_found_among_the_accounts_media_and_read(narrow: World) -> None:
    post = post_for("instagram_graph", narrow, comments=150)
    pages = pages_of(ways_for(narrow)["instagram_graph"], post)
    found = comments_of(pages)
    assert len(found) == 150
    named = [page for page in pages if page.title is not None]
    assert [(page.title, page.reported) for page in named] == [
        ("Stand-in post n00150-0000: “150 comments” <& more>", 150)
    ]
    assert all(comment.parent == "" or comment.parent in found for comment in found.values())
    assert any(asked.path.endswith("/replies") for asked in narrow.asked("instagram_graph"))
    most = max(sum(comment.parent == top for comment in found.values()) for top in found)
    assert most > EMBEDDED


def test_a_cursor_holds_no_token(narrow: World) -> None:
    post = post_for("instagram_graph", narrow, comments=50)
    pages = pages_of(ways_for(narrow)["instagram_graph"], post)
    assert [page.cursor for page in pages if page.cursor and KEY in page.cursor] == []


def test_without_replies(narrow: World) -> None:
    post = post_for("instagram_graph", narrow, comments=50)
    pages = pages_of(ways_for(narrow)["instagram_graph"], post, Want(replies=False))
    assert {comment.parent for comment in comments_of(pages).values()} == {""}
    assert [page.reported for page in pages if page.reported] == []


def _read(replies: list[Reply], cursor: str | None) -> Page:
    with scripted(replies) as script:
        session = Session("Instagram", allow_only(script.base))
        return InstagramGraph(session, KEY, "me", base=script.base).read(POST, Want(), cursor)


def test_somebody_elses_post_says_what_to_do() -> None:
    with pytest.raises(NotOwn, match="set APIFY_TOKEN") as raised:
        _read([(200, {"data": [{"id": "1", "shortcode": "other"}]})], None)
    assert raised.value.state == "unsupported"


def test_hidden_and_empty_comments_are_skipped_and_odd_ones_counted() -> None:
    found = [{"id": "1", "text": "x", "hidden": True}, {"id": "2"}, {"id": "3", "text": "y"}, 4]
    page = _read([(200, {"data": found})], '{"media":"m"}')
    assert [comment.id for comment in page.comments] == ["3"]
    assert (page.skipped, page.note) == (2, "1 items of Instagram's answer were not understood")


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        ({"code": 190}, Permanent, "make a new one"),
        ({"code": 4}, Delayed, "too often"),
        ({"code": 613}, Delayed, "too often"),
        ({"code": 2}, Transient, "in passing"),
        ({"code": 10}, Permanent, "may not read"),
        ({"code": 200}, Permanent, "may not read"),
        ({"code": 100, "error_subcode": 33}, Permanent, "does not find"),
        ({"code": 100}, Permanent, "Instagram refuses: m"),
    ],
)
def test_what_codes_mean(error: dict[str, int], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        _read([(400, {"error": {"message": "m"} | error})], '{"media":"m"}')


def test_a_page_that_repeats_itself_ends() -> None:
    paging = {"cursors": {"after": "a"}, "next": "https://graph.facebook.com/x"}
    page = _read([(200, {"data": [], "paging": paging})], '{"media":"m","after":"a"}')
    assert page.cursor is None
