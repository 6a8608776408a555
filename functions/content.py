"""Texts and pictures made from what people said: ask for them, and see what became of them."""

from __future__ import annotations

from functools import wraps
from typing import Annotated, Any

import azure.functions as func
import msgspec

from functions.access import USER
from functions.endpoints import endpoint
from functions.fields import Problems, bad_fields, read_object
from functions.http import Handler, caller, json_response, problem_responses
from undertone import wire, wiring
from undertone.content import names
from undertone.content.material import Place
from undertone.content.records import MAX_PROMPT, PartRecord, Tag
from undertone.content.service import View
from undertone.errors import Rejected
from undertone.own_posts.records import MAX_ID

blueprint = func.Blueprint()

MAX_BODY = 100_000
"""Bytes."""
ACCEPTED = "Hello! Your content is being generated. Use the request id to know status"


class ContentBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A request for content, in the query or the body."""

    prompt: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_PROMPT)]
    tag: Tag
    job: Annotated[str, msgspec.Meta(max_length=64)] = ""
    post: Annotated[str, msgspec.Meta(max_length=MAX_ID)] = ""


class ViewBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Which request is asked about."""

    request_id: Annotated[str, msgspec.Meta(max_length=64)] = msgspec.field(name="request-id")


def with_error(handler: Handler) -> Handler:
    """`handler`, whose problems (RFC 9457) say in `error`, too, what is wrong."""
    answered = problem_responses(handler)

    @wraps(handler)
    def handle(req: func.HttpRequest) -> func.HttpResponse:
        answer = answered(req)
        if answer.status_code < 400:
            return answer
        body = wire.decode(answer.get_body(), dict[str, Any])
        return func.HttpResponse(
            msgspec.json.encode(body | {"error": body["detail"]}),
            status_code=answer.status_code,
            mimetype=answer.mimetype,
            headers=dict(answer.headers),
        )

    return handle


@endpoint(blueprint, "create_content", "POST", "content", access=USER)
@with_error
def create(req: func.HttpRequest) -> func.HttpResponse:
    """Take a request: 202 with its id, at once."""
    body = _read(req, ContentBody)
    if not body.prompt.strip():
        raise Rejected("`prompt` is empty", {"prompt": "must say what the content is about"})
    if body.job and body.post:
        rule = "name a job or a post, not both"
        raise Rejected(rule, {"job": rule, "post": rule})
    place = Place(job=body.job, post=body.post)
    id_ = wiring.content().accept(caller(req).owner, body.prompt, body.tag, place)
    return json_response({"message": ACCEPTED, "RequestId": id_}, 202, {"Retry-After": "1"})


@endpoint(blueprint, "view_content", "GET", "content/view", access=USER)
@with_error
def view(req: func.HttpRequest) -> func.HttpResponse:
    """What became of a request."""
    return _view(req)


@endpoint(blueprint, "view_content_by_body", "POST", "content/view", access=USER)
@with_error
def view_by_body(req: func.HttpRequest) -> func.HttpResponse:
    """The same, the id in the body."""
    return _view(req)


def _view(req: func.HttpRequest) -> func.HttpResponse:
    owner, id_ = caller(req).owner, _read(req, ViewBody).request_id
    found = wiring.content().view(owner, id_)
    is_over = found.status in ("done", "failed")
    return json_response(
        _view_body(owner, id_, found), headers={} if is_over else {"Retry-After": "1"}
    )


def _view_body(owner: str, id_: str, found: View) -> dict[str, Any]:
    text, image = found.parts.get("text"), found.parts.get("image")
    errors = [part.error for part in found.parts.values() if part.error]
    body: dict[str, Any] = {
        "request-id": id_,
        "status": found.status,
        "tag": found.request.tag,
        "text": (text.text or None) if text else None,
        "imageUri": None,
        "error": "; ".join(errors) or None,
    }
    if text and text.text:
        body |= {"written_by": text.written_by, "figures": text.figures, "quotes": text.quotes}
    if image and image.sizes:
        images = _images(owner, id_, image)
        body |= {"imageUri": next(iter(images.values())), "images": images}
    if notes := [part.note for part in found.parts.values() if part.note]:
        body["note"] = "; ".join(notes)
    return body


def _images(owner: str, id_: str, image: PartRecord) -> dict[str, str]:
    links, minutes = wiring.content_links(), wiring.settings().link_minutes
    return {
        size: links.read_link(
            names.picture(owner, id_, size), file_name=f"undertone-{size}.png", minutes=minutes
        )
        for size in image.sizes
    }


def _read[T: msgspec.Struct](req: func.HttpRequest, kind: type[T]) -> T:
    """The fields of the query and, before them, of a JSON body. Raises Rejected."""
    raw: dict[str, Any] = {name: value for name, value in req.params.items() if name != "code"}
    body = req.get_body()
    if len(body) > MAX_BODY:
        raise Rejected(f"the body has more than {MAX_BODY:,} bytes", status=413)
    if body.strip():
        try:
            raw |= wire.decode(body, dict[str, Any])
        except msgspec.DecodeError as error:
            raise Rejected(f"the body is no object in JSON: {error}", status=400) from None
    problems = Problems()
    read = read_object(raw, kind, "content", problems)
    if read is None:
        raise bad_fields(problems)
    return read
