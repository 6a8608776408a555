"""Every source over any session, a post of its platform, and cursors that it goes on from."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tests.fakes.posts import KEY, post_url
from undertone.ports import Source
from undertone.posts import parse_post_url
from undertone.records import PostRef
from undertone.sources.apify import Apify
from undertone.sources.apify_actors import InstagramActor, TikTokActor
from undertone.sources.bluesky import Bluesky
from undertone.sources.hackernews import HackerNews
from undertone.sources.http import Session
from undertone.sources.instagram_graph import InstagramGraph
from undertone.sources.mastodon import Mastodon
from undertone.sources.reddit import Reddit
from undertone.sources.tiktok_research import TikTokResearch
from undertone.sources.youtube import YouTube
from undertone.storage.memory import MemoryBlobs


class Way(NamedTuple):
    """How a platform is read."""

    make: Callable[[Session, str], Source]
    """Of a session and the address that stands in for the platform's own."""
    post: PostRef
    cursors: tuple[str | None, ...]
    """One for each kind of request that the source makes."""


def _post(platform: str) -> PostRef:
    return parse_post_url(post_url(platform, comments=1))


WAYS = {
    "youtube": Way(
        lambda session, base: YouTube(session, KEY, base=base),
        _post("youtube"),
        (None, '{"threads":"t"}', '{"parents":["a"]}'),
    ),
    "hackernews": Way(
        lambda session, base: HackerNews(session, base=base), _post("hackernews"), (None,)
    ),
    "bluesky": Way(
        lambda session, base: Bluesky(session, base=base),
        _post("bluesky"),
        (None, '{"uris":["at://a"],"left":3}'),
    ),
    "mastodon": Way(lambda session, base: Mastodon(session, base=base), _post("mastodon"), (None,)),
    "reddit": Way(
        lambda session, base: Reddit(session, KEY, KEY, login_base=base, base=base),
        _post("reddit"),
        (None, '{"more":["a"]}', '{"deep":["a"]}'),
    ),
    "instagram_graph": Way(
        lambda session, base: InstagramGraph(session, KEY, "me", base=base),
        _post("instagram"),
        (None, '{"media":"m"}', '{"media":"m","parents":["p"]}'),
    ),
    "tiktok_research": Way(
        lambda session, base: TikTokResearch(session, KEY, KEY, base=base),
        _post("tiktok"),
        (None, "5"),
    ),
    "apify instagram": Way(
        lambda session, base: Apify(session, KEY, InstagramActor(), MemoryBlobs(), base=base),
        _post("instagram"),
        (None, '{"run":"r","dataset":"d"}', '{"run":"r","dataset":"d","ended":"SUCCEEDED"}'),
    ),
    "apify tiktok": Way(
        lambda session, base: Apify(session, KEY, TikTokActor(), MemoryBlobs(), base=base),
        _post("tiktok"),
        ('{"run":"r","dataset":"d","ended":"FAILED"}',),
    ),
}
