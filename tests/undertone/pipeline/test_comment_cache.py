"""Comments that an earlier job fetched."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.undertone.pipeline.conftest import NOW, Bench
from undertone.pipeline import names
from undertone.pipeline.comment_cache import (
    cache_name,
    note_use,
    read_cache,
    release,
    write_cache,
)
from undertone.pipeline.post_records import Fetched
from undertone.records import Comment, PostRef, Want, utc_text

POST = PostRef(platform="hackernews", id="1")


def fetched(minutes_ago: int, text: str = "x") -> Fetched:
    at = utc_text(NOW - timedelta(minutes=minutes_ago))
    return Fetched(comments=(Comment(id="1", text=text),), fetched_at=at)


@pytest.mark.parametrize(
    "want",
    [Want(limit=5), Want(order="newest"), Want(sample="random"), Want(replies=False)],
)
def test_another_choice_of_comments_has_another_name(want: Want) -> None:
    assert cache_name(POST, want, "me") != cache_name(POST, Want(), "me")


def test_the_same_post_in_any_form_has_the_same_name() -> None:
    other = PostRef(platform="hackernews", id="1", url="https://elsewhere")
    assert cache_name(other, Want(), "me") == cache_name(POST, Want(), "me")
    youtube = PostRef(platform="youtube", id="1")
    assert cache_name(youtube, Want(), "me") != cache_name(POST, Want(), "me")


def test_nobody_is_given_what_another_owner_or_another_protection_left() -> None:
    named = {
        cache_name(POST, Want(), owner, protection)
        for owner in ("me", "you", "")
        for protection in ("", "hashed 1", "hashed 2", "none")
    }
    assert len(named) == 12
    assert all(name.startswith("fetched/") for name in named)
    mine = {name for name in named if name.startswith(names.fetched_prefix("me"))}
    assert len(mine) == 4


def test_what_is_kept_goes_with_the_last_job_that_uses_it(bench: Bench) -> None:
    store, name = bench.store, cache_name(POST, Want(), "me")
    other = cache_name(PostRef(platform="hackernews", id="2"), Want(), "me")
    for entry in (name, other):
        note_use(store, entry, "job1")
        write_cache(store, entry, fetched(1))
    note_use(store, name, "job2")
    release(store, name, "job1")
    assert store.fetched.find(name) is not None
    release(store, name, "job1")  # a sweep comes again
    assert store.fetched.find(name) is not None
    release(store, name, "job2")
    assert [found for found in bench.cache.names("") if found.startswith(name[:-5])] == []
    assert store.fetched.find(other) is not None


def test_what_is_fresh_enough_is_used(bench: Bench) -> None:
    cache, kept = bench.store, fetched(30)
    write_cache(cache, "n", kept)
    assert read_cache(cache, "n", NOW, timedelta(minutes=30)) == kept
    assert read_cache(cache, "n", NOW, timedelta(minutes=29)) is None
    assert read_cache(cache, "n", NOW, timedelta()) is None
    assert read_cache(cache, "other", NOW, timedelta(days=1)) is None


def test_only_a_newer_fetch_replaces_one(bench: Bench) -> None:
    cache = bench.store
    for each in (
        fetched(20, "middle"),
        fetched(30, "old"),
        fetched(10, "new"),
        fetched(10, "late"),
    ):
        write_cache(cache, "n", each)
    kept = read_cache(cache, "n", NOW, timedelta(days=1))
    assert kept is not None
    assert kept.comments[0].text == "new"
