import dataclasses

import pytest

from tests.fakes.posts import KEY, post_url
from tests.fakes.world import World
from tests.undertone.sources.conftest import (
    comments_of,
    config_for,
    pages_of,
    post_for,
    sources_for,
)
from undertone.errors import Permanent
from undertone.posts import parse_post_url
from undertone.records import Want
from undertone.sources.config import SourcesConfig, describe
from undertone.sources.registry import build_sources
from undertone.storage.memory import MemoryBlobs

PLATFORMS = {"youtube", "instagram", "tiktok", "reddit", "hackernews", "bluesky", "mastodon"}


def test_every_platform_has_a_source_that_serves_it(world: World) -> None:
    sources = sources_for(world)
    assert set(sources) == PLATFORMS
    assert {name: source.platform for name, source in sources.items()} == {
        name: name for name in PLATFORMS
    }


@pytest.mark.parametrize(
    ("platform", "setting"),
    [
        ("youtube", "YOUTUBE_API_KEY"),
        ("instagram", "APIFY_TOKEN"),
        ("tiktok", "APIFY_TOKEN"),
        ("reddit", "REDDIT_CLIENT_ID"),
    ],
)
def test_without_credentials_a_post_says_what_to_set(platform: str, setting: str) -> None:
    source = build_sources(SourcesConfig(), MemoryBlobs())[platform]
    with pytest.raises(Permanent, match=f"{platform} cannot be reached .* set {setting}") as raised:
        source.read(parse_post_url(post_url(platform, comments=1)), Want(), None)
    assert raised.value.state == "unsupported"


def test_short_links_too_say_what_to_set() -> None:
    source = build_sources(SourcesConfig(), MemoryBlobs())["tiktok"]
    with pytest.raises(Permanent, match="APIFY_TOKEN"):
        source.read(parse_post_url("https://vm.tiktok.com/ZMabc12Xy/"), Want(), None)


def test_the_official_way_is_taken_first(world: World) -> None:
    config = dataclasses.replace(config_for(world), tiktok_client_key=KEY, tiktok_client_secret=KEY)
    post = parse_post_url(post_url("tiktok", comments=77))
    page = build_sources(config, MemoryBlobs())["tiktok"].read(post, Want(), None)
    assert len(page.comments) == 77
    assert world.asked("apify", post.id) == []


def test_own_posts_by_graph_and_others_by_apify(world: World) -> None:
    config = dataclasses.replace(
        config_for(world), instagram_graph_token=KEY, instagram_graph_user="17841400000000000"
    )
    source = build_sources(config, MemoryBlobs())["instagram"]
    own = post_for("instagram_graph", world, comments=11)
    other = post_for("instagram", world, comments=12)
    assert len(comments_of(pages_of(source, own))) == 11
    page = source.read(other, Want(), None)
    assert (page.comments, page.wait > 0) == ((), True)
    assert world.asked("apify", other.id)


def test_real_addresses_are_https_and_the_default() -> None:
    config = SourcesConfig(youtube_api_key="k", reddit_client_id="i", reddit_client_secret="s")
    sources = build_sources(config, MemoryBlobs())
    assert set(sources) == PLATFORMS


@pytest.mark.parametrize(
    ("settings", "reached"),
    [
        ({}, {"hackernews", "bluesky", "mastodon", "upload"}),
        ({"YOUTUBE_API_KEY": " k "}, {"youtube", "hackernews", "bluesky", "mastodon", "upload"}),
        (
            {"APIFY_TOKEN": "t"},
            {"instagram", "tiktok", "hackernews", "bluesky", "mastodon", "upload"},
        ),
        ({"REDDIT_CLIENT_ID": "only half"}, {"hackernews", "bluesky", "mastodon", "upload"}),
    ],
)
def test_what_a_configuration_reaches(settings: dict[str, str], reached: set[str]) -> None:
    told = describe(SourcesConfig.from_settings(settings))
    assert {reach.platform for reach in told if reach.by} == reached
    assert {reach.platform for reach in told} == PLATFORMS | {"upload"}
    assert all(reach.advice for reach in told if not reach.by)


def test_what_is_told_is_what_is_built() -> None:
    """A platform is told to be reached exactly if its source is not the one that only refuses."""
    for settings in (
        {},
        {"YOUTUBE_API_KEY": "k"},
        {"APIFY_TOKEN": "t"},
        {"INSTAGRAM_GRAPH_TOKEN": "t", "INSTAGRAM_GRAPH_USER": "1"},
        {"TIKTOK_CLIENT_KEY": "k", "TIKTOK_CLIENT_SECRET": "s"},
        {"REDDIT_CLIENT_ID": "i", "REDDIT_CLIENT_SECRET": "s"},
    ):
        config = SourcesConfig.from_settings(settings)
        sources = build_sources(config, MemoryBlobs())
        told = {reach.platform for reach in describe(config) if reach.by} - {"upload"}
        built = {
            name for name, each in sources.items() if type(each).__name__ != "UnconfiguredSource"
        }
        assert told == built, settings


def test_secrets_are_not_shown() -> None:
    names = [field.name for field in dataclasses.fields(SourcesConfig)]
    secret = [name for name in names if name.endswith(("_key", "_secret", "_token", "client_id"))]
    config = SourcesConfig(**dict.fromkeys(secret, "hush"))  # type: ignore[arg-type] # no Literal
    assert "hush" not in repr(config)
    assert len(secret) == 7


def test_a_wrong_choice_is_named() -> None:
    with pytest.raises(ValueError, match="YOUTUBE_WHEN_USED_UP must be `wait` or `end`"):
        SourcesConfig.from_settings({"YOUTUBE_WHEN_USED_UP": "never"})
