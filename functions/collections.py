"""Streams: collections say what to find out, texts are appended to them, windows become jobs."""

from __future__ import annotations

import re
from typing import Annotated, Any
from uuid import uuid4

import azure.functions as func
import msgspec

from functions.access import USER
from functions.endpoints import endpoint
from functions.fields import Problems, bad_fields, read_object
from functions.http import base_url, caller, json_response
from functions.insights import read_body
from functions.insights_body import read_insights
from functions.links import job_links
from undertone import wiring
from undertone.errors import Rejected
from undertone.insights.asked import Insights
from undertone.limits import MAX_AUTHOR, MAX_COUNT, MAX_ID
from undertone.pipeline.classify import MAX_TEXT
from undertone.pipeline.streams import (
    WINDOW,
    add_texts,
    delete_collection,
    find_collection,
    put_collection,
)
from undertone.records import Comment
from undertone.times import utc_from_text

blueprint = func.Blueprint()

MAX_TEXTS = 1_000
"""Texts of one call; together they must fit into one append of storage."""
MAX_BYTES = 2 * 1024 * 1024
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class StreamText(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A text of a stream."""

    text: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
    id: Annotated[str, msgspec.Meta(max_length=MAX_ID)] = ""
    """One that comes again within a window replaces the earlier one."""
    readers: Annotated[int, msgspec.Meta(ge=0, le=MAX_COUNT)] | None = None
    time: Annotated[str, msgspec.Meta(max_length=40)] = ""
    author: Annotated[str, msgspec.Meta(max_length=MAX_AUTHOR)] = ""


class TextsBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The body of POST texts with many texts."""

    collection: str
    texts: Annotated[list[Any], msgspec.Meta(min_length=1, max_length=MAX_TEXTS)]


@endpoint(blueprint, "put_collection", "PUT", "collections/{name}", access=USER)
def put(req: func.HttpRequest) -> func.HttpResponse:
    """Make a collection, or change what its next windows ask."""
    name = _name(req.route_params.get("name", ""))
    problems = Problems()
    asked = read_insights(read_body(req), problems)
    if asked is None or problems.count:
        raise bad_fields(problems)
    put_collection(wiring.services(), caller(req).owner, name, asked)
    return json_response(_described(name, asked))


@endpoint(blueprint, "get_collection", "GET", "collections/{name}", access=USER)
def get(req: func.HttpRequest) -> func.HttpResponse:
    """What a collection asks, and the jobs of its windows, newest first."""
    name = _name(req.route_params.get("name", ""))
    found, window = find_collection(wiring.services(), caller(req).owner, name)
    jobs = [window.job, *window.jobs] if window.job else list(window.jobs)
    links = [{"job_id": job, "links": job_links(base_url(req), job)} for job in jobs]
    return json_response(
        {**_described(name, found.insights), "windows": window.number, "jobs": links}
    )


@endpoint(blueprint, "delete_collection", "DELETE", "collections/{name}", access=USER)
def delete(req: func.HttpRequest) -> func.HttpResponse:
    """Remove a collection and its texts; the jobs of its windows stay."""
    name = _name(req.route_params.get("name", ""))
    delete_collection(wiring.services(), caller(req).owner, name)
    return func.HttpResponse(status_code=204)


@endpoint(blueprint, "add_texts", "POST", "texts", access=USER)
def texts(req: func.HttpRequest) -> func.HttpResponse:
    """Append one text or many to a collection; they are in a job some minutes later."""
    body = read_body(req, most=MAX_BYTES)
    problems = Problems()
    if isinstance(body, dict) and "texts" not in body:
        body = {"texts": [{k: v for k, v in body.items() if k != "collection"}]} | {
            k: v for k, v in body.items() if k == "collection"
        }
    asked = read_object(body, TextsBody, "body", problems)
    if asked is None:
        raise bad_fields(problems)
    comments = [_comment(raw, n, problems) for n, raw in enumerate(asked.texts)]
    if problems.count:
        raise bad_fields(problems)
    found = [one for one in comments if one is not None]
    add_texts(wiring.services(), caller(req).owner, _name(asked.collection), found)
    empty = sum(not one.text.strip() for one in found)
    answer = {"accepted": len(found), "empty": empty, "window_seconds": int(WINDOW.total_seconds())}
    return json_response(answer, status=202)


def _comment(raw: object, place: int, problems: Problems) -> Comment | None:
    path = f"texts[{place}]"
    text = read_object(raw, StreamText, path, problems)
    if text is None:
        return None
    time = utc_from_text(text.time)
    if text.time and not time:
        problems.add(f"{path}.time", "must be a time like 2026-11-21T20:00:00Z")
    return Comment(
        id=text.id or uuid4().hex,
        text=text.text,
        author=text.author,
        created_at=time,
        readers=text.readers,
    )


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        rule = "must be 1 to 63 small letters, digits and hyphens, and begin with no hyphen"
        raise Rejected(f"the collection's name {rule}", {"collection": rule})
    return name


def _described(name: str, asked: Insights) -> dict[str, Any]:
    return {
        "collection": name,
        "topics": [{"name": t.name, "examples": len(t.examples)} for t in asked.topics],
        "entities": [{"name": e.name, "aliases": e.aliases} for e in asked.entities],
        "match_case": asked.match_case,
        "themes": asked.themes,
        "search": asked.search,
        "notes": asked.notes,
    }
