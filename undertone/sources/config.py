"""Credentials and choices of the sources, and which platforms they reach. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal, NamedTuple

from undertone.records import UPLOAD


@dataclass(frozen=True, kw_only=True)
class SourcesConfig:
    """Credentials and choices. A setting's name is its field's in capitals: `YOUTUBE_API_KEY`."""

    youtube_api_key: str = field(default="", repr=False)
    youtube_when_used_up: Literal["wait", "end"] = "wait"
    """A spent daily quota makes a post wait for the next day, or end with what was read."""
    reddit_client_id: str = field(default="", repr=False)
    reddit_client_secret: str = field(default="", repr=False)
    instagram_graph_token: str = field(default="", repr=False)
    instagram_graph_user: str = ""
    """Id of the Instagram professional account whose own media the token may read."""
    tiktok_client_key: str = field(default="", repr=False)
    tiktok_client_secret: str = field(default="", repr=False)
    apify_token: str = field(default="", repr=False)
    platforms_base: str = ""
    """Address of stand-in platforms for development: every platform is asked at
    `{platforms_base}/{platform}` instead of at its own address."""

    @classmethod
    def from_settings(cls, settings: Mapping[str, str]) -> SourcesConfig:
        """Those of `settings` that are ours. Raises ValueError naming a setting that is wrong."""
        given = {
            entry.name: settings[entry.name.upper()].strip()
            for entry in fields(cls)
            if settings.get(entry.name.upper(), "").strip()
        }
        if given.get("youtube_when_used_up", "wait") not in {"wait", "end"}:
            raise ValueError("YOUTUBE_WHEN_USED_UP must be `wait` or `end`")
        return cls(**given)  # type: ignore[arg-type] # the one Literal is checked above


PAID_SECRETS = ("APIFY_TOKEN", "TIKTOK_CLIENT_KEY", "TIKTOK_CLIENT_SECRET")
"""The secrets on which it depends what a post costs."""


def paid_platforms(secrets: Mapping[str, str]) -> frozenset[str]:
    """The platforms whose posts are read by runs that cost money, given `PAID_SECRETS`."""
    if not secrets["APIFY_TOKEN"]:
        return frozenset()
    has_research = bool(secrets["TIKTOK_CLIENT_KEY"] and secrets["TIKTOK_CLIENT_SECRET"])
    return frozenset({"instagram"} if has_research else {"instagram", "tiktok"})


def secrets_of(platform: str) -> tuple[str, ...]:
    """The settings that hold the credentials for a platform, as far as they are secrets."""
    return _SECRETS.get(platform, ())


_SECRETS = {
    "youtube": ("YOUTUBE_API_KEY",),
    "reddit": ("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET"),
    "instagram": ("INSTAGRAM_GRAPH_TOKEN", "APIFY_TOKEN"),
    "tiktok": ("TIKTOK_CLIENT_KEY", "TIKTOK_CLIENT_SECRET", "APIFY_TOKEN"),
}


class Reach(NamedTuple):
    """Whether and how a platform can be reached."""

    platform: str
    by: str
    """Name of the API that is used; empty if none can be."""
    advice: str
    """What to set so that it is reached, or reached better; empty if nothing is to be done."""


_OPEN = (
    ("hackernews", "Algolia's Hacker News API"),
    ("bluesky", "Bluesky's public API"),
    ("mastodon", "each instance's own API"),
)
_APIFY = "set APIFY_TOKEN (https://console.apify.com/settings/integrations; runs cost money)"


def describe(config: SourcesConfig) -> list[Reach]:
    """Every platform, and by what it is reached with this configuration."""
    return [
        _youtube(config),
        _instagram(config),
        _tiktok(config),
        _reddit(config),
        *(Reach(platform, by, "") for platform, by in _OPEN),
        Reach(UPLOAD, "comments sent along", ""),
    ]


def _youtube(config: SourcesConfig) -> Reach:
    if config.youtube_api_key:
        return Reach("youtube", "YouTube Data API", "")
    advice = "set YOUTUBE_API_KEY (a key for the YouTube Data API v3 from Google Cloud's console)"
    return Reach("youtube", "", advice)


def _instagram(config: SourcesConfig) -> Reach:
    own = bool(config.instagram_graph_token and config.instagram_graph_user)
    graph = "set INSTAGRAM_GRAPH_TOKEN and INSTAGRAM_GRAPH_USER for the posts of an own account"
    if own and config.apify_token:
        return Reach("instagram", "Instagram Graph API for own posts, Apify for others", "")
    if own:
        return Reach("instagram", "Instagram Graph API, own posts only", f"{_APIFY} for others")
    if config.apify_token:
        return Reach("instagram", "Apify", graph)
    return Reach("instagram", "", f"{_APIFY}, or {graph}, or upload an export of the comments")


def _tiktok(config: SourcesConfig) -> Reach:
    if config.tiktok_client_key and config.tiktok_client_secret:
        return Reach("tiktok", "TikTok Research API", "")
    research = "set TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET (approved research clients only)"
    if config.apify_token:
        return Reach("tiktok", "Apify", research)
    return Reach("tiktok", "", f"{_APIFY}, or {research}, or upload an export of the comments")


def _reddit(config: SourcesConfig) -> Reach:
    if config.reddit_client_id and config.reddit_client_secret:
        return Reach("reddit", "Reddit API", "")
    advice = (
        "set REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET (an app of the kind `script` from "
        "https://www.reddit.com/prefs/apps); Reddit no longer answers without"
    )
    return Reach("reddit", "", advice)
