"""Instagram Graph API as a stand-in: an account's media, their comments, replies."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tests.fakes.posts import KEY, Remark, Spec, spec_of, threads, title_of
from tests.fakes.world import World, as_json, cut

USER = "17841400000000000"
"""The account whose media these are."""
OTHERS = 37
"""Other media of the account, listed before the one that is looked for."""
EMBEDDED = 3
"""Replies that come with their comment."""


def routes(world: World) -> list[BaseRoute]:
    """Under `/instagram_graph`. The account owns every post of which a link was asked for."""

    def media(request: Request) -> Response:
        own = [f"own{number:08d}" for number in range(OTHERS)] + world.own_media
        items = [_media(spec_of(code)) for code in own]
        return _refused(request) or _listed(world, request, items)

    def comments(request: Request) -> Response:
        post = request.path_params["media"].removeprefix("media.")
        with_replies = "replies" in request.query_params.get("fields", "")

        def make(spec: Spec) -> Response:
            items = [_top(spec, each, with_replies=with_replies) for each in threads(spec)]
            return _failed(spec) or _listed(world, request, items)

        return _refused(request) or world.answer(
            "instagram_graph", request, post, make, first_page="after" not in request.query_params
        )

    def replies(request: Request) -> Response:
        post, _, number = request.path_params["comment"].partition("..")

        def make(spec: Spec) -> Response:
            for each in threads(spec):
                if str(each.top.number) == number:
                    items = [_comment(spec, reply) for reply in each.replies]
                    return _listed(world, request, items)
            return _error(400, 100, "Object does not exist", 33)

        return _refused(request) or world.answer(
            "instagram_graph", request, post, make, first_page=False
        )

    return [
        Route(f"/{USER}/media", media),
        Route("/{media}/comments", comments),
        Route("/{comment}/replies", replies),
    ]


def _error(status: int, code: int, message: str, subcode: int = 0) -> Response:
    error = {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode}
    return as_json({"error": error}, status)


def _refused(request: Request) -> Response | None:
    if request.query_params.get("access_token") == KEY:
        return None
    return _error(400, 190, "Error validating access token: the session has expired")


def _failed(spec: Spec) -> Response | None:
    if spec.fault in {"gone", "private"}:
        return _error(400, 100, "Unsupported get request. Object does not exist", 33)
    if spec.fault == "quota":
        return _error(403, 4, "Application request limit reached")
    return None


def _listed(world: World, request: Request, items: list[dict[str, Any]]) -> Response:
    start = int(request.query_params.get("after", "0"))
    size = min(int(request.query_params["limit"]), world.page_size)
    page, following = cut(items, start, size)
    return as_json({"data": page} | _paging(following))


def _paging(following: int | None) -> dict[str, Any]:
    if following is None:
        return {}
    address = f"https://graph.facebook.com/v23.0/x?access_token={KEY}&after={following}"
    return {"paging": {"cursors": {"after": str(following)}, "next": address}}


def _media(spec: Spec) -> dict[str, Any]:
    return {
        "id": f"media.{spec.id}",
        "shortcode": spec.id,
        "caption": title_of(spec),
        "comments_count": spec.comments,
        "is_comment_enabled": spec.fault != "disabled",
    }


def _top(spec: Spec, thread: Any, *, with_replies: bool) -> dict[str, Any]:
    item = _comment(spec, thread.top)
    if with_replies and thread.replies:
        page, following = cut(list(thread.replies), 0, EMBEDDED)
        item["replies"] = {"data": [_comment(spec, reply) for reply in page]} | _paging(following)
    return item


def _comment(spec: Spec, remark: Remark) -> dict[str, Any]:
    return {
        "id": f"{spec.id}..{remark.number}",
        "text": html.unescape(remark.text),
        "timestamp": datetime.fromtimestamp(remark.at, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "username": remark.author,
        "like_count": remark.likes,
        "hidden": False,
    }
