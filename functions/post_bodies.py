"""Bodies of posts that people keep here: one as JSON, many as a JSON list or JSON Lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import azure.functions as func
import msgspec

from functions.fields import Problems, bad_fields, read_object
from undertone import json_view, wire
from undertone.errors import Rejected
from undertone.json_view import BrokenJson
from undertone.limits import MAX_TITLE
from undertone.own_posts.bulk import MOST, Sent
from undertone.own_posts.records import MAX_CONTENT, MAX_ID, CommentsAt, OwnPost, millisecond_text
from undertone.text import excerpt

MAX_BODY = 32 * 1024 * 1024
"""Bytes. A list is read element by element, so that no body takes many times its size."""
_LINES_TYPES = {"application/x-ndjson", "application/jsonl", "application/x-jsonlines"}
_FORBIDDEN = re.compile(r"[/\\\x00-\x1f\x7f-\x9f]|^\.{1,2}$")


class PostBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A post as callers write it."""

    content: Annotated[str, msgspec.Meta(max_length=MAX_CONTENT)]
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID)] = ""
    title: Annotated[str, msgspec.Meta(max_length=MAX_TITLE)] = ""
    imageUri: Annotated[str, msgspec.Meta(max_length=2_000)] = ""  # noqa: N815 - callers' name
    created_at: Annotated[str, msgspec.Meta(max_length=40)] = ""
    comments: CommentsBody | None = None


class CommentsBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Where the post's comments were analysed."""

    job: Annotated[str, msgspec.Meta(max_length=40)]
    row: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1


def read_id(req: func.HttpRequest) -> str:
    """The post's id in the address. Raises Rejected."""
    id_: str = req.route_params.get("post_id", "")
    if problem := _id_problem(id_):
        raise Rejected(f"the post's id {problem}", {"id": problem})
    return id_


def _id_problem(id_: str) -> str:
    if not id_ or len(id_) > MAX_ID:
        return f"must have 1 to {MAX_ID} characters"
    if _FORBIDDEN.search(id_):
        return "must hold no slashes and no control characters, and not be `.` or `..`"
    return ""


def read_post(req: func.HttpRequest, *, id_: str = "") -> OwnPost:
    """The post in the body; with `id_` the body need not say it again. Raises Rejected."""
    problems = Problems()
    post = _post(_json(_body(req)), "post", problems, id_)
    if post is None:
        raise bad_fields(problems)
    return post


def read_bulk(req: func.HttpRequest) -> list[Sent] | None:
    """The posts of a list or of JSON Lines; None if the body is one post. Raises Rejected."""
    body = _body(req)
    kind = req.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in _LINES_TYPES:
        return _many(_lines(body))
    if not body.lstrip().startswith(b"["):
        return None
    return _many(iter(_json(body)))


def _many(raw: Iterator[Any]) -> list[Sent]:
    sent = []
    for number, element in enumerate(raw, 1):
        if number > MOST:
            raise Rejected(f"there are more than {MOST:,} posts; split them over further calls")
        sent.append(_sent(element, f"posts[{number - 1}]"))
    if not sent:
        raise Rejected("there are no posts in the body")
    return sent


def _sent(raw: Any, path: str) -> Sent:
    problems = Problems()
    post = _post(raw, path, problems)
    id_ = raw.get("id") if isinstance(raw, dict) else None
    shown = excerpt(id_, MAX_ID) if isinstance(id_, str) else ""
    if post is None:
        return Sent(
            id=shown,
            problem=excerpt(
                "; ".join(f"{field} {problem}" for field, problem in problems.named.items()), 500
            ),
        )
    return Sent(post=post, id=shown)


def _lines(body: bytes) -> Iterator[Any]:
    for match in re.finditer(rb"[^\r\n]+", body):
        line = match.group().strip()
        if line:
            yield _line(line)


def _line(line: bytes) -> Any:
    try:
        return wire.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return None


def _body(req: func.HttpRequest) -> bytes:
    body = req.get_body()
    if len(body) > MAX_BODY:
        raise Rejected(
            f"the body has {len(body):,} bytes; send at most {MAX_BODY:,} and split the rest over "
            "further calls",
            status=413,
        )
    if not body.strip():
        raise Rejected('the body is empty: send JSON like {"id": "123", "content": "…"}')
    return body


def _json(body: bytes) -> Any:
    try:
        return json_view.read(body)
    except BrokenJson as error:
        raise Rejected(f"the body is no JSON: {error}", status=400) from None


def _post(raw: Any, path: str, problems: Problems, id_: str = "") -> OwnPost | None:
    body = read_object(raw, PostBody, path, problems)
    if body is None:
        return None
    found = body.id or id_
    if problem := _id_problem(found):
        problems.add(f"{path}.id", problem)
    if id_ and body.id and body.id != id_:
        problems.add(f"{path}.id", "must be the one in the address, or be left out")
    if len(body.content.encode()) > MAX_CONTENT:
        problems.add(f"{path}.content", f"must have at most {MAX_CONTENT:,} bytes in UTF-8")
    moment = _moment(body.created_at) if body.created_at else None
    if body.created_at and moment is None:
        problems.add(f"{path}.created_at", "must be a time like 2026-11-21T20:00:00Z")
    if body.imageUri and not re.match(r"https?://[^\s/]", body.imageUri):
        problems.add(f"{path}.imageUri", "must begin with https:// or http://")
    if problems.count:
        return None
    at = body.comments
    return OwnPost(
        id=found,
        content=body.content,
        created_at=millisecond_text(moment) if moment else "",
        title=body.title,
        image_uri=body.imageUri,
        comments=CommentsAt(job=at.job, row=at.row) if at else None,
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
