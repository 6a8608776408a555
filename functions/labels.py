"""Labels by people: a random sample to label, the labels, and the figures that follow from them."""

from __future__ import annotations

from typing import Annotated, Any

import azure.functions as func
import msgspec

from functions.access import USER
from functions.endpoints import endpoint
from functions.fields import Problems, bad_fields, read_object
from functions.http import base_url, caller, int_param, json_response
from undertone import json_view, wiring
from undertone.errors import Rejected
from undertone.json_view import BrokenJson
from undertone.limits import MAX_ID, MAX_POSTS
from undertone.pipeline.job_records import Request
from undertone.pipeline.label_records import Label, Side
from undertone.pipeline.labels import keep_labels, labelled_figures
from undertone.pipeline.reports import find_job
from undertone.pipeline.sampling import MOST, Drawn, draw, frame

blueprint = func.Blueprint()

MAX_BODY = json_view.AT_ONCE
"""Bytes of a call with labels; a thousand of them take half of that."""
_FIRST = 50


class LabelBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One of `labels`: a comment of the sample, and what somebody says of it."""

    row: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    comment_id: Annotated[str, msgspec.Meta(max_length=MAX_ID)]
    label: Side


def _find(req: func.HttpRequest) -> Request:
    known = caller(req)
    owner = None if known.is_admin else known.owner
    return find_job(wiring.services(), owner, req.route_params.get("job_id", ""))


def _post(req: func.HttpRequest) -> int | None:
    return int_param(req, "post", 0, least=1, most=MAX_POSTS) or None


@endpoint(blueprint, "sample", "GET", "jobs/{job_id}/sample", access=USER)
def sample(req: func.HttpRequest) -> func.HttpResponse:
    """`n` comments of the job, or of the post in row `post`, drawn at random; always the same."""
    request, post = _find(req), _post(req)
    count = int_param(req, "n", _FIRST, least=1, most=MOST)
    services = wiring.services()
    drawn = draw(services, frame(services, request, post), count)
    return json_response(
        {
            "job_id": request.job,
            "post": post,
            "comments": [_shown(one) for one in drawn],
            "links": _links(req, request.job, post),
        }
    )


def _shown(one: Drawn) -> dict[str, Any]:
    """Without the model's label: it would lead whoever labels."""
    comment = one.comment
    return {
        "row": one.line,
        "comment_id": comment.comment_id,
        "post": comment.post,
        "text": comment.text,
    }


@endpoint(blueprint, "labels", "POST", "jobs/{job_id}/labels", access=USER)
def labels(req: func.HttpRequest) -> func.HttpResponse:
    """Keep labels of comments of the sample; the same again changes nothing."""
    request, post = _find(req), _post(req)
    sent = read_labels(req.get_body())
    changed = keep_labels(wiring.services(), request, sent, post)
    return json_response(
        {
            "job_id": request.job,
            "post": post,
            "labels": len(sent),
            "changed": changed,
            "links": _links(req, request.job, post),
        }
    )


def read_labels(body: bytes) -> list[Label]:
    """The labels in a body `{"labels": [{"row": …, "comment_id": …, "label": …}]}`.

    Raises Rejected naming what is wrong.
    """
    if len(body) > MAX_BODY:
        raise Rejected(
            f"the body has {len(body):,} bytes; send at most {MAX_BODY:,} and the rest in further "
            "calls",
            status=413,
        )
    raw = _list(body)
    if len(raw) > MOST:
        raise Rejected(f"{len(raw):,} labels are too many for one call; send at most {MOST:,}")
    problems = Problems()
    read = [read_object(one, LabelBody, f"labels[{i}]", problems) for i, one in enumerate(raw)]
    first: dict[int, int] = {}
    for number, one in enumerate(read):
        if one is not None and (earlier := first.setdefault(one.row, number)) != number:
            problems.add(f"labels[{number}].row", f"repeats that of labels[{earlier}]; send one")
    if problems.count:
        raise bad_fields(problems)
    return [Label(row=one.row, comment_id=one.comment_id, label=one.label) for one in read if one]


def _list(body: bytes) -> list[Any]:
    try:
        raw = json_view.read(body)
    except BrokenJson as error:
        raise Rejected(f"the body is not JSON: {error}", status=400) from None
    found = raw.get("labels") if isinstance(raw, dict) and raw.keys() == {"labels"} else None
    if not isinstance(found, list):
        rule = "must be a list of objects with `row`, `comment_id` and `label`, and nothing else"
        raise Rejected(f"`labels` {rule}", {"labels": rule})
    return found


@endpoint(blueprint, "figures", "GET", "jobs/{job_id}/figures", access=USER)
def figures(req: func.HttpRequest) -> func.HttpResponse:
    """Shares and mean of the job, or of the post in row `post`, by model, by labels, by both."""
    request, post = _find(req), _post(req)
    found = labelled_figures(wiring.services(), request, post)
    return json_response(
        {
            "job_id": request.job,
            "post": post,
            "comments": found.comments,
            "labels": found.labels,
            "labels_beyond": found.beyond,
            "next": None if found.next is None else _shown(found.next),
            "model": None if found.model is None else _intervals(found.model),
            "by_labels": None if found.by_labels is None else _intervals(found.by_labels),
            "by_labels_and_model": None
            if found.by_labels_and_model is None
            else _intervals(found.by_labels_and_model),
            "links": _links(req, request.job, post),
        }
    )


def _intervals(found: Any) -> dict[str, dict[str, float]]:
    """Each figure with its 95 % interval, to four decimals."""
    return {
        name: {part: round(value, 4) for part, value in one._asdict().items()}
        for name, one in found._asdict().items()
        if not isinstance(one, bool)
    }


def _links(req: func.HttpRequest, job: str, post: int | None) -> dict[str, str]:
    own, query = f"{base_url(req)}/jobs/{job}", "" if post is None else f"?post={post}"
    return {call: f"{own}/{call}{query}" for call in ("sample", "labels", "figures")}
