"""What may be posted to jobs/create, and how each form becomes a submission.

JSON with `urls` and `posts`; a list of links as CSV or text; or a file of comments as CSV, JSON,
JSON Lines or text. For the latter two the options are in the query.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from functions.fields import MOST_NAMED, Problems, bad_fields, read_object, wrong
from undertone import wire
from undertone.errors import Rejected
from undertone.pipeline.job_records import Options
from undertone.pipeline.submit import Submission
from undertone.records import Comment, UploadedPost, Want
from undertone.sources.answers import decode_json
from undertone.sources.cells import time_of

MAX_BODY = 32 * 1024 * 1024
"""Bytes: some 150,000 comments. The host itself takes 100 MiB, an instance has 2 GiB of memory."""
MAX_KEY = 255

Text = Annotated[str, msgspec.Meta(max_length=200)]
Identifier = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class CommentBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One comment in `posts[].comments`."""

    text: str
    id: Identifier | None = None
    author: Annotated[str, msgspec.Meta(max_length=500)] = ""
    created_at: Annotated[str, msgspec.Meta(max_length=40)] = ""
    likes: Annotated[int, msgspec.Meta(ge=0)] | None = None
    parent: Annotated[str, msgspec.Meta(max_length=500)] = ""


class PostBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One of `posts`: comments sent along."""

    id: Identifier
    comments: list[CommentBody]
    title: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class OptionsBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The options of a job, in the JSON body or in the query."""

    name: Text = ""
    comments_per_post: Annotated[int, msgspec.Meta(ge=1, le=50_000)] = 1000
    order: Literal["top", "newest"] = "top"
    sample: Literal["", "random"] = ""
    replies: bool = True
    min_coverage: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    max_age_minutes: Annotated[int, msgspec.Meta(ge=0, le=60 * 24 * 30)] = 60


OPTIONS = {field.name: field for field in msgspec.structs.fields(OptionsBody)}
FIELDS = (*OPTIONS, "urls", "posts")


def json_submission(body: bytes, owner: str) -> Submission:
    """The submission in a JSON body. Raises Rejected naming every bad field."""
    try:
        raw = decode_json(body)
    except ValueError as error:
        raise Rejected(
            f"the body is said to be JSON but cannot be read: {error}", status=400
        ) from None
    if not isinstance(raw, dict):
        raise Rejected('the body must be a JSON object like {"urls": ["https://…"]}')
    problems = {
        field: f"is not known; fields are {', '.join(FIELDS)}"
        for field in sorted(raw.keys() - {*FIELDS})[:MOST_NAMED]
    }
    options = read_options(raw, problems)
    urls = _urls(raw.get("urls", []), problems)
    posts = _posts(raw.get("posts", []), problems)
    if problems:
        raise bad_fields(problems)
    return submission(owner, options, urls=urls, uploads=posts)


def submission(
    owner: str,
    options: OptionsBody,
    *,
    urls: list[str] | None = None,
    uploads: list[UploadedPost] | None = None,
) -> Submission:
    """A submission by `owner`; key, digest and trace are added by whoever has the request."""
    want = Want(
        limit=options.comments_per_post,
        order=options.order,
        sample=options.sample,
        replies=options.replies,
    )
    return Submission(
        owner=owner,
        urls=urls or [],
        uploads=uploads or [],
        name=options.name,
        options=Options(
            want=want,
            min_coverage=options.min_coverage,
            max_age_minutes=options.max_age_minutes,
        ),
    )


def read_options(raw: Mapping[str, Any], problems: Problems, *, strict: bool = True) -> OptionsBody:
    """The options among `raw`; what is wrong with any of them goes into `problems`.

    `strict` False reads numbers and truth values from text, as a query has them.
    """
    good: dict[str, Any] = {}
    for name, field in OPTIONS.items():
        if name not in raw:
            continue
        if told := wrong(raw[name], field.type, strict=strict):
            problems[name] = told
        else:
            good[name] = wire.convert(raw[name], field.type, strict=strict)
    return OptionsBody(**good)


def _urls(raw: object, problems: Problems) -> list[str]:
    if not isinstance(raw, list):
        problems["urls"] = "must be a list of texts"
        return []
    for index, url in enumerate(raw):
        if len(problems) >= MOST_NAMED:
            break
        if not isinstance(url, str):
            problems[f"urls[{index}]"] = f"must be a text, not {_kind(url)}"
    return raw


def _kind(value: object) -> str:
    """What JSON calls it."""
    names = {type(None): "null", bool: "true or false", list: "a list", dict: "an object"}
    return names.get(type(value), "a number")


def _posts(raw: object, problems: Problems) -> list[UploadedPost]:
    if not isinstance(raw, list):
        problems["posts"] = "must be a list of objects with `id` and `comments`"
        return []
    posts: list[UploadedPost] = []
    first: dict[str, int] = {}
    for index, item in enumerate(raw):
        if len(problems) >= MOST_NAMED:
            break
        post = read_object(item, PostBody, f"posts[{index}]", problems)
        if post is None:
            continue
        if (earlier := first.setdefault(post.id, index)) != index:
            problems[f"posts[{index}].id"] = f"repeats that of posts[{earlier}]; give it another"
        posts.append(_post(post, index, problems))
    return posts


def _post(post: PostBody, index: int, problems: Problems) -> UploadedPost:
    ids: set[str] = set()
    comments: list[Comment] = []
    for number, comment in enumerate(post.comments):
        own = comment.id or str(number + 1)
        if own in ids:
            problems[f"posts[{index}].comments[{number}].id"] = f"{own!r} is there already"
        ids.add(own)
        moment = time_of(comment.created_at)
        if comment.created_at and not moment:
            told = "must be a time like 2026-11-21T20:00:00Z"
            problems[f"posts[{index}].comments[{number}].created_at"] = told
        comments.append(
            Comment(
                id=own,
                text=comment.text,
                parent=comment.parent,
                author=comment.author,
                created_at=moment,
                likes=comment.likes,
            )
        )
    return UploadedPost(id=post.id, title=post.title, comments=tuple(comments))
