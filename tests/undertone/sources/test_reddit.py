import json
from datetime import timedelta

import pytest

from tests.fakes.posts import KEY
from tests.fakes.scripted import Reply, scripted
from tests.fakes.world import World
from tests.undertone.sources.conftest import NOW, comments_of, pages_of, post_for, sources_for
from undertone.errors import Permanent
from undertone.records import Page, PostRef, Want
from undertone.sources.http import Session, allow_only
from undertone.sources.reddit import Reddit
from undertone.sources.transport import Limits

POST = PostRef(platform="reddit", id="57dw9a")
TOKEN: Reply = (200, {"access_token": "t1", "expires_in": 3600})


def test_what_reddit_leaves_out_is_asked_for(narrow: World) -> None:
    post = post_for("reddit", narrow, comments=300)
    pages = pages_of(sources_for(narrow)["reddit"], post)
    found = comments_of(pages)
    assert len(found) == 300
    assert pages[0].reported == 300
    assert sum(page.skipped for page in pages) == 1
    assert all(comment.parent == "" or comment.parent in found for comment in found.values())
    paths = [asked.path.rpartition("/")[2] for asked in narrow.asked("reddit")]
    assert paths.count("morechildren") > 1


def test_each_comment_comes_once(narrow: World) -> None:
    post = post_for("reddit", narrow, comments=300)
    pages = pages_of(sources_for(narrow)["reddit"], post)
    assert sum(len(page.comments) for page in pages) == 300


def test_what_lies_too_deep_is_asked_for_by_thread(world: World) -> None:
    post = post_for("reddit", world, comments=120)
    assert len(comments_of(pages_of(sources_for(world)["reddit"], post))) == 120
    assert any("/_/" in asked.path for asked in world.asked("reddit", post.id))


def test_without_replies_only_the_top_level_is_asked_for(narrow: World) -> None:
    post = post_for("reddit", narrow, comments=90)
    pages = pages_of(sources_for(narrow)["reddit"], post, Want(replies=False))
    assert {comment.parent for comment in comments_of(pages).values()} == {""}
    assert pages[0].reported is None


def test_order(world: World) -> None:
    post, source = post_for("reddit", world, comments=50), sources_for(world)["reddit"]
    newest = source.read(post, Want(order="newest", replies=False), None).comments
    top = source.read(post, Want(order="top", replies=False), None).comments
    times = [comment.created_at for comment in newest]
    scores = [comment.likes or 0 for comment in top]
    assert times == sorted(times, reverse=True)
    assert scores == sorted(scores, reverse=True)


def _read(replies: list[Reply], cursor: str | None = None) -> tuple[Page, list[str]]:
    with scripted(replies) as script:
        session = Session(
            "Reddit", allow_only(script.base), limits=Limits(backoff=0), clock=lambda: NOW
        )
        source = Reddit(session, KEY, KEY, login_base=script.base, base=script.base)
        page = source.read(POST, Want(), cursor)
        return page, [request.headers.get("authorization", "") for request in script.asked]


def _tree(*children: object) -> Reply:
    link = {"data": {"children": [{"kind": "t3", "data": {"title": "T", "num_comments": 5}}]}}
    return 200, [link, {"data": {"children": list(children)}}]


def _t1(**data: object) -> dict[str, object]:
    return {"kind": "t1", "data": {"id": "a", "body": "x", "parent_id": "t3_57dw9a"} | data}


def test_a_revoked_token_is_renewed_once() -> None:
    page, asked = _read([TOKEN, (401, {}), (200, {"access_token": "t2"}), _tree(_t1())])
    assert [comment.id for comment in page.comments] == ["a"]
    assert asked[1:] == ["Bearer t1", asked[2], "Bearer t2"]


def test_a_token_that_is_never_taken_ends_the_post() -> None:
    with pytest.raises(Permanent, match="Reddit refuses: status 401"):
        _read([TOKEN, (401, {}), TOKEN, (401, {})])


def test_wrong_credentials_name_the_settings() -> None:
    with pytest.raises(Permanent, match="REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET"):
        _read([(401, {"message": "Unauthorized"})])


def test_a_token_is_used_again_until_it_expires() -> None:
    now = [NOW]
    with scripted([TOKEN, _tree(_t1()), _tree(_t1()), TOKEN, _tree(_t1())]) as script:
        session = Session("Reddit", allow_only(script.base), clock=lambda: now[0])
        source = Reddit(session, KEY, KEY, login_base=script.base, base=script.base)
        source.read(POST, Want(), None)
        source.read(POST, Want(), None)
        now[0] += timedelta(minutes=59, seconds=30)
        source.read(POST, Want(), None)
        methods = [request.method for request in script.asked]
    assert methods == ["POST", "GET", "GET", "POST", "GET"]


def test_a_cursor_holds_no_more_ids_than_can_be_wanted(narrow: World) -> None:
    post, source = post_for("reddit", narrow, comments=3000), sources_for(narrow)["reddit"]
    few, all_of_it = Want(limit=10), Want(limit=10, sample="random")
    pages = pages_of(source, post, few)
    cursors = [len(page.cursor or "") for page in pages]
    assert max(cursors) < len(source.read(post, all_of_it, None).cursor or "") / 2
    assert "comments lie past what is asked for" in pages[-1].note


def test_odd_things_are_counted() -> None:
    odd = [None, {"kind": "t1", "data": {"body": "no id"}}, {"kind": "t9", "data": {}}]
    page, _ = _read([TOKEN, _tree(*odd, _t1(replies=5), {"kind": "more", "data": 3})])
    assert [comment.id for comment in page.comments] == ["a"]
    assert page.note == "4 items of Reddit's answer were not understood"


def test_removed_comments_are_skipped_and_their_replies_kept() -> None:
    reply = _t1(id="b", parent_id="t1_a")
    top = _t1(body="[removed]", replies={"data": {"children": [reply]}})
    page, _ = _read([TOKEN, _tree(top)])
    assert [(comment.id, comment.parent) for comment in page.comments] == [("b", "a")]
    assert page.skipped == 1


def test_a_thread_that_was_looked_up_is_not_looked_up_again() -> None:
    deeper = [{"kind": "more", "data": {"children": [], "parent_id": f"t1_{top}"}} for top in "ab"]
    page, _ = _read([TOKEN, _tree(_t1(), *deeper)], '{"deep":["a","c"]}')
    assert page.cursor is not None
    assert json.loads(page.cursor) == {"deep": ["c", "b"]}


def test_what_was_left_out_is_asked_for_as_it_was_written() -> None:
    with scripted([TOKEN, (200, {"json": {"data": {"things": [_t1()]}}})]) as script:
        session = Session("Reddit", allow_only(script.base), clock=lambda: NOW)
        source = Reddit(session, KEY, KEY, login_base=script.base, base=script.base)
        source.read(POST, Want(), '{"more":["a","b"]}')
        assert dict(script.asked[1].query_params) == {
            "api_type": "json", "raw_json": "1", "link_id": "t3_57dw9a", "sort": "top",
            "children": "a,b",
        }  # fmt: skip
