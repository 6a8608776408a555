"""TikTok's Research API as a stand-in: the token, and a video's comments."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tests.fakes.posts import KEY, Remark, Spec, threads
from tests.fakes.world import World, as_json, cut

TOKEN = "clt.stand-in"


def routes(world: World) -> list[BaseRoute]:
    """Under `/tiktok_research`."""

    async def token(request: Request) -> Response:
        form = parse_qs((await request.body()).decode())
        if (form["client_key"], form["client_secret"]) != ([KEY], [KEY]):
            return as_json({"error": "invalid_client", "error_description": "wrong"})
        return as_json({"access_token": TOKEN, "expires_in": 7200, "token_type": "Bearer"})

    async def comments(request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _error(401, "access_token_invalid")
        asked = await request.json()
        start = asked["cursor"]
        if start + asked["max_count"] > 1000:
            return _error(400, "invalid_params")
        size = min(asked["max_count"], world.page_size)
        return world.answer(
            "tiktok_research",
            request,
            str(asked["video_id"]),
            lambda spec: _comments(spec, start, size),
            first_page=start == 0,
        )

    return [
        Route("/v2/oauth/token/", token, methods=["POST"]),
        Route("/v2/research/video/comment/list/", comments, methods=["POST"]),
    ]


def _error(status: int, code: str) -> Response:
    return as_json({"data": {}, "error": {"code": code, "message": "", "log_id": "1"}}, status)


def _comments(spec: Spec, start: int, size: int) -> Response:
    if spec.fault in {"gone", "private"}:
        return _error(404, "video_not_found")
    if spec.fault == "quota":
        return _error(429, "rate_limit_exceeded")
    flat: list[dict[str, Any]] = []
    for thread in threads(spec):
        flat.append(_comment(spec, thread.top, int(spec.id)))
        flat.extend(_comment(spec, reply, flat[-1]["id"]) for reply in thread.replies)
    page, following = cut(flat, start, size)
    end = following if following is not None else len(flat)
    data = {"comments": page, "cursor": end, "has_more": following is not None}
    return as_json({"data": data, "error": {"code": "ok", "message": "", "log_id": "1"}})


def _comment(spec: Spec, remark: Remark, parent: int) -> dict[str, Any]:
    return {
        "id": int(spec.id) * 1000 % 10**15 + remark.number,
        "video_id": int(spec.id),
        "text": remark.text,
        "like_count": remark.likes,
        "reply_count": 0,
        "parent_comment_id": parent,
        "create_time": remark.at,
    }
