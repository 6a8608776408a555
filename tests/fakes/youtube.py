"""YouTube Data API v3 as a stand-in: /videos, /commentThreads, /comments."""

from __future__ import annotations

import base64
import html
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tests.fakes.posts import KEY, Remark, Spec, Thread, threads, title_of
from tests.fakes.world import World, as_json, cut

EMBEDDED = 5
"""Replies that come with their thread."""


def routes(world: World) -> list[BaseRoute]:
    """Under `/youtube`."""

    def videos(request: Request) -> Response:
        return _answer(world, request, request.query_params.get("id", ""), _videos)

    def comment_threads(request: Request) -> Response:
        video = request.query_params.get("videoId", "")
        return _answer(world, request, video, lambda spec: _threads(world, request, spec))

    def comments(request: Request) -> Response:
        parent = request.query_params.get("parentId", "")
        video = parent.partition("..")[0]
        return _answer(world, request, video, lambda spec: _replies(world, request, spec, parent))

    return [
        Route("/videos", videos),
        Route("/commentThreads", comment_threads),
        Route("/comments", comments),
    ]


def _answer(world: World, request: Request, video: str, make: Any) -> Response:
    if request.query_params.get("key") != KEY:
        return error(400, "badRequest", "API key not valid. Please pass a valid API key.")
    first = "pageToken" not in request.query_params
    return world.answer("youtube", request, video, make, first_page=first)


def error(status: int, reason: str, message: str) -> Response:
    """An error as YouTube sends it."""
    entry = {"message": message, "domain": "youtube.commentThread", "reason": reason}
    return as_json({"error": {"code": status, "message": message, "errors": [entry]}}, status)


def _videos(spec: Spec) -> Response:
    if spec.fault in {"gone", "private"}:
        return as_json({"kind": "youtube#videoListResponse", "items": []})
    if spec.fault == "quota":
        return error(
            403,
            "quotaExceeded",
            'The request cannot be completed because you have exceeded your <a href="/youtube/'
            'v3/getting-started#quota">quota</a>.',
        )
    statistics = {"viewCount": "100"}
    if spec.fault != "disabled":
        statistics["commentCount"] = str(spec.comments)
    item = {"id": spec.id, "snippet": {"title": title_of(spec)}, "statistics": statistics}
    return as_json({"kind": "youtube#videoListResponse", "items": [item]})


def _threads(world: World, request: Request, spec: Spec) -> Response:
    if spec.fault == "disabled":
        return error(
            403,
            "commentsDisabled",
            "The video identified by the <code>videoId</code> parameter has disabled comments.",
        )
    newest = request.query_params.get("order") == "time"
    ordered = sorted(
        threads(spec), key=lambda each: each.top.at if newest else each.top.likes, reverse=True
    )
    # Ordered by time YouTube sends about 20 of the 100 asked for.
    size = min(
        int(request.query_params.get("maxResults", "20")), world.page_size, 20 if newest else 100
    )
    with_replies = "replies" in request.query_params.get("part", "")
    page, following = cut(ordered, _offset(request), size)
    items = [_thread(spec, thread, with_replies=with_replies) for thread in page]
    return _listing("commentThreadListResponse", items, following)


def _replies(world: World, request: Request, spec: Spec, parent: str) -> Response:
    for thread in threads(spec):
        if _id(spec, thread.top) == parent:
            newest_first = sorted(thread.replies, key=lambda reply: reply.at, reverse=True)
            size = min(int(request.query_params.get("maxResults", "20")), world.page_size)
            page, following = cut(newest_first, _offset(request), size)
            items = [_comment(spec, reply, parent) for reply in page]
            return _listing("commentListResponse", items, following)
    return error(404, "commentNotFound", "The specified comment could not be found.")


def _listing(kind: str, items: list[Any], following: int | None) -> Response:
    body = {"kind": f"youtube#{kind}", "pageInfo": {"resultsPerPage": len(items)}, "items": items}
    if following is not None:
        body["nextPageToken"] = base64.b64encode(f"offset:{following}".encode()).decode()
    return as_json(body)


def _offset(request: Request) -> int:
    token = request.query_params.get("pageToken", "")
    return int(base64.b64decode(token).decode().removeprefix("offset:")) if token else 0


def _id(spec: Spec, remark: Remark) -> str:
    return f"{spec.id}..{remark.number}"


def _thread(spec: Spec, thread: Thread, *, with_replies: bool) -> dict[str, Any]:
    top = _comment(spec, thread.top)
    snippet = {
        "videoId": spec.id,
        "topLevelComment": top,
        "canReply": True,
        "totalReplyCount": len(thread.replies),
    }
    item: dict[str, Any] = {"kind": "youtube#commentThread", "id": top["id"], "snippet": snippet}
    if with_replies and thread.replies:
        embedded = [_comment(spec, reply, top["id"]) for reply in thread.replies[:EMBEDDED]]
        item["replies"] = {"comments": embedded}
    return item


def _comment(spec: Spec, remark: Remark, parent: str = "") -> dict[str, Any]:
    at = datetime.fromtimestamp(remark.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    snippet: dict[str, Any] = {
        "authorDisplayName": remark.author,
        "authorChannelId": {"value": f"UC{remark.author}"},
        "textDisplay": html.unescape(remark.text),
        "textOriginal": html.unescape(remark.text),
        "likeCount": remark.likes,
        "publishedAt": at,
        "updatedAt": at,
    }
    if parent:
        snippet["parentId"] = parent
    return {"kind": "youtube#comment", "id": _id(spec, remark), "snippet": snippet}
