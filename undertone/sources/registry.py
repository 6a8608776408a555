"""Builds the sources that a configuration allows: official APIs first, a session for each.

Importing this imports requests; whoever starts cold imports it when the first post is fetched.
"""

from __future__ import annotations

from requests.adapters import HTTPAdapter

from undertone.errors import Permanent
from undertone.ports import Clock, Source
from undertone.posts import is_short
from undertone.records import UPLOAD, Page, PostRef, Want
from undertone.sources import (
    apify,
    bluesky,
    hackernews,
    instagram_graph,
    mastodon,
    reddit,
    tiktok_research,
    youtube,
)
from undertone.sources.apify import OPEN_PURSE, Purse, StartLog
from undertone.sources.apify_actors import Actor, InstagramActor, TikTokActor
from undertone.sources.config import SourcesConfig, describe
from undertone.sources.fallback import FallbackSource
from undertone.sources.http import Allows, Session, allow_only, utc_now
from undertone.sources.public_hosts import PublicHostsAdapter, public_https
from undertone.sources.resolving import ResolvingSource, ShortLinkResolver
from undertone.sources.transport import Limits


class UnconfiguredSource:
    """A platform without credentials: reading any post of it raises with what to set."""

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
    config: SourcesConfig,
    start_log: StartLog,
    *,
    clock: Clock = utc_now,
    limits: Limits | None = None,
    purse: Purse = OPEN_PURSE,
) -> dict[str, Source]:
    """A source for every platform, by the name that `PostRef.platform` holds.

    `start_log`: a container that all instances share; starts of paid runs are logged there first.
    `purse`: what they may cost.
    """
    build = _Builder(config, start_log, clock, limits or Limits(), purse)
    built = [
        build.youtube(),
        build.instagram(),
        build.tiktok(),
        build.reddit(),
        build.hackernews(),
        build.bluesky(),
        build.mastodon(),
    ]
    reached = {source.platform: source for source in built if source is not None}
    for reach in describe(config):
        if reach.platform not in reached and reach.platform != UPLOAD:
            reached[reach.platform] = UnconfiguredSource(reach.platform, reach.advice)
    return reached


class _Builder:
    """One method a platform; None where the configuration does not reach it."""

    def __init__(
        self,
        config: SourcesConfig,
        start_log: StartLog,
        clock: Clock,
        limits: Limits,
        purse: Purse,
    ) -> None:
        self._purse = purse
        self._config = config
        self._start_log = start_log
        self._clock = clock
        self._limits = limits
        self._stand_in = config.platforms_base.rstrip("/")

    def _base(self, place: str, real: str) -> str:
        return f"{self._stand_in}/{place}" if self._stand_in else real

    def _session(self, name: str, *bases: str) -> Session:
        return Session(name, allow_only(*bases), limits=self._limits, clock=self._clock)

    def hackernews(self) -> Source:
        base = self._base("hackernews", hackernews.BASE)
        return hackernews.HackerNews(self._session(hackernews.NAME, base), base=base)

    def youtube(self) -> Source | None:
        if not self._config.youtube_api_key:
            return None
        base = self._base("youtube", youtube.BASE)
        return youtube.YouTube(
            self._session(youtube.NAME, base),
            self._config.youtube_api_key,
            base=base,
            when_used_up=self._config.youtube_when_used_up,
        )

    def bluesky(self) -> Source:
        base = self._base("bluesky", bluesky.BASE)
        source = bluesky.Bluesky(self._session(bluesky.NAME, base), base=base)
        return ResolvingSource(source, bluesky.needs_did, source.did)

    def mastodon(self) -> Source:
        if self._stand_in:
            base = self._base("mastodon", "")
            return mastodon.Mastodon(
                self._mastodon_session(allow_only(base), HTTPAdapter), base=base
            )
        return mastodon.Mastodon(self._mastodon_session(public_https, PublicHostsAdapter))

    def _mastodon_session(self, allows: Allows, adapter: type[HTTPAdapter]) -> Session:
        return Session(
            mastodon.NAME,
            allows,
            limits=self._limits,
            clock=self._clock,
            adapter=adapter,
            platform_wide=False,  # each instance has limits of its own
        )

    def reddit(self) -> Source | None:
        if not (self._config.reddit_client_id and self._config.reddit_client_secret):
            return None
        login = self._base("reddit", reddit.LOGIN_BASE)
        base = self._base("reddit", reddit.BASE)
        source = reddit.Reddit(
            self._session(reddit.NAME, login, base),
            self._config.reddit_client_id,
            self._config.reddit_client_secret,
            login_base=login,
            base=base,
        )
        return self._with_short_links(source, reddit.NAME, "https://www.reddit.com")

    def tiktok(self) -> Source | None:
        source = self._tiktok_research() or self._apify(TikTokActor())
        hosts = (f"https://{name}.tiktok.com" for name in ("www", "vm", "vt", "m"))
        return source and self._with_short_links(source, tiktok_research.NAME, *hosts)

    def _tiktok_research(self) -> Source | None:
        if not (self._config.tiktok_client_key and self._config.tiktok_client_secret):
            return None
        base = self._base("tiktok_research", tiktok_research.BASE)
        return tiktok_research.TikTokResearch(
            self._session(tiktok_research.NAME, base),
            self._config.tiktok_client_key,
            self._config.tiktok_client_secret,
            base=base,
        )

    def instagram(self) -> Source | None:
        own, others = self._instagram_graph(), self._apify(InstagramActor())
        return FallbackSource(own, others) if own and others else own or others

    def _instagram_graph(self) -> Source | None:
        if not (self._config.instagram_graph_token and self._config.instagram_graph_user):
            return None
        base = self._base("instagram_graph", instagram_graph.BASE)
        return instagram_graph.InstagramGraph(
            self._session(instagram_graph.NAME, base),
            self._config.instagram_graph_token,
            self._config.instagram_graph_user,
            base=base,
        )

    def _apify(self, actor: Actor) -> Source | None:
        if not self._config.apify_token:
            return None
        base = self._base("apify", apify.BASE)
        session = self._session(apify.NAME, base)
        return apify.Apify(
            session,
            self._config.apify_token,
            actor,
            self._start_log,
            base=base,
            purse=self._purse,
        )

    def _with_short_links(self, source: Source, name: str, *hosts: str) -> Source:
        base = self._base(f"links/{source.platform}", "")
        session = self._session(name, *([base] if base else hosts))
        return ResolvingSource(source, is_short, ShortLinkResolver(session, base=base).resolve)
