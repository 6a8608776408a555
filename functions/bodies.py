"""The JSON body of jobs/create, `{"urls": […], "posts": […]}` with options, as a submission."""

from __future__ import annotations

from typing import Annotated

import msgspec

from functions.fields import MOST_NAMED, Problems, bad_fields, read_object
from functions.options import OPTIONS, job_options, read_options
from undertone import wire
from undertone.errors import Rejected
from undertone.pipeline.submit import Submission
from undertone.records import Comment, UploadedPost
from undertone.times import utc_from_text

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


FIELDS = (*OPTIONS, "urls", "posts")


def json_submission(body: bytes, owner: str) -> Submission:
    """The submission in a JSON body. Raises Rejected naming every bad field."""
    try:
        raw = wire.decode_lenient(body)
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
    urls = _read_urls(raw.get("urls", []), problems)
    posts = _read_posts(raw.get("posts", []), problems)
    if problems:
        raise bad_fields(problems)
    return Submission(
        owner=owner, urls=urls, uploads=posts, name=options.name, options=job_options(options)
    )


def _read_urls(raw: object, problems: Problems) -> list[str]:
    if not isinstance(raw, list):
        problems["urls"] = "must be a list of texts"
        return []
    for index, url in enumerate(raw):
        if len(problems) >= MOST_NAMED:
            break
        if not isinstance(url, str):
            problems[f"urls[{index}]"] = f"must be a text, not {_json_name(url)}"
    return raw


def _json_name(value: object) -> str:
    """What kind of JSON value it is, in words."""
    names = {type(None): "null", bool: "true or false", list: "a list", dict: "an object"}
    return names.get(type(value), "a number")


def _read_posts(raw: object, problems: Problems) -> list[UploadedPost]:
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
        posts.append(_uploaded_post(post, index, problems))
    return posts


def _uploaded_post(post: PostBody, index: int, problems: Problems) -> UploadedPost:
    ids: set[str] = set()
    comments: list[Comment] = []
    for number, comment in enumerate(post.comments):
        comment_id = comment.id or str(number + 1)
        if comment_id in ids:
            problems[f"posts[{index}].comments[{number}].id"] = f"{comment_id!r} is there already"
        ids.add(comment_id)
        created_at = utc_from_text(comment.created_at)
        if comment.created_at and not created_at:
            field = f"posts[{index}].comments[{number}].created_at"
            problems[field] = "must be a time like 2026-11-21T20:00:00Z"
        comments.append(
            Comment(
                id=comment_id,
                text=comment.text,
                parent=comment.parent,
                author=comment.author,
                created_at=created_at,
                likes=comment.likes,
            )
        )
    return UploadedPost(id=post.id, title=post.title, comments=tuple(comments))
