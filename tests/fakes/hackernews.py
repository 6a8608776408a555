"""Algolia's Hacker News API as a stand-in: /items/{id}."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tests.fakes.posts import Remark, Spec, threads, title_of
from tests.fakes.world import World, as_json

DELETED_EVERY = 10
"""After every tenth thread stands one whose comment was deleted."""


def routes(world: World) -> list[BaseRoute]:
    """Under `/hackernews`."""

    def item(request: Request) -> Response:
        return world.answer("hackernews", request, request.path_params["item"], _item)

    return [Route("/items/{item}", item)]


def _item(spec: Spec) -> Response:
    if spec.fault in {"gone", "private"}:
        return as_json({"status": 404, "error": "Not Found"}, 404)
    root = int(spec.id)
    children: list[dict[str, Any]] = []
    for place, thread in enumerate(threads(spec)):
        top = _node(root, thread.top, root)
        top["children"] = [_node(root, reply, top["id"]) for reply in thread.replies]
        children.append(top)
        if place % DELETED_EVERY == DELETED_EVERY - 1:
            children.append(_deleted(root, place))
    story = {
        "id": root,
        "created_at_i": 1_790_000_000,
        "type": "story",
        "author": "poster",
        "title": title_of(spec),
        "url": "https://example.com/",
        "text": None,
        "points": 7,
        "parent_id": None,
        "story_id": root,
        "children": children,
    }
    return as_json(story)


def _node(root: int, remark: Remark, parent: int) -> dict[str, Any]:
    text = html.escape(html.unescape(remark.text)).replace("\n", "<p>")
    return {
        "id": root * 100_000 + remark.number,
        "created_at": datetime.fromtimestamp(remark.at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "created_at_i": remark.at,
        "type": "comment",
        "author": remark.author,
        "title": None,
        "text": text,
        "points": None,
        "parent_id": parent,
        "story_id": root,
        "children": [],
    }


def _deleted(root: int, place: int) -> dict[str, Any]:
    return {
        "id": root * 100_000 + 99_000 + place,
        "created_at_i": 1_790_000_000,
        "type": "comment",
        "author": None,
        "text": None,
        "parent_id": root,
        "children": [],
    }
