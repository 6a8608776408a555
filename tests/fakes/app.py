"""All stand-in platforms as one ASGI app, each under `/{platform}`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from tests.fakes import (
    apify,
    bluesky,
    hackernews,
    instagram_graph,
    links,
    mastodon,
    reddit,
    tiktok_research,
    youtube,
)
from tests.fakes.server import serving
from tests.fakes.world import World, as_json

_PLATFORMS: dict[str, Callable[[World], list[BaseRoute]]] = {
    "youtube": youtube.routes,
    "hackernews": hackernews.routes,
    "bluesky": bluesky.routes,
    "mastodon": mastodon.routes,
    "reddit": reddit.routes,
    "apify": apify.routes,
    "tiktok_research": tiktok_research.routes,
    "instagram_graph": instagram_graph.routes,
    "links": links.routes,
}


def build_app(world: World) -> Starlette:
    """The app; `GET /_log` shows the requests so far to another process."""

    def log(_: Request) -> Response:
        return as_json([entry._asdict() for entry in world.log])

    mounts = [Mount(f"/{name}", routes=routes(world)) for name, routes in _PLATFORMS.items()]
    return Starlette(routes=[Route("/_log", log), *mounts])


@contextmanager
def running(world: World | None = None, port: int = 0) -> Iterator[World]:
    """All stand-in platforms; `World.base` is what `SourcesConfig.platforms_base` wants."""
    world = world or World()
    with serving(build_app(world), port) as base:
        world.base = base
        yield world
