"""Keeping posts: what is new, what is a repeat, what is in the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from undertone.errors import Conflict, NotFound, Rejected, Transient
from undertone.own_posts import names
from undertone.own_posts.records import OwnPost, millisecond_text
from undertone.own_posts.store import OnePost, Outcome, OwnPosts, OwnTimeline
from undertone.storage.memory import MemoryBlobs

NOW = datetime(2026, 11, 25, 12, 0, 0, 250_000, tzinfo=UTC)


def post(
    id_: str = "123", content: str = "Spring is here.", title: str = "", created_at: str = ""
) -> OwnPost:
    return OwnPost(id=id_, content=content, title=title, created_at=created_at)


@pytest.fixture
def posts() -> OwnPosts:
    return OwnPosts(MemoryBlobs(), lambda: NOW)


def test_a_new_post_gets_its_moment(posts: OwnPosts) -> None:
    made, outcome = posts.create("ann", post())
    assert outcome is Outcome.CREATED
    assert made.created_at == "2026-11-25T12:00:00.250Z"
    assert posts.find("ann", "123") == made


def test_the_same_again_changes_nothing(posts: OwnPosts) -> None:
    first, _ = posts.create("ann", post())
    posts.clock = lambda: NOW + timedelta(hours=1)
    assert posts.create("ann", post()) == (first, Outcome.UNCHANGED)
    assert posts.create("ann", post(created_at=first.created_at))[1] is Outcome.UNCHANGED
    assert len(OwnTimeline(posts, "ann").keys(after="", limit=9)) == 1


@pytest.mark.parametrize(
    "other",
    [post(content="Autumn."), post(title="!"), post(created_at="2020-01-01T00:00:00.000Z")],
)
def test_another_post_under_the_same_id_is_refused(posts: OwnPosts, other: OwnPost) -> None:
    first, _ = posts.create("ann", post())
    with pytest.raises(Conflict, match="PUT"):
        posts.create("ann", other)
    assert posts.find("ann", "123") == first


def test_owners_do_not_see_each_other(posts: OwnPosts) -> None:
    posts.create("ann", post())
    with pytest.raises(NotFound):
        posts.find("bob", "123")
    with pytest.raises(NotFound):
        posts.remove("bob", "123")
    assert posts.create("bob", post(content="Mine."))[1] is Outcome.CREATED
    assert posts.find("ann", "123").content == "Spring is here."


def test_put_creates_changes_and_keeps_the_moment(posts: OwnPosts) -> None:
    first, outcome = posts.put("ann", post())
    assert outcome is Outcome.CREATED
    posts.clock = lambda: NOW + timedelta(hours=1)
    changed, outcome = posts.put("ann", post(content="Autumn."))
    assert outcome is Outcome.CHANGED
    assert (changed.content, changed.created_at) == ("Autumn.", first.created_at)
    assert posts.put("ann", post(content="Autumn."))[1] is Outcome.UNCHANGED


def test_what_is_removed_leaves_nothing(posts: OwnPosts) -> None:
    posts.create("ann", post())
    posts.remove("ann", "123")
    assert posts.blobs.names("") == []


@pytest.mark.parametrize("moment", ["2026-11-25T12:05:01.000Z", "1969-12-31T23:59:59.000Z"])
def test_moments_lie_between_1970_and_now(posts: OwnPosts, moment: str) -> None:
    with pytest.raises(Rejected, match="created_at"):
        posts.create("ann", post(created_at=moment))


def test_who_is_overtaken_again_and_again_is_told(posts: OwnPosts) -> None:
    class Racing(MemoryBlobs):
        def replace(self, name: str, data: bytes, etag: str) -> bool:
            self.write(name, data.replace(b"Autumn", b"Winter"))
            return super().replace(name, data, etag)

    racing = OwnPosts(Racing(), lambda: NOW)
    racing.create("ann", post())
    with pytest.raises(Transient, match="changed by others"):
        racing.put("ann", post(content="Autumn."))


def test_an_entry_without_its_post_stands_for_nothing(posts: OwnPosts) -> None:
    made, _ = posts.create("ann", post())
    timeline = OwnTimeline(posts, "ann")
    stray = names.timeline_key("2026-11-25T11:00:00.000Z", "123")  # of a process that was killed
    posts.blobs.create(names.timeline(timeline.source) + stray, b"")
    keys = timeline.keys(after="", limit=9)
    assert [timeline.item(key) for key in keys] == [made, None]
    posts.posts.remove("ann", "123")
    assert [timeline.item(key) for key in keys] == [None, None]


def test_one_post_is_a_timeline_of_its_own(posts: OwnPosts) -> None:
    made, _ = posts.create("ann", post())
    single = OnePost(posts, "ann", "123")
    (key,) = single.keys(after="", limit=9)
    assert key == OwnTimeline(posts, "ann").keys(after="", limit=9)[0]
    assert single.item(key) == made
    assert single.keys(after=key, limit=9) == []
    assert OnePost(posts, "ann", "none").keys(after="", limit=9) == []


@given(st.lists(st.integers(0, 9_000_000_000_000), min_size=2, max_size=9))
def test_keys_sort_newer_posts_first(milliseconds: list[int]) -> None:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    texts = [millisecond_text(epoch + timedelta(milliseconds=ms)) for ms in milliseconds]
    keys = sorted(names.timeline_key(text, "x") for text in texts)
    shown = [millisecond_text(names.moment(key)) for key in keys]
    assert shown == sorted(texts, reverse=True)
    assert {len(key) for key in keys} == {names.KEY_LENGTH}


def test_revisions_tell_posts_apart() -> None:
    one = post()
    assert one.revision == msgspec.structs.replace(one).revision
    assert one.revision != post(title="!").revision
