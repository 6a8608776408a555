"""The sources that a configuration gives: official APIs first, each on a session of its own.

Importing this imports requests; whoever starts cold imports it when the first post is fetched.
"""

from __future__ import annotations

from undertone.errors import Permanent
from undertone.ports import Clock, Source
from undertone.records import Page, PostRef, Want
from undertone.sources import hackernews, youtube
from undertone.sources.config import SourcesConfig, describe
from undertone.sources.http import Limits, Session, only, utc_now


class Unreached:
    """A platform that the configuration does not reach: every post of it says what to set."""

    def __init__(self, platform: str, advice: str) -> None:
        self.platform = platform
        self._advice = advice

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:  # noqa: ARG002
        """Raises Permanent."""
        raise Permanent(
            f"{self.platform} cannot be reached with this configuration: {self._advice}",
            state="unsupported",
        )


def build_sources(
    config: SourcesConfig, *, clock: Clock = utc_now, limits: Limits | None = None
) -> dict[str, Source]:
    """A source for every platform, by the name that `PostRef.platform` holds."""
    build = _Builder(config, clock, limits or Limits())
    sources: list[Source] = [build.hackernews()]
    if config.youtube_api_key:
        sources.append(build.youtube())
    reached = {source.platform: source for source in sources}
    for reach in describe(config):
        if reach.platform not in reached and reach.platform != "upload":
            reached[reach.platform] = Unreached(reach.platform, reach.advice)
    return reached


class _Builder:
    def __init__(self, config: SourcesConfig, clock: Clock, limits: Limits) -> None:
        self._config = config
        self._clock = clock
        self._limits = limits

    def _base(self, platform: str, real: str) -> str:
        stand_in = self._config.platforms_base.rstrip("/")
        return f"{stand_in}/{platform}" if stand_in else real

    def _session(self, name: str, *bases: str) -> Session:
        return Session(name, only(*bases), limits=self._limits, clock=self._clock)

    def hackernews(self) -> Source:
        base = self._base("hackernews", hackernews.BASE)
        return hackernews.HackerNews(self._session(hackernews.NAME, base), base=base)

    def youtube(self) -> Source:
        base = self._base("youtube", youtube.BASE)
        return youtube.YouTube(
            self._session(youtube.NAME, base),
            self._config.youtube_api_key,
            base=base,
            when_used_up=self._config.youtube_when_used_up,
        )
