"""The JSON body of jobs/create, `{"urls": […], "posts": […]}` with options, as a submission."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import msgspec

from functions.fields import Problems, bad_fields, read_object
from functions.insights_body import read_insights
from functions.options import OPTIONS, job_options, read_options
from undertone import json_view
from undertone.errors import Rejected
from undertone.json_view import BrokenJson, LazyList
from undertone.limits import (
    MAX_AUTHOR,
    MAX_COMMENTS,
    MAX_COUNT,
    MAX_ID,
    MAX_POSTS,
    MAX_TEXT,
    MAX_TITLE,
    found_in_words,
    too_many_comments,
    too_many_posts,
)
from undertone.pipeline.submit import Submission
from undertone.records import Comment, UploadedPost
from undertone.times import utc_from_text

Identifier = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID)]


class CommentBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One comment in `posts[].comments`."""

    text: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
    id: Identifier | None = None
    author: Annotated[str, msgspec.Meta(max_length=MAX_AUTHOR)] = ""
    created_at: Annotated[str, msgspec.Meta(max_length=40)] = ""
    likes: Annotated[int, msgspec.Meta(ge=0, le=MAX_COUNT)] | None = None
    readers: Annotated[int, msgspec.Meta(ge=0, le=MAX_COUNT)] | None = None
    parent: Annotated[str, msgspec.Meta(max_length=MAX_ID)] = ""


class PostBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One of `posts`: comments sent along, each of which is read by itself."""

    id: Identifier
    comments: list[Any]
    title: Annotated[str, msgspec.Meta(max_length=MAX_TITLE)] = ""


FIELDS = (*OPTIONS, "urls", "posts", "insights")


def json_submission(body: bytes, owner: str) -> Submission:
    """The submission in a JSON body. Raises Rejected naming what is wrong."""
    try:
        raw = json_view.read(body)
        if not isinstance(raw, dict):
            raise Rejected('the body must be a JSON object like {"urls": ["https://…"]}')
        return _submission(raw, owner)
    except BrokenJson as error:
        raise Rejected(
            f"the body is said to be JSON but cannot be read: {error}", status=400
        ) from None


def _submission(raw: dict[str, Any], owner: str) -> Submission:
    problems = Problems()
    for field in sorted(raw.keys() - {*FIELDS}):
        problems.add(field, f"is not known; fields are {', '.join(FIELDS)}")
    options = read_options(raw, problems)
    urls = _read_urls(raw.get("urls", []), problems)
    posts = _read_posts(raw.get("posts", []), problems)
    insights = read_insights(raw["insights"], problems) if "insights" in raw else None
    if problems.count:
        raise bad_fields(problems)
    return Submission(
        owner=owner,
        urls=urls,
        uploads=posts,
        name=options.name,
        options=job_options(options),
        insights=insights,
    )


def _read_urls(raw: object, problems: Problems) -> list[str]:
    if not isinstance(raw, (list, LazyList)):
        problems.add("urls", "must be a list of texts")
        return []
    urls: list[str] = []
    for index, url in _of_a_job(raw):
        if isinstance(url, str):
            urls.append(url)
        else:
            problems.add(f"urls[{index}]", f"must be a text, not {_json_name(url)}")
    return urls


def _of_a_job(raw: Iterable[object]) -> Iterator[tuple[int, object]]:
    """The elements with their places. Raises Rejected for more than a job has posts."""
    elements = iter(raw)
    for index, element in enumerate(elements):
        if index == MAX_POSTS:
            raise too_many_posts(found_in_words(MAX_POSTS + 1, elements))
        yield index, element


def _json_name(value: object) -> str:
    """What kind of JSON value it is, in words."""
    if isinstance(value, (list, LazyList)):
        return "a list"
    names = {type(None): "null", bool: "true or false", dict: "an object"}
    return names.get(type(value), "a number")


def _read_posts(raw: object, problems: Problems) -> list[UploadedPost]:
    if not isinstance(raw, (list, LazyList)):
        problems.add("posts", "must be a list of objects with `id` and `comments`")
        return []
    posts: list[UploadedPost] = []
    first: dict[str, int] = {}
    room = MAX_COMMENTS
    for index, item in _of_a_job(raw):
        comments, head = _apart(item)
        post = read_object(head, PostBody, f"posts[{index}]", problems)
        if post and (earlier := first.setdefault(post.id, index)) != index:
            repeated = f"repeats that of posts[{earlier}]; give it another"
            problems.add(f"posts[{index}].id", repeated)
        read = _read_comments(comments, index, problems, room)
        room -= len(read)
        if post:
            posts.append(UploadedPost(id=post.id, title=post.title, comments=tuple(read)))
    return posts


def _apart(item: object) -> tuple[Iterable[object], object]:
    """The comments of a post, and the post without them."""
    comments = item.get("comments") if isinstance(item, dict) else None
    if isinstance(item, dict) and isinstance(comments, (list, LazyList)):
        return comments, {**item, "comments": []}
    return [], item


def _read_comments(
    raw: Iterable[object], post: int, problems: Problems, room: int
) -> list[Comment]:
    """The comments of a post, of which there may be `room` more; Rejected beyond that."""
    comments: list[Comment] = []
    ids: set[str] = set()
    elements = iter(raw)
    for index, element in enumerate(elements):
        if index == room:
            raise too_many_comments(found_in_words(MAX_COMMENTS + 1, elements))
        path = f"posts[{post}].comments[{index}]"
        body = read_object(element, CommentBody, path, problems)
        if body is None:
            continue
        comment = _comment(body, str(index + 1))
        if comment.id in ids:
            problems.add(f"{path}.id", f"{comment.id!r} is there already")
        ids.add(comment.id)
        if body.created_at and not comment.created_at:
            problems.add(f"{path}.created_at", "must be a time like 2026-11-21T20:00:00Z")
        comments.append(comment)
    return comments


def _comment(body: CommentBody, place: str) -> Comment:
    return Comment(
        id=body.id or place,
        text=body.text,
        parent=body.parent,
        author=body.author,
        created_at=utc_from_text(body.created_at),
        likes=body.likes,
        readers=body.readers,
    )
