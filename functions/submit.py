"""POST jobs/create: accept a list of posts.

The body is JSON with `urls` and `posts`, or a file: a list of links as CSV, text or JSON, or
comments as CSV, JSON, JSON Lines or text. The options of a file are in the query.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from hashlib import sha256

import azure.functions as func
import msgspec

from functions.bodies import json_submission
from functions.endpoints import endpoint
from functions.fields import Problems, bad_fields
from functions.http import base_url, caller, json_response, problem_responses
from functions.insights_body import insights_in_query
from functions.links import job_links
from functions.options import OPTIONS, job_options, read_options
from undertone import wiring
from undertone.errors import Rejected
from undertone.pipeline.submit import Accepted, Submission
from undertone.pipeline.submit import submit as accept

blueprint = func.Blueprint()

MAX_BODY = 32 * 1024 * 1024
"""Bytes: some 150,000 comments; while they are read they take less than 300 MB. The host itself
takes 100 MiB, an instance has 2 GiB of memory."""
MAX_KEY = 255
"""Characters of an Idempotency-Key."""

_FILE_PARAMETERS = ("as", "file", "insights")
"""Of the query of a file, beside the options."""
_HOST_PARAMETERS = ("code", "clientId")
"""Of any query, for the Functions host: its function key."""
_GENERIC_TYPES = {"", "application/octet-stream", "application/x-www-form-urlencoded"}
"""Content types that say nothing about the body; the last is curl's default."""


@endpoint(blueprint, "submit", "POST", "jobs/create")
@problem_responses
def submit(req: func.HttpRequest) -> func.HttpResponse:
    """Make a job of the URLs and uploads in the body; 202 with its id and links."""
    accepted = accept(wiring.services(), read_submission(req))
    links = job_links(base_url(req), accepted.request.job)
    return json_response(
        _summary(accepted, links),
        status=202,
        headers={"Location": links["status"], "Retry-After": "2"},
    )


def read_submission(req: func.HttpRequest) -> Submission:
    """What the request asks for. Raises Rejected."""
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
    if _is_json_request(req, body):
        asked = json_submission(body, caller(req))
    else:
        asked = _file_submission(req, body)
    return asked._replace(
        key=key,
        body_digest=_digest(req, body),
        traceparent=req.headers.get("traceparent", ""),
    )


def _empty(req: func.HttpRequest) -> Rejected:
    if req.headers.get("transfer-encoding"):
        return Rejected(
            "the body came in pieces, without its length, and the host drops such bodies: send it "
            "with a Content-Length (`curl --data-binary @FILE`)",
            status=411,
        )
    return Rejected(
        "the body is empty: send JSON, a list of links or a file of comments, with its length"
    )


def _is_json_request(req: func.HttpRequest, body: bytes) -> bool:
    """Whether the body is an object of ours in JSON; a list in JSON is a file."""
    content_type = req.headers.get("content-type", "").partition(";")[0].strip().lower()
    start = re.compile(rb"\s*+").match(body, len(BOM_UTF8) * body.startswith(BOM_UTF8))
    first = body[start.end() : start.end() + 1] if start else b""
    if content_type in {"application/json", "text/json"}:
        return first != b"["
    return content_type in _GENERIC_TYPES and first == b"{"


def _file_submission(req: func.HttpRequest, body: bytes) -> Submission:
    """The submission in a file. Raises Rejected."""
    problems = Problems()
    for name in req.params:
        if name not in (*OPTIONS, *_FILE_PARAMETERS, *_HOST_PARAMETERS):
            known = ", ".join((*OPTIONS, *_FILE_PARAMETERS))
            problems.add(name, f"is not known; the query takes {known}")
    options = read_options(req.params, problems, strict=False)
    kind = req.params.get("as", "")
    if kind not in {"", "urls", "comments"}:
        problems.add("as", "must be `urls` or `comments`")
    insights = None
    if asked := req.params.get("insights", ""):
        insights = insights_in_query(asked, problems)
    if problems.count:
        raise bad_fields(problems)
    from undertone.uploads.upload import read_upload  # noqa: PLC0415 - only files need its parsers

    upload = read_upload(
        body,
        content_type=req.headers.get("content-type", ""),
        file_name=req.params.get("file", ""),
        kind=kind,
    )
    return Submission(
        owner=caller(req),
        urls=upload.links,
        uploads=upload.posts,
        name=options.name,
        options=job_options(options),
        insights=insights,
    )


def _digest(req: func.HttpRequest, body: bytes) -> str:
    """Equal for requests that ask for the same: a file has its options in the query."""
    query = sorted((name, req.params[name]) for name in req.params if name not in _HOST_PARAMETERS)
    digest = sha256(msgspec.json.encode(query))
    digest.update(body)
    return digest.hexdigest()


class _Rejected(msgspec.Struct, frozen=True):
    url: str
    reason: str


class _Summary(msgspec.Struct, frozen=True, kw_only=True):
    job_id: str
    status: str
    posts: int
    duplicates: int
    rejected: list[_Rejected]
    links: dict[str, str]


def _summary(accepted: Accepted, links: dict[str, str]) -> _Summary:
    rows = accepted.rows
    return _Summary(
        job_id=accepted.request.job,
        status="queued",
        posts=accepted.request.posts,
        duplicates=sum(row.duplicate_of is not None for row in rows),
        rejected=[_Rejected(row.sent, row.reason) for row in rows if row.ref is None],
        links=links,
    )
