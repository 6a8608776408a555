"""Posts that people keep here: create, change, read, remove, analyse; one by one or in bulk.

Each address is there twice, as `posts…` and as `v1/posts…`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import azure.functions as func
import msgspec

from functions.access import ANALYSES, USER, Access
from functions.endpoints import endpoint
from functions.http import Handler, base_url, int_param, json_response, owner_for
from functions.post_bodies import read_bulk, read_id, read_post
from undertone import wiring
from undertone.own_posts.bulk import PAGE, Row
from undertone.own_posts.records import Analysis, OwnPost
from undertone.own_posts.store import Outcome

blueprint = func.Blueprint()


def both(name: str, method: str, route: str, access: Access = USER) -> Callable[[Handler], Any]:
    """Registers a handler under `route` and under `v1/` + `route`."""

    def register(handler: Handler) -> Any:
        endpoint(blueprint, f"{name}_v1", method, f"v1/{route}", access=access)(handler)
        return endpoint(blueprint, name, method, route, access=access)(handler)

    return register


@both("create_posts", "POST", "posts")
def create(req: func.HttpRequest) -> func.HttpResponse:
    """Keep one post, or a list of them or JSON Lines, which are taken by queue."""
    bulk = read_bulk(req)
    if bulk is not None:
        batch = wiring.bulk().accept(_owner(req), bulk)
        address = f"{base_url(req)}/post-batches/{batch}"
        body = {"batch": batch, "posts": len(bulk), "links": {"self": address}}
        return json_response(body, 202, {"Location": address, "Retry-After": "1"})
    post, outcome = wiring.own_posts().create(_owner(req), read_post(req))
    return _post_response(post, outcome)


@both("put_post", "PUT", "posts/{post_id}")
def put(req: func.HttpRequest) -> func.HttpResponse:
    """Keep the post in the place of what has its id."""
    sent = read_post(req, id_=read_id(req))
    post, outcome = wiring.own_posts().put(_owner(req), sent)
    return _post_response(post, outcome)


@both("get_post", "GET", "posts/{post_id}")
def get(req: func.HttpRequest) -> func.HttpResponse:
    """One post; 304 if it is what `If-None-Match` names."""
    post = wiring.own_posts().find(_owner(req), read_id(req))
    etag = f'"{post.revision}"'
    if etag in req.headers.get("if-none-match", ""):
        return func.HttpResponse(status_code=304, headers={"ETag": etag})
    return json_response(post_body(post), headers={"ETag": etag, "Cache-Control": "no-cache"})


@both("delete_post", "DELETE", "posts/{post_id}")
def delete(req: func.HttpRequest) -> func.HttpResponse:
    """Remove the post and its analysis."""
    wiring.own_posts().remove(_owner(req), read_id(req))
    return func.HttpResponse(status_code=204)


@both("analyse_post", "GET", "posts/{post_id}/analysis", ANALYSES)
def analysis(req: func.HttpRequest) -> func.HttpResponse:
    """What can be said of the post's text, and of its comments where they were analysed."""
    found, left = wiring.analyst().analysis(_owner(req), read_id(req))
    seconds = max(0, int(left.total_seconds()))
    etag = f'"{found.revision[:16]}-{found.analysed_at:%Y%m%d%H%M%S%f}"'
    headers = {"ETag": etag, "Cache-Control": f"private, max-age={seconds}"}
    if etag in req.headers.get("if-none-match", ""):
        return func.HttpResponse(status_code=304, headers=headers)
    return json_response(analysis_body(found), headers=headers)


@endpoint(blueprint, "get_post_batch", "GET", "post-batches/{batch_id}", access=USER)
def batch(req: func.HttpRequest) -> func.HttpResponse:
    """What became of the posts of a batch, a hundred a page; `page` counts from 0."""
    owner, batch_id = _owner(req), req.route_params.get("batch_id", "")
    bulk = wiring.bulk()
    found = bulk.batch(owner, batch_id)
    page = int_param(req, "page", 0, least=0, most=found.pages - 1)
    rows = bulk.rows(owner, batch_id, page)
    more = page + 1 < found.pages
    address = f"{base_url(req)}/post-batches/{batch_id}"
    body = {
        "posts": found.posts,
        "status": "waiting" if rows is None else "done",
        "rows": [_row(page * PAGE + number, row) for number, row in enumerate(rows or (), 1)],
        "next": f"{address}?page={page + 1}" if more else None,
    }
    return json_response(body, headers={} if rows is not None else {"Retry-After": "1"})


def _owner(req: func.HttpRequest) -> str:
    """The caller, or whom an admin names by `user-id`."""
    return owner_for(req, req.params.get("user-id", "")[:500])


def _row(number: int, row: Row) -> dict[str, object]:
    shown = {"row": number, "id": row.id, "status": row.outcome}
    return shown | ({"detail": row.detail} if row.detail else {})


def _post_response(post: OwnPost, outcome: Outcome) -> func.HttpResponse:
    headers = {"ETag": f'"{post.revision}"'}
    return json_response(
        {**post_body(post), "status": outcome.value},
        status=201 if outcome is Outcome.CREATED else 200,
        headers=headers,
    )


def post_body(post: OwnPost) -> dict[str, object]:
    """A post as callers see it."""
    body: dict[str, object] = {
        "id": post.id,
        "title": post.title,
        "content": post.content,
        "imageUri": post.image_uri,
        "created_at": post.created_at,
    }
    if post.comments is not None:
        body["comments"] = {"job": post.comments.job, "row": post.comments.row}
    return body


def analysis_body(analysis: Analysis) -> dict[str, object]:
    """An analysis as callers see it."""
    body: dict[str, object] = {
        "words": analysis.words,
        "average_word_length": analysis.average_word_length,
        "sentences": analysis.sentences,
        "characters": analysis.characters,
        "reading_seconds": analysis.reading_seconds,
        "language": analysis.language,
    }
    for name in ("hashtags", "mentions", "links", "emoji"):
        body[name] = getattr(analysis, name)
        body[f"{name.removesuffix('s')}_count"] = getattr(
            analysis, f"{name.removesuffix('s')}_count"
        )
    body["sentiment"] = (
        None if analysis.sentiment is None else msgspec.to_builtins(analysis.sentiment)
    )
    reasons = {"words": analysis.words_reason, "sentiment": analysis.sentiment_reason}
    if missing := {name: reason for name, reason in reasons.items() if reason}:
        body["not_available"] = missing
    if analysis.comments is not None:
        body["comments"] = analysis.comments
    body["analysed_at"] = analysis.analysed_at
    return body
