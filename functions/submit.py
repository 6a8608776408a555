"""POST jobs/create: accept a list of posts."""

from __future__ import annotations

from hashlib import sha256

import azure.functions as func
import msgspec

from functions.bodies import MAX_BODY, MAX_KEY, json_submission
from functions.files import PLATFORMS_OWN, check_file, file_submission, holds_request
from functions.http import base_url, caller, json_response, problem_responses
from functions.links import job_links
from undertone import wiring
from undertone.errors import Rejected
from undertone.pipeline.submit import Accepted, Submission
from undertone.pipeline.submit import submit as accept

blueprint = func.Blueprint()


@blueprint.function_name("submit")
@blueprint.route("jobs/create", methods=["POST"])
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
    check_file(body)
    key = req.headers.get("idempotency-key", "").strip()
    if len(key) > MAX_KEY:
        raise Rejected(f"the Idempotency-Key is longer than {MAX_KEY} characters", status=400)
    content_type = req.headers.get("content-type", "").partition(";")[0].strip().lower()
    if holds_request(content_type, body):
        read = json_submission(body, caller(req))
    else:
        read = file_submission(req, body, caller(req))
    return read._replace(
        key=key,
        body_digest=_digest(req, body),
        traceparent=req.headers.get("traceparent", ""),
    )


def _digest(req: func.HttpRequest, body: bytes) -> str:
    """Equal for requests that ask for the same: a file has its options in the query."""
    told = sorted((name, req.params[name]) for name in req.params if name not in PLATFORMS_OWN)
    return sha256(msgspec.json.encode(told) + body).hexdigest()


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
