"""Which source a platform has when credentials change or cannot be had."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from undertone.errors import Transient
from undertone.ports import Source
from undertone.records import Page, PostRef, Want
from undertone.sources.config import SourcesConfig
from undertone.sources.current import CurrentSources


class Built:
    """A source that shows what it was built with."""

    def __init__(self, platform: str, config: SourcesConfig) -> None:
        self.platform = platform
        self.config = config

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:
        return Page()


@dataclass
class Bench:
    secrets: dict[str, str] = field(default_factory=dict)
    unreachable: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def give(self, names: tuple[str, ...]) -> dict[str, str]:
        self.asked += names
        if self.unreachable & {*names}:
            raise Transient("the vault does not answer")
        return {name: self.secrets.get(name, "") for name in names}

    def build(self, config: SourcesConfig) -> dict[str, Source]:
        return {name: Built(name, config) for name in ("youtube", "reddit", "hackernews")}

    def sources(self) -> CurrentSources:
        return CurrentSources(SourcesConfig(platforms_base="http://x"), self.give, self.build)


def config_of(source: Source) -> SourcesConfig:
    assert isinstance(source, Built)
    return source.config


def test_a_platform_gets_its_own_secrets_and_is_built_once() -> None:
    bench = Bench({"YOUTUBE_API_KEY": "k", "APIFY_TOKEN": "t"})
    sources = bench.sources()
    youtube = sources("youtube")
    assert config_of(youtube) == SourcesConfig(youtube_api_key="k", platforms_base="http://x")
    assert sources("youtube") is youtube
    assert sources("hackernews").platform == "hackernews"
    assert set(bench.asked) == {"YOUTUBE_API_KEY"}


def test_a_rotated_secret_builds_the_source_anew() -> None:
    bench = Bench({"YOUTUBE_API_KEY": "old"})
    sources = bench.sources()
    first = sources("youtube")
    bench.secrets["YOUTUBE_API_KEY"] = "new"
    second = sources("youtube")
    assert second is not first
    assert config_of(second).youtube_api_key == "new"
    assert sources("youtube") is second


def test_a_vault_without_an_answer_hurts_only_who_needs_it() -> None:
    bench = Bench({"YOUTUBE_API_KEY": "k"}, unreachable={"REDDIT_CLIENT_ID"})
    sources = bench.sources()
    with pytest.raises(Transient):
        sources("reddit")
    assert config_of(sources("youtube")).youtube_api_key == "k"
    assert sources("hackernews").platform == "hackernews"
