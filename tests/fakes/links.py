"""Short links as stand-ins: they redirect to the post that their code names."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from tests.fakes.posts import post_url
from tests.fakes.world import Asked, World, as_json


def routes(world: World) -> list[BaseRoute]:
    """Under `/links`. `Zn00020` leads to a post of 20 comments, by one redirect of its own first.

    `Zhome` leads to the platform's front page, `Zmeta` to a metadata address, `Zloop` round and
    round, `Zgone` nowhere; `Zs00020` leads to the short link `Zn00020`.
    """

    def link(request: Request) -> Response:
        platform, path = request.path_params["platform"], request.path_params["path"]
        world.note(Asked("links", path, request.url.path, {}))
        code = path.strip("/").rpartition("/")[2]
        here = f"{world.base}/links/{platform}"
        special = {
            "Zhome": f"{here}/home",
            "Zmeta": "http://169.254.169.254/latest/meta-data/",
            "Zloop": f"{here}/Zloop",
        }
        if code.startswith("Zs"):
            return RedirectResponse(f"https://www.tiktok.com/t/Zn{code[2:]}/?_r=1")
        if code in special:
            return RedirectResponse(special[code])
        if not code.startswith(("Zn", "Yn")):
            return as_json({}, 200 if code == "home" else 404)
        if code.startswith("Zn"):
            return RedirectResponse(f"{here}/Yn{code[2:]}?utm_source=app", 301)
        return RedirectResponse(post_url(platform, comments=int(code[2:])) + "?_r=1")

    return [Route("/{platform}/{path:path}", link)]
