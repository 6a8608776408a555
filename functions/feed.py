"""The feed: own posts and those that are followed; and what is followed."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any, Literal, get_args

import azure.functions as func
import msgspec

from functions.access import USER
from functions.endpoints import endpoint
from functions.feed_items import JobItem, JobTimeline, shown
from functions.fields import Problems, bad_fields, read_object
from functions.http import base_url, caller, json_response, owner_for
from undertone import wire, wiring
from undertone.errors import NotFound, Rejected
from undertone.feed.cursor import Cursor, Place, decode
from undertone.feed.feed import SETTLING, Entry, FeedPage, Timeline, most_certain, read_page
from undertone.feed.following import Kind, Source
from undertone.feed.moods import Mood, certainties
from undertone.own_posts import names
from undertone.own_posts.records import MAX_ID, Analysis, OwnPost
from undertone.own_posts.store import OnePost, OwnTimeline
from undertone.pipeline.reports import find_job

blueprint = func.Blueprint()

Item = OwnPost | JobItem

MOST = 100
"""Entries of one page."""
LOOKED_AT = 200
"""Newest entries among which the notable ones are sought."""
_MILLISECONDS_FROM = 100_000_000_000
"""Numbers from here on are milliseconds since 1970: as seconds they lie past the year 5000."""


class FeedQuery(msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename="kebab"):
    """What may be asked of a feed, in the query or as JSON."""

    timestamp: Annotated[str, msgspec.Meta(max_length=40)] | float | None = None
    user_id: Annotated[str, msgspec.Meta(max_length=500)] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST)] = 20
    cursor: str = ""
    ranking: Literal["newest", "notable"] = "newest"


@endpoint(blueprint, "get_feed", "GET", "feed", access=USER)
def feed(req: func.HttpRequest) -> func.HttpResponse:
    """The newest posts; 304 if they are what `If-None-Match` names."""
    return _feed(req)


@endpoint(blueprint, "post_feed", "POST", "feed", access=USER)
def feed_by_post(req: func.HttpRequest) -> func.HttpResponse:
    """The same, asked for in a JSON body."""
    return _feed(req)


def _feed(req: func.HttpRequest) -> func.HttpResponse:
    query = read_query(req)
    owner = owner_for(req, query.user_id)
    cursor = decode(query.cursor) if query.cursor else Cursor(end=_end(query.timestamp))
    timelines = _timelines(owner)
    is_ranked = query.ranking == "notable"
    page = read_page(timelines, cursor, LOOKED_AT if is_ranked else query.limit, _settled_before)
    analyses = wiring.services().in_parallel(_analysis, page.entries)
    items = [(entry.item, found) for entry, found in zip(page.entries, analyses, strict=True)]
    if is_ranked:
        moods = certainties([_mood(*item) for item in items])
        items = most_certain(items, moods, query.limit)
    body = [shown(*item) for item in items]
    return _answer(req, body, _links(req, query, page))


def _answer(req: func.HttpRequest, body: list[dict[str, Any]], link: str) -> func.HttpResponse:
    etag = f'"{sha256(msgspec.json.encode([body, link])).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Link": link}
    if etag in req.headers.get("if-none-match", ""):
        return func.HttpResponse(status_code=304, headers=headers)
    return json_response(body, headers=headers)


def _links(req: func.HttpRequest, query: FeedQuery, page: FeedPage[Item]) -> str:
    """`next` leads to older posts, `prev` to those that will have come since."""
    base = f"{base_url(req)}/feed?limit={query.limit}"
    links = [f'<{base}&cursor={page.newer.encode()}>; rel="prev"']
    if page.older is not None and query.ranking == "newest":
        links.insert(0, f'<{base}&cursor={page.older.encode()}>; rel="next"')
    return ", ".join(links)


def read_query(req: func.HttpRequest) -> FeedQuery:
    """What is asked for, in the query or the body. Raises Rejected."""
    body = req.get_body()
    raw: Any = {name: value for name, value in req.params.items() if name != "code"}
    if body.strip():
        try:
            raw = {**raw, **wire.decode(body[:100_000], dict[str, Any])}
        except msgspec.DecodeError as error:
            raise Rejected(f"the body is no object in JSON: {error}", status=400) from None
    elif "limit" in raw and raw["limit"].isascii() and raw["limit"].isdigit():
        raw["limit"] = int(raw["limit"][:6])
    problems = Problems()
    query = read_object(raw, FeedQuery, "feed", problems)
    if query is None:
        raise bad_fields(problems)
    return query


def _end(timestamp: str | float | None) -> Place:
    """Before it stand the entries that are newer than `timestamp`. Raises Rejected."""
    if timestamp is None or timestamp == "":
        return Cursor().end
    moment = _moment(timestamp)
    if moment is None:
        rule = "must be a time like 2026-11-21T20:00:00Z, or seconds or milliseconds since 1970"
        raise Rejected(f"`timestamp` {rule}", {"timestamp": rule})
    return Place(names.inverse(moment), "")


def _moment(timestamp: str | float) -> datetime | None:
    try:
        number = float(timestamp)
    except ValueError:
        return _from_iso(str(timestamp))
    try:
        seconds = number / 1000 if abs(number) >= _MILLISECONDS_FROM else number
        return max(datetime.fromtimestamp(seconds, UTC), datetime.fromtimestamp(0, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _from_iso(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _settled_before(key: str) -> str:
    return names.inverse(names.moment(key) - SETTLING)


def _timelines(owner: str) -> list[Timeline[Item]]:
    posts = wiring.own_posts()
    timelines: list[Timeline[Item]] = [OwnTimeline(posts, owner)]
    for source in wiring.following().sources(owner):
        if source.kind == "jobs":
            timelines.append(JobTimeline(wiring.services(), owner, source.id))
        elif source.kind == "posts":
            timelines.append(OnePost(posts, source.user or owner, source.id))
        elif source.id != owner:
            timelines.append(OwnTimeline(posts, source.id))
    return timelines


def _analysis(entry: Entry[Item]) -> Analysis | None:
    """The analysis of a post, if there is one that is not out of date; none is made here."""
    if isinstance(entry.item, JobItem):
        return None
    found = wiring.own_posts().kept_analysis(entry.place.source, entry.place.key)
    return found if found is not None and found.revision == entry.item.revision else None


def _mood(item: Item, analysis: Analysis | None) -> Mood | None:
    row = item.row if isinstance(item, JobItem) else (analysis and analysis.comments)
    figures = [row.get(name) for name in ("mean_score", "mean_low", "mean_high")] if row else []
    known = [float(figure) for figure in figures if isinstance(figure, (int, float))]
    return Mood(*known) if len(known) == 3 else None


@endpoint(blueprint, "list_feed_sources", "GET", "feed/sources", access=USER)
def sources(req: func.HttpRequest) -> func.HttpResponse:
    """All that the caller follows."""
    found = wiring.following().sources(caller(req).owner)
    return json_response({"sources": [_source_body(source) for source in found]})


@endpoint(blueprint, "follow", "PUT", "feed/sources/{kind}/{source_id}", access=USER)
def follow(req: func.HttpRequest) -> func.HttpResponse:
    """Follow a user, a post or a job: 201, or 200 if it is followed already."""
    owner, source = caller(req).owner, _source(req)
    _check_existence(owner, source)
    is_new = wiring.following().follow(owner, source)
    return json_response(_source_body(source), status=201 if is_new else 200)


@endpoint(blueprint, "leave", "DELETE", "feed/sources/{kind}/{source_id}", access=USER)
def leave(req: func.HttpRequest) -> func.HttpResponse:
    """Follow it no longer."""
    wiring.following().leave(caller(req).owner, _source(req))
    return func.HttpResponse(status_code=204)


def _source(req: func.HttpRequest) -> Source:
    kind, id_ = (req.route_params.get(name, "") for name in ("kind", "source_id"))
    if kind not in get_args(Kind):
        raise NotFound(f"there are no sources of this kind, only {', '.join(get_args(Kind))}")
    user = req.params.get("user-id", "") if kind == "posts" else ""
    if not 1 <= len(id_) <= MAX_ID or len(user) > MAX_ID:
        raise NotFound("there is nothing of that name")
    return Source(kind=kind, id=id_, user="" if user == caller(req).owner else user)


def _check_existence(owner: str, source: Source) -> None:
    """Raises NotFound for jobs and posts that are not there; any user may write one day."""
    if source.kind == "jobs":
        find_job(wiring.services(), owner, source.id)
    elif source.kind == "posts":
        wiring.own_posts().find(source.user or owner, source.id)


def _source_body(source: Source) -> dict[str, str]:
    return {"kind": source.kind, "id": source.id} | ({"user": source.user} if source.user else {})
