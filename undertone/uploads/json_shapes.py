"""How exports and APIs lay out comments in JSON: objects around fields, lists within objects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from undertone.json_view import LazyList
from undertone.limits import MAX_COLUMN_NAME, MAX_COLUMNS, too_many_columns
from undertone.uploads.columns import Columns, column_key

_LISTS = (
    "comments", "latestComments", "topComments", "items", "reviews", "data", "results",
    "descendants", "edges", "tweets", "posts", "entry", "entries", "replies", "children",
    "nestedReplies", "subComments", "reply_comments", "things",
)  # fmt: skip
"""Fields of an object in which exports keep their list of comments, the likeliest first."""
_OF_REPLIES = frozenset({
    "replies", "children", "nestedReplies", "subComments", "reply_comments", "edges",
})  # fmt: skip
"""Those of which the object that has them is a comment itself."""
_AROUND = frozenset({
    *_LISTS, "feed", "thread", "response", "result", "payload", "json", "context", "body",
    "edge_media_to_comment", "edge_threaded_comments", "comment_list", "commentThreads",
})  # fmt: skip
"""Objects in which a list of comments may stand a level further in."""
_ENVELOPES = frozenset({
    "snippet", "topLevelComment", "data", "node", "legacy", "attributes", "comment", "statistics",
    "stats", "metrics", "public_metrics", "result", "tweet", "fields", "properties", "record",
    "post", "review",
})  # fmt: skip
"""Objects whose fields are those of the object around them."""
_ONLY_VALUES = frozenset({
    "label", "value", "simpleText", "$t", "$date", "$oid", "rendered", "#text",
})  # fmt: skip
"""Names of a field that is all there is to its object: `"content": {"label": "…"}`."""
_OF_COMMENTS = frozenset(map(column_key, (
    "comment url", "threading depth", "comment id", "cid", "parent id", "replies count",
    "reply count", "feedback id", "replying to", "is reply", "comment like count",
)))  # fmt: skip
"""Fields that only a comment has, not a post."""
_DEPTH = 6
"""Objects within objects whose fields are looked at."""


class Nested(NamedTuple):
    """A list of what may be comments, within an object."""

    name: str
    values: Iterable[object]
    is_empty: bool
    first: object


def flat_fields(value: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an object that may be columns, those of objects within it as `author.name`.

    Lists are none. Where two come to the same name, the outer one stays. Raises Rejected for too
    many.
    """
    if len(value) > MAX_COLUMNS:
        raise too_many_columns(f"{len(value):,}")
    fields: dict[str, Any] = {}
    if is_flat(value):
        return {name: cell for name, cell in value.items() if len(name) <= MAX_COLUMN_NAME}
    level: list[tuple[str, Mapping[str, Any]]] = [("", value)]
    for _ in range(_DEPTH):
        inner: list[tuple[str, Mapping[str, Any]]] = []
        for before, each in level:
            inner += _take_plain(before, each, fields)
        if len(fields) > MAX_COLUMNS:
            raise too_many_columns(f"more than {MAX_COLUMNS:,}")
        if not inner:
            break
        level = inner[:MAX_COLUMNS]
    return fields


def _take_plain(
    before: str, value: Mapping[str, Any], fields: dict[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Add the plain fields of an object, whose name is `before`; the objects within it."""
    for name, cell in value.items():
        if isinstance(cell, (list, LazyList)) or len(name) > MAX_COLUMN_NAME:
            continue
        if isinstance(cell, dict):
            around = name if name not in _ENVELOPES else ""
            yield ".".join(filter(None, (before, around))), cell
        else:
            fields.setdefault(_full_name(before, name), cell)


def is_flat(value: Mapping[str, Any]) -> bool:
    """Whether no list and no object is in an object."""
    return not any(isinstance(cell, (dict, list, LazyList)) for cell in value.values())


def _full_name(before: str, name: str) -> str:
    if before and name in _ONLY_VALUES:
        return before
    return f"{before}.{name}"[:MAX_COLUMN_NAME] if before else name


def nested_list(value: Mapping[str, Any]) -> Nested | None:
    """The list of comments in `value`; of several the first that is not empty."""
    if is_flat(value):
        return None
    lists = list(_lists(value, 3))
    return next((each for each in lists if not each.is_empty), lists[0] if lists else None)


def _lists(value: Mapping[str, Any], depth: int) -> Iterator[Nested]:
    for name in _LISTS:
        inner = value.get(name)
        if isinstance(inner, (list, LazyList)):
            first = list(islice(iter(inner), 1))
            yield Nested(name, inner, not first, first[0] if first else None)
    if depth:
        for name, inner in value.items():
            if isinstance(inner, dict) and name in _AROUND:
                for found in _lists(inner, depth - 1):
                    yield found._replace(name=name if name in _LISTS else found.name)


def is_comment(
    fields: Mapping[str, Any], columns: Columns, nested: Nested, *, outermost: bool
) -> bool:
    """Whether an object with a list of comments is a comment itself, and the list its replies.

    An outermost object with a list is a post, whose text is its own, unless what it has is what
    comments have.
    """
    if not text_cell(fields.get(columns.names.get("text", ""))).strip():
        return False
    if not outermost:
        return True
    if _is_post(fields, columns):
        return False
    if nested.name in _OF_REPLIES or any(column_key(name) in _OF_COMMENTS for name in fields):
        return True
    author = columns.names.get("author")
    first = flat_fields(nested.first) if isinstance(nested.first, dict) else {}
    is_like_its_own = columns.names["text"] in first and author in first
    return author is not None and (nested.is_empty or is_like_its_own)


def _is_post(fields: Mapping[str, Any], columns: Columns) -> bool:
    has_title = text_cell(fields.get(columns.names.get("title", ""))).strip()
    is_story = fields.get("type") in {"story", "poll", "job"}  # Hacker News
    return bool(has_title) or is_story or "thread.uri" in fields


def is_not_a_comment(value: Mapping[str, Any]) -> bool:
    """Whether an object stands in a list of comments without being one: Reddit's `more`."""
    return value.get("kind") in {"more", "t3"} and not isinstance(value.get("data"), str)


def reddit_page(value: object) -> dict[str, Any] | None:
    """What Reddit's `.json` gives, as a post with its comments; None for anything else.

    It is a pair of listings: of the post alone, and of the comments.
    """
    if not isinstance(value, (list, LazyList)):
        return None
    pair = list(islice(iter(value), 3))
    if len(pair) != 2 or not all(isinstance(each, dict) for each in pair):
        return None
    posts, comments = (_children(each) for each in pair)
    post = next(iter(posts), None) if posts is not None else None
    if comments is None or not isinstance(post, dict) or post.get("kind") != "t3":
        return None
    about = post.get("data")
    about = about if isinstance(about, dict) else {}
    link = f"https://www.reddit.com/comments/{about.get('id', '')}/"
    return {"post url": link, "title": text_cell(about.get("title")), "comments": comments}


def _children(listing: Mapping[str, Any]) -> Iterable[Any] | None:
    data = listing.get("data")
    children = data.get("children") if isinstance(data, dict) else None
    return children if isinstance(children, (list, LazyList)) else None


def text_cell(value: object) -> str:
    """A cell as a CSV file would have it; empty for what is no text, number or truth value."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, (dict, list, LazyList)):
        return ""
    return re.sub(r"\.0$", "", msgspec.json.encode(value).decode())
