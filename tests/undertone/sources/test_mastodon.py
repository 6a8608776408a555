import pytest

from tests.fakes.mastodon import SHOWN
from tests.fakes.posts import post_url
from tests.fakes.scripted import Reply, scripted
from tests.fakes.world import World
from tests.undertone.sources.conftest import pages_of, post_for, sources_for
from undertone.errors import Delayed, Permanent
from undertone.posts import parse_post_url
from undertone.records import Page, PostRef, Want
from undertone.sources.config import SourcesConfig
from undertone.sources.http import Session, allow_only
from undertone.sources.mastodon import Mastodon
from undertone.sources.registry import build_sources
from undertone.storage.memory import MemoryBlobs

POST = parse_post_url(post_url("mastodon", comments=50))


def test_all_replies_are_one_page(world: World) -> None:
    (page,) = pages_of(sources_for(world)["mastodon"], post_for("mastodon", world, comments=50))
    assert (len(page.comments), page.reported, page.note) == (50, 50, "")
    assert page.title == "Stand-in post 500050000: “50 comments” <& more>"
    assert {comment.lang for comment in page.comments} == {"en"}
    assert page.comments[0].text.startswith("@someone ")
    assert any("\nSee you next week." in comment.text for comment in page.comments)


def test_what_the_instance_hides_is_said(world: World) -> None:
    (page,) = pages_of(sources_for(world)["mastodon"], post_for("mastodon", world, comments=200))
    assert len(page.comments) == SHOWN
    assert page.note.startswith("truncated by stand-in.example: ")


def test_without_replies_and_newest_first(world: World) -> None:
    post = post_for("mastodon", world, comments=50)
    want = Want(replies=False, order="newest")
    (page,) = pages_of(sources_for(world)["mastodon"], post, want)
    times = [comment.created_at for comment in page.comments]
    assert {comment.parent for comment in page.comments} == {""}
    assert times == sorted(times, reverse=True)
    assert page.reported == len(page.comments)


def test_an_instance_on_a_private_address_is_not_asked() -> None:
    source = build_sources(SourcesConfig(), MemoryBlobs())["mastodon"]
    inside = PostRef(platform="mastodon", id="localhost/1")
    with pytest.raises(
        Permanent, match="localhost is not asked: the name has an address"
    ) as raised:
        source.read(inside, Want(), None)
    assert raised.value.state == "unsupported"


def _read(replies: list[Reply]) -> Page:
    with scripted(replies) as script:
        source = Mastodon(Session("Mastodon", allow_only(script.base)), base=script.base)
        return source.read(POST, Want(), None)


def test_an_odd_reply_is_counted_and_an_empty_one_skipped() -> None:
    good = {"id": "1", "content": "<p>hi</p>", "in_reply_to_id": POST.id.partition("/")[2]}
    found = [None, {"content": "no id"}, good, {"id": "2", "content": "<p></p>"}]
    page = _read([(200, {"id": "500050000"}), (200, {"descendants": found})])
    assert [(comment.text, comment.parent) for comment in page.comments] == [("hi", "")]
    assert (page.skipped, page.note) == (1, "2 items of Mastodon's answer were not understood")


def test_another_refusal_names_the_host() -> None:
    with pytest.raises(Permanent, match=r"stand-in\.example refuses: closed"):
        _read([(422, {"error": "closed"})])


def test_one_instances_throttle_does_not_hold_back_the_others(world: World) -> None:
    source = sources_for(world)["mastodon"]
    with pytest.raises(Delayed) as delayed:
        source.read(post_for("mastodon", world, fault="down", salt=1), Want(), None)
    assert not delayed.value.platform_wide
    with pytest.raises(Delayed) as delayed:
        sources_for(world)["youtube"].read(post_for("youtube", world, fault="down"), Want(), None)
    assert delayed.value.platform_wide
