"""Mastodon instances as stand-ins: /{host}/api/v1/statuses/{id} and …/context."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tests.fakes.posts import Remark, Spec, threads, title_of
from tests.fakes.world import World, as_json

SHOWN = 60
"""Replies that an instance shows to people without an account."""


def routes(world: World) -> list[BaseRoute]:
    """Under `/mastodon`."""

    def status(request: Request) -> Response:
        return world.answer("mastodon", request, request.path_params["status"], _status)

    def context(request: Request) -> Response:
        return world.answer("mastodon", request, request.path_params["status"], _context)

    return [
        Route("/{host}/api/v1/statuses/{status}", status),
        Route("/{host}/api/v1/statuses/{status}/context", context),
    ]


def _status(spec: Spec) -> Response:
    if spec.fault == "gone":
        return as_json({"error": "Record not found"}, 404)
    if spec.fault == "private":
        return as_json({"error": "This method requires an authenticated user"}, 401)
    return as_json(
        {
            "id": spec.id,
            "created_at": "2026-09-21T14:00:00.000Z",
            "content": f"<p>{html.escape(title_of(spec))}</p>",
            "account": {"acct": "someone", "bot": False},
            "replies_count": len(threads(spec)),
        }
    )


def _context(spec: Spec) -> Response:
    descendants: list[dict[str, Any]] = []
    for thread in threads(spec):
        descendants.append(_reply(spec, thread.top, spec.id, len(thread.replies)))
        top = descendants[-1]["id"]
        descendants.extend(_reply(spec, reply, top, 0) for reply in thread.replies)
    before = {"id": "1", "content": "<p>what the post answers</p>", "account": {"acct": "x"}}
    return as_json({"ancestors": [before], "descendants": descendants[:SHOWN]})


def _reply(spec: Spec, remark: Remark, parent: str, replies: int) -> dict[str, Any]:
    lines = html.escape(html.unescape(remark.text)).replace("\n", "<br />")
    mention = '<span class="h-card"><a href="https://x.example">@<span>someone</span></a></span>'
    return {
        "id": f"{spec.id}{remark.number:06d}",
        "created_at": datetime.fromtimestamp(remark.at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "in_reply_to_id": parent,
        "language": "en",
        "content": f"<p>{mention} {lines}</p>",
        "account": {"acct": remark.author, "bot": False},
        "favourites_count": remark.likes,
        "replies_count": replies,
    }
