import pytest

from tests.fakes.hackernews import DELETED_EVERY
from tests.fakes.posts import post_url, spec_of, threads
from tests.fakes.scripted import scripted
from tests.fakes.world import World
from tests.undertone.sources.conftest import sources_for
from undertone.errors import Permanent
from undertone.posts import parse_post_url
from undertone.records import Page, Want
from undertone.sources.hackernews import HackerNews
from undertone.sources.http import Session, allow_only

POST = parse_post_url(post_url("hackernews", comments=400))


def _read(world: World, want: Want) -> Page:
    return sources_for(world)["hackernews"].read(POST, want, None)


def test_the_whole_tree_is_one_page(world: World) -> None:
    page = _read(world, Want())
    tops = len(threads(spec_of(POST.id)))
    assert (len(page.comments), page.cursor) == (400, None)
    assert page.title == "Stand-in post 500400000: “400 comments” <& more>"
    assert page.skipped == tops // DELETED_EVERY
    assert len([comment for comment in page.comments if not comment.parent]) == tops


def test_replies_follow_what_they_answer(world: World) -> None:
    seen: set[str] = {""}
    for comment in _read(world, Want()).comments:
        assert comment.parent in seen
        seen.add(comment.id)


def test_html_becomes_text_with_line_breaks(world: World) -> None:
    found = [comment.text for comment in _read(world, Want()).comments]
    assert any(text.endswith("\n\nSee you next week.") for text in found)
    assert any(text.endswith(" & more") for text in found)


def test_newest_first(world: World) -> None:
    times = [comment.created_at for comment in _read(world, Want(order="newest")).comments]
    assert times == sorted(times, reverse=True)


def test_without_replies(world: World) -> None:
    page = _read(world, Want(replies=False))
    assert {comment.parent for comment in page.comments} == {""}
    assert len(page.comments) == len(threads(spec_of(POST.id)))


def _read_body(status: int, body: object) -> Page:
    with scripted([(status, body)]) as script:
        source = HackerNews(Session("Hacker News", allow_only(script.base)), base=script.base)
        return source.read(POST, Want(), None)


def test_a_chain_of_a_thousand_replies_is_read() -> None:
    body = '{"id":9,"children":['
    for number in range(1000, 0, -1):
        body += f'{{"id":{2000 - number},"author":"a","text":"x","children":['
    page = _read_body(200, (body + "]}" * 1001).encode())
    assert len(page.comments) == 1000


def test_an_odd_child_is_counted() -> None:
    good = {"id": 1, "author": "a", "text": "hi"}
    page = _read_body(200, {"id": 9, "children": [None, 5, {"id": "x"}, good]})
    assert [comment.text for comment in page.comments] == ["hi"]
    assert "3 items" in page.note


def test_a_refusal_says_what_was_said() -> None:
    with pytest.raises(Permanent, match=r"refuses \(status 403\): .*forbidden"):
        _read_body(403, {"error": "forbidden"})
