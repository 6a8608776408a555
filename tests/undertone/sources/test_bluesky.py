from tests.fakes.bluesky import CUT_EVERY, NOT_FOUND_EVERY, comments_shown
from tests.fakes.posts import DID, post_url, spec_of, threads
from tests.fakes.scripted import Reply, scripted
from tests.fakes.world import World
from tests.undertone.sources.conftest import comments_of, pages_of, post_for, sources_for
from undertone.posts import parse_post_url
from undertone.records import Page, PostRef, Want
from undertone.sources.bluesky import Bluesky
from undertone.sources.http import Session, allow_only

POST = PostRef(platform="bluesky", id=f"{DID}/root")


def test_replies_that_were_cut_off_are_asked_for(world: World) -> None:
    post = post_for("bluesky", world, comments=150)
    pages = pages_of(sources_for(world)["bluesky"], post)
    found = comments_of(pages)
    tops = threads(spec_of(post.id.partition("/")[2]))
    cut_off = [each for each in tops if each.replies and each.top.number % CUT_EVERY == 0]
    assert len(found) == 150
    assert len(pages) == 1 + len(cut_off) > 3
    assert pages[0].skipped == len(tops) // NOT_FOUND_EVERY
    assert all(comment.parent == "" or comment.parent in found for comment in found.values())
    assert {comment.lang for comment in found.values()} == {"en"}


def test_a_wide_thread_says_that_it_was_cut(world: World) -> None:
    post = post_for("bluesky", world, comments=900)
    pages = pages_of(sources_for(world)["bluesky"], post, Want(replies=False))
    assert pages[0].reported == len(threads(spec_of("n00900-0000")))
    assert len(comments_of(pages)) == 200
    assert comments_shown("n00900-0000") > 200


def test_a_handle_becomes_a_did_on_the_first_page(world: World) -> None:
    source = sources_for(world)["bluesky"]
    by_handle = parse_post_url("https://bsky.app/profile/some.example/post/n00040-0000")
    by_did = parse_post_url(post_url("bluesky", comments=40))
    pages = pages_of(source, by_handle)
    assert (pages[0].post, pages[0].comments) == (by_did, ())
    assert comments_of(pages) == comments_of(pages_of(source, by_did))


def _read(replies: list[Reply], want: Want | None = None, cursor: str | None = None) -> Page:
    with scripted(replies) as script:
        source = Bluesky(Session("Bluesky", allow_only(script.base)), base=script.base)
        return source.read(POST, want or Want(), cursor)


def _node(key: str, replies: list[object] | None = None, **post: object) -> dict[str, object]:
    record = {"text": key, "createdAt": "2026-01-01T00:00:00Z"}
    view = {"uri": f"at://{DID}/app.bsky.feed.post/{key}", "record": record} | post
    return {"$type": "app.bsky.feed.defs#threadViewPost", "post": view, "replies": replies}


def test_a_chain_of_a_thousand_replies_is_read() -> None:
    body = '{"thread":'
    start = (
        '{"$type":"#threadViewPost","post":{"uri":"at://x/%d","record":{"text":"t"}},"replies":['
    )
    body += "".join(start % number for number in range(1001)) + "]}" * 1001 + "}"
    assert len(_read([(200, body.encode())]).comments) == 1000


def test_few_missing_replies_are_no_truncation_and_many_are() -> None:
    replies: list[object] = [_node(f"r{number}") for number in range(20)]
    assert _read([(200, {"thread": _node("root", replies, replyCount=21)})]).note == ""
    cut = _read([(200, {"thread": _node("root", replies, replyCount=100)})])
    assert cut.note == "truncated by Bluesky: 80 of 100 replies are not shown"
    assert cut.reported == 100


def test_a_cut_off_reply_that_is_gone_is_passed_over() -> None:
    page = _read([(400, {"error": "NotFound"})], cursor='{"uris":["at://a","at://b"],"left":9}')
    assert (page.comments, page.cursor) == ((), '{"uris":["at://b"],"left":8}')


def _all(replies: list[Reply]) -> list[Page]:
    """All pages of the post, of which each is one answer."""
    with scripted(replies) as script:
        source = Bluesky(Session("Bluesky", allow_only(script.base)), base=script.base)
        return pages_of(source, POST)


def test_a_wide_thread_that_has_replies_cut_off_as_well_says_that_it_was_cut() -> None:
    """1,557 replies are reported, 166 can be read, and one of them was cut off."""
    tops: list[object] = [_node(f"r{number}") for number in range(160)]
    cut_off = _node("cut", None, replyCount=5)
    below: list[object] = [_node(f"b{number}") for number in range(5)]
    pages = _all([
        (200, {"thread": _node("root", [*tops, cut_off], replyCount=1552)}),
        (200, {"thread": _node("cut", below, replyCount=5)}),
    ])  # fmt: skip
    assert [len(page.comments) for page in pages] == [161, 5]
    assert [page.note for page in pages] == [
        "", "truncated by Bluesky: 1391 of 1557 replies are not shown"
    ]  # fmt: skip


def test_a_thread_whose_cut_off_replies_all_came_later_is_whole() -> None:
    below: list[object] = [_node(f"b{number}") for number in range(4)]
    pages = _all([
        (200, {"thread": _node("root", [_node("cut", None, replyCount=4)], replyCount=1)}),
        (200, {"thread": _node("cut", below, replyCount=4)}),
    ])  # fmt: skip
    assert [page.note for page in pages] == ["", ""]


def test_a_later_page_that_is_cut_says_so() -> None:
    pages = _all([
        (200, {"thread": _node("root", [_node("cut", None, replyCount=90)], replyCount=1)}),
        (200, {"thread": _node("cut", [_node("b")], replyCount=90)}),
    ])  # fmt: skip
    assert pages[-1].note == "truncated by Bluesky: 89 of 91 replies are not shown"


def test_no_more_requests_than_allowed() -> None:
    body = {"thread": _node("a", [_node("b", replyCount=3)], replyCount=1)}
    page = _read([(200, body)], cursor='{"uris":["at://a"],"left":1,"reported":50,"shown":49}')
    assert page.cursor is None
    assert page.note == "1 replies have replies that were not asked for"


def test_pictures_without_words_and_hidden_posts_are_skipped() -> None:
    hidden = {"$type": "app.bsky.feed.defs#blockedPost", "uri": "at://x", "blocked": True}
    silent = _node("s", record={"text": "  ", "createdAt": ""})
    page = _read([(200, {"thread": _node("root", [hidden, silent, _node("r")], replyCount=3)})])
    assert [comment.text for comment in page.comments] == ["r"]
    assert (page.skipped, page.note) == (2, "")


def test_a_post_without_replies_reports_none() -> None:
    page = _read([(200, {"thread": _node("root", [], replyCount=0)})])
    assert (page.reported, page.comments, page.note) == (0, (), "")
