"""POST jobs/create: accept a list of posts.

The body is JSON with `urls` and `posts`, or a file: a list of links as CSV, text or JSON, or
comments as CSV, JSON, JSON Lines or text. The options of a file are in the query.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING

import azure.functions as func
import msgspec

from functions.access import USER
from functions.bodies import json_submission
from functions.endpoints import endpoint
from functions.files import HOST_PARAMETERS, file_submission, is_own_json
from functions.http import base_url, caller, json_response
from functions.links import job_links
from undertone import wiring
from undertone.errors import Rejected
from undertone.pipeline.submit import Accepted, Submission
from undertone.pipeline.submit import submit as accept
from undertone.records import UploadedPost
from undertone.text import excerpt
from undertone.trace_context import valid

if TYPE_CHECKING:
    from _hashlib import HASH

blueprint = func.Blueprint()

MAX_BODY = 32 * 1024 * 1024
"""Bytes: some 150,000 comments; while they are read they take less than 300 MB. The host itself
takes 100 MiB, an instance has 2 GiB of memory."""
_MOST_SHOWN = 10
"""Posts of a file that the answer shows."""
MAX_KEY = 255
"""Characters of an Idempotency-Key."""


@endpoint(blueprint, "submit", "POST", "jobs/create", access=USER)
def submit(req: func.HttpRequest) -> func.HttpResponse:
    """Make a job of the URLs and uploads in the body; 202 with its id and links."""
    services = wiring.services()
    parent = valid(req.headers.get("traceparent", ""))
    name = "POST jobs/create"
    with services.telemetry.span(name, parent, {}, step="submit") as traceparent:
        asked = read_submission(req, caller(req).owner)
        accepted = accept(services, asked._replace(traceparent=traceparent))
    links = job_links(base_url(req), accepted.request.job)
    return json_response(
        _summary(accepted, asked.uploads, links),
        status=202,
        headers={"Location": links["status"], "Retry-After": "2"},
    )


def read_submission(req: func.HttpRequest, owner: str) -> Submission:
    """What the request asks for, on behalf of `owner`. Raises Rejected."""
    body = req.get_body()
    if len(body) > MAX_BODY:
        raise Rejected(
            f"the body has {len(body):,} bytes; send at most {MAX_BODY:,} and split the rest over "
            "further jobs",
            status=413,
        )
    if not body or body.isspace():
        raise _empty(req)
    key = req.headers.get("idempotency-key", "").strip()
    if len(key) > MAX_KEY:
        raise Rejected(f"the Idempotency-Key is longer than {MAX_KEY} characters", status=400)
    content_type = req.headers.get("content-type", "")
    if is_own_json(content_type, body):
        asked = json_submission(body, owner)
    else:
        asked = file_submission(content_type, body, req.params, owner)
    digest = _digest_of_query(req)
    digest.update(body)
    return asked._replace(key=key, body_digest=digest.hexdigest())


def _empty(req: func.HttpRequest) -> Rejected:
    length = req.headers.get("content-length", "").strip()
    if not req.get_body() and length.isdecimal() and length.strip("0"):
        return Rejected(
            f"of the body's {length[:20]} bytes none reached the app: the host has dropped it, as "
            "some versions do with bodies over 4 MB; send less than that, and the rest as further "
            "jobs",
            status=413,
        )
    if req.headers.get("transfer-encoding"):
        return Rejected(
            "the body came in pieces, without its length, and the host drops such bodies: send it "
            "with a Content-Length (`curl --data-binary @FILE`)",
            status=411,
        )
    return Rejected(
        "the body is empty: send JSON, a list of links or a file of comments, with its length"
    )


def _digest_of_query(req: func.HttpRequest) -> HASH:
    """Equal for requests that ask for the same: a file has its options in the query."""
    query = sorted((name, req.params[name]) for name in req.params if name not in HOST_PARAMETERS)
    return sha256(msgspec.json.encode(query))


class _Rejected(msgspec.Struct, frozen=True):
    url: str
    reason: str


class _Read(msgspec.Struct, frozen=True):
    """What was taken for what in a post of a file."""

    post: str
    comments: int
    note: str
    first_texts: list[str]


class _Summary(msgspec.Struct, frozen=True, kw_only=True):
    job_id: str
    status: str
    posts: int
    duplicates: int
    rejected: list[_Rejected]
    links: dict[str, str]
    read: list[_Read]
    """Of the posts in a file the first ones."""


def _summary(
    accepted: Accepted, uploads: Sequence[UploadedPost], links: dict[str, str]
) -> _Summary:
    rows = accepted.rows
    return _Summary(
        job_id=accepted.request.job,
        status="queued",
        posts=accepted.request.posts,
        duplicates=sum(row.duplicate_of is not None for row in rows),
        rejected=[_Rejected(row.sent, row.reason) for row in rows if row.ref is None],
        links=links,
        read=[_read(post) for post in islice(filter(attrgetter("note"), uploads), _MOST_SHOWN)],
    )


def _read(post: UploadedPost) -> _Read:
    texts = [excerpt(comment.text, 100) for comment in post.comments[:3]]
    return _Read(post.id, len(post.comments), post.note, texts)
