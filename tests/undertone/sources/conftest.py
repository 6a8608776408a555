"""What the sources' tests share: the stand-in platforms, and sources that ask them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.fakes.app import running
from tests.fakes.instagram_graph import USER
from tests.fakes.posts import KEY, post_url
from tests.fakes.world import World
from undertone.ports import Source
from undertone.posts import parse_post_url
from undertone.records import Comment, Page, PostRef, Want
from undertone.sources.config import SourcesConfig
from undertone.sources.registry import build_sources
from undertone.sources.transport import Limits
from undertone.storage.memory import MemoryBlobs

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
QUICK = Limits(connect=1, read=0.5, total=1, size=2_000_000, backoff=0.01)


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with running() as served:
        yield served


@pytest.fixture
def narrow() -> Iterator[World]:
    """Platforms whose pages hold at most ten items."""
    with running(World(page_size=10)) as served:
        yield served


def config_for(world: World) -> SourcesConfig:
    return SourcesConfig(
        platforms_base=world.base,
        youtube_api_key=KEY,
        reddit_client_id=KEY,
        reddit_client_secret=KEY,
        apify_token=KEY,
    )


def sources_for(world: World) -> dict[str, Source]:
    return build_sources(config_for(world), MemoryBlobs(), limits=QUICK, clock=lambda: NOW)


def ways_for(world: World) -> dict[str, Source]:
    """Every way to a platform: by what is asked, where that is not the platform's own name."""
    official = SourcesConfig(
        platforms_base=world.base,
        instagram_graph_token=KEY,
        instagram_graph_user=USER,
        tiktok_client_key=KEY,
        tiktok_client_secret=KEY,
    )
    own = build_sources(official, MemoryBlobs(), limits=QUICK, clock=lambda: NOW)
    return sources_for(world) | {
        "instagram_graph": own["instagram"],
        "tiktok_research": own["tiktok"],
    }


def post_for(way: str, world: World, **what: Any) -> PostRef:
    """A stand-in post to be read by `way`; see `post_url`."""
    post = parse_post_url(post_url(way.removesuffix("_graph").removesuffix("_research"), **what))
    if way == "instagram_graph":
        world.own_media.append(post.id)
    return post


def pages_of(
    source: Source, post: PostRef, want: Want | None = None, most: int = 500
) -> list[Page]:
    """All pages of `post`, each cursor handed on as another process would get it."""
    pages = [source.read(post, want or Want(), None)]
    while (cursor := pages[-1].cursor) is not None:
        assert len(pages) < most, "the source does not come to an end"
        pages.append(source.read(post, want or Want(), cursor))
    return pages


def comments_of(pages: list[Page]) -> dict[str, Comment]:
    """The comments of `pages` by id, as the pipeline keeps them: the first of each id."""
    found: dict[str, Comment] = {}
    for page in pages:
        for comment in page.comments:
            found.setdefault(comment.id, comment)
    return found
