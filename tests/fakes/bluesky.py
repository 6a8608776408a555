"""Bluesky's public API as a stand-in: resolveHandle and getPostThread."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tests.fakes.posts import DID, Remark, Spec, Thread, spec_of, threads, title_of
from tests.fakes.world import World, as_json

SHOWN = 200
"""Threads that one answer holds; like the real one it says how many there are all the same."""
CUT_EVERY = 3
"""Of threads whose number this divides the replies are left out and have to be asked for."""
NOT_FOUND_EVERY = 25
"""Before every 25th thread stands one that was deleted."""

_DEFS = "app.bsky.feed.defs"


def routes(world: World) -> list[BaseRoute]:
    """Under `/bluesky`."""

    def resolve(request: Request) -> Response:
        handle = request.query_params.get("handle", "")
        if handle.startswith("nobody"):
            error = {"error": "InvalidRequest", "message": "Unable to resolve handle"}
            return as_json(error, 400)
        return world.answer("bluesky", request, handle, lambda _: as_json({"did": DID}))

    def thread(request: Request) -> Response:
        key = request.query_params.get("uri", "").rpartition("/")[2]
        post, _, reply = key.partition("..")
        deep = request.query_params.get("depth") != "1"
        return world.answer(
            "bluesky",
            request,
            post,
            lambda spec: _reply_thread(spec, int(reply)) if reply else _thread(spec, deep=deep),
            first_page=not reply,
        )

    return [
        Route("/com.atproto.identity.resolveHandle", resolve),
        Route("/app.bsky.feed.getPostThread", thread),
    ]


def _thread(spec: Spec, *, deep: bool) -> Response:
    if spec.fault == "gone":
        return as_json({"error": "NotFound", "message": f"Post not found: at://{spec.id}"}, 400)
    if spec.fault == "private":
        return as_json({"thread": {"$type": f"{_DEFS}#blockedPost", "blocked": True}})
    tops = threads(spec)
    replies: list[dict[str, Any]] = []
    for place, each in enumerate(tops[:SHOWN]):
        if place % NOT_FOUND_EVERY == NOT_FOUND_EVERY - 1:
            replies.append({"$type": f"{_DEFS}#notFoundPost", "uri": "at://x", "notFound": True})
        replies.append(_top(spec, each, shown=deep and each.top.number % CUT_EVERY > 0))
    root = {
        "uri": f"at://{DID}/app.bsky.feed.post/{spec.id}",
        "author": {"did": DID, "handle": "stand-in.example"},
        "record": {"text": title_of(spec), "createdAt": "2026-09-21T14:00:00.000Z"},
        "replyCount": len(tops),
    }
    node = {"$type": f"{_DEFS}#threadViewPost", "post": root, "replies": replies}
    return as_json({"thread": node})


def _reply_thread(spec: Spec, number: int) -> Response:
    for each in threads(spec):
        if each.top.number == number:
            return as_json({"thread": _top(spec, each, shown=True)})
    return as_json({"error": "NotFound", "message": "Post not found"}, 400)


def _top(spec: Spec, thread: Thread, *, shown: bool) -> dict[str, Any]:
    node = _node(spec, thread.top, len(thread.replies))
    if shown and thread.replies:
        node["replies"] = [_node(spec, reply, 0) for reply in thread.replies]
    return node


def _node(spec: Spec, remark: Remark, replies: int) -> dict[str, Any]:
    at = datetime.fromtimestamp(remark.at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    post = {
        "uri": f"at://{DID}/app.bsky.feed.post/{spec.id}..{remark.number}",
        "author": {"did": DID, "handle": f"{remark.author}.example", "displayName": remark.author},
        "record": {"text": html.unescape(remark.text), "createdAt": at, "langs": ["en"]},
        "likeCount": remark.likes,
        "replyCount": replies,
    }
    return {"$type": f"{_DEFS}#threadViewPost", "post": post}


def comments_shown(post: str) -> int:
    """How many comments of a post can be had, which is all of up to 200 threads."""
    return sum(1 + len(each.replies) for each in threads(spec_of(post))[:SHOWN])
