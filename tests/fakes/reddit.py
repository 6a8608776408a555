"""Reddit's API as a stand-in: access_token, /comments/{id}, /api/morechildren."""

from __future__ import annotations

import base64
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tests.fakes.posts import KEY, Remark, Spec, Thread, spec_of, threads, title_of
from tests.fakes.world import World, as_json

TOKEN = "stand-in-token"
DEEP_EVERY = 9
"""Replies of every ninth thread lie too deep and are had by asking for the thread itself."""
DELETED_EVERY = 20
"""After every 20th thread stands a deleted one."""


def routes(world: World) -> list[BaseRoute]:
    """Under `/reddit`; a page of the tree holds `world.page_size` threads."""

    def token(request: Request) -> Response:
        wanted = base64.b64encode(f"{KEY}:{KEY}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {wanted}":
            return as_json({"message": "Unauthorized", "error": 401}, 401)
        return as_json({"access_token": TOKEN, "token_type": "bearer", "expires_in": 3600})

    def tree(request: Request) -> Response:
        comment = request.path_params.get("comment", "")
        shallow = request.query_params.get("depth") == "1"
        newest = request.query_params.get("sort") == "new"

        def make(spec: Spec) -> Response:
            return _tree(spec, comment, world.page_size, shallow=shallow, newest=newest)

        return _answer(world, request, request.path_params["post"], make, first=not comment)

    def more(request: Request) -> Response:
        post = request.query_params.get("link_id", "").removeprefix("t3_")
        ids = request.query_params.get("children", "").split(",")
        return _answer(world, request, post, lambda spec: _more(spec, ids), first=False)

    return [
        Route("/api/v1/access_token", token, methods=["POST"]),
        Route("/comments/{post}", tree),
        Route("/comments/{post}/_/{comment}", tree),
        Route("/api/morechildren", more),
    ]


def _answer(world: World, request: Request, post: str, make: Any, *, first: bool) -> Response:
    if request.headers.get("authorization") != f"Bearer {TOKEN}":
        return as_json({"message": "Unauthorized", "error": 401}, 401)
    response = world.answer("reddit", request, post, make, first_page=first)
    if spec_of(post).fault == "quota":
        response.headers["x-ratelimit-remaining"] = "0.0"
        response.headers["x-ratelimit-reset"] = "42"
    return response


def _tree(spec: Spec, comment: str, size: int, *, shallow: bool, newest: bool) -> Response:
    if spec.fault == "gone":
        return as_json({"message": "Not Found", "error": 404}, 404)
    if spec.fault == "private":
        return as_json({"reason": "private", "message": "Forbidden", "error": 403}, 403)
    ordered = sorted(
        threads(spec), key=lambda each: each.top.at if newest else each.top.likes, reverse=True
    )
    if comment:
        ordered = [each for each in ordered if _id(spec, each.top) == comment]
        children = [_thing(spec, each, shallow=False, deep=False) for each in ordered]
    else:
        children = [
            _thing(spec, each, shallow=shallow, deep=each.top.number % DEEP_EVERY == 0)
            for each in ordered[:size]
        ]
        children += [_deleted(spec, place) for place in range(0, len(children), DELETED_EVERY)]
        if rest := [_id(spec, each.top) for each in ordered[size:]]:
            children.append(_more_thing(rest, f"t3_{spec.id}"))
    link = {"kind": "t3", "data": {"title": title_of(spec), "num_comments": spec.comments}}
    return as_json([_listing([link]), _listing(children)])


def _more(spec: Spec, ids: list[str]) -> Response:
    things: list[Any] = []
    for each in threads(spec):
        if _id(spec, each.top) in ids:
            things.append(_thing(spec, each, shallow=True, deep=False))
            replies = [_id(spec, reply) for reply in each.replies]
            if replies:
                things.append(_more_thing(replies, f"t1_{_id(spec, each.top)}"))
        things.extend(
            _comment(spec, reply, f"t1_{_id(spec, each.top)}")
            for reply in each.replies
            if _id(spec, reply) in ids
        )
    return as_json({"json": {"errors": [], "data": {"things": things}}})


def _listing(children: list[Any]) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"children": children, "after": None}}


def _more_thing(ids: list[str], parent: str) -> dict[str, Any]:
    data = {"count": len(ids), "id": ids[0] if ids else "_", "parent_id": parent, "children": ids}
    return {"kind": "more", "data": data}


def _thing(spec: Spec, thread: Thread, *, shallow: bool, deep: bool) -> dict[str, Any]:
    thing = _comment(spec, thread.top, f"t3_{spec.id}")
    parent = f"t1_{_id(spec, thread.top)}"
    if thread.replies and not shallow:
        below = [_comment(spec, reply, parent) for reply in thread.replies]
        thing["data"]["replies"] = _listing([_more_thing([], parent)] if deep else below)
    return thing


def _comment(spec: Spec, remark: Remark, parent: str) -> dict[str, Any]:
    data = {
        "id": _id(spec, remark),
        "name": f"t1_{_id(spec, remark)}",
        "body": remark.text,
        "author": remark.author,
        "score": remark.likes,
        "created_utc": float(remark.at),
        "parent_id": parent,
        "replies": "",
    }
    return {"kind": "t1", "data": data}


def _deleted(spec: Spec, place: int) -> dict[str, Any]:
    data = {"id": f"d{spec.id}{place}", "body": "[deleted]", "author": "[deleted]", "replies": ""}
    return {"kind": "t1", "data": data | {"parent_id": f"t3_{spec.id}"}}


def _id(spec: Spec, remark: Remark) -> str:
    return f"{spec.id}c{remark.number}"
