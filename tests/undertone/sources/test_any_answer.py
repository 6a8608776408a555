"""Whatever JSON a platform sends, a source gives a page or says Permanent, and nothing else."""

import json
from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from tests.fakes.scripted import Reply, answering
from tests.fakes.sources import WAYS
from undertone.errors import Permanent
from undertone.limits import MAX_COUNT
from undertone.records import Page, Want
from undertone.sources.http import Session, allow_only

NAMES = [
    # Envelopes
    "items", "data", "children", "replies", "comments", "thread", "post", "descendants", "json",
    "things", "kind", "paging", "cursors", "next", "after", "nextPageToken", "has_more", "cursor",
    "error", "errors", "reason", "code", "message", "$type", "status", "defaultDatasetId",
    # Comments
    "id", "cid", "text", "body", "content", "snippet", "topLevelComment", "textOriginal", "author",
    "parent_id", "parentId", "record", "uri", "likeCount", "created_utc", "created_at_i",
    "created_at", "totalReplyCount", "replyCount", "account", "shortcode", "langs", "createTime",
    "timestamp",
]  # fmt: skip
TEXTS = [
    "t1",
    "t3",
    "more",
    "Listing",
    "n00001-0000",
    "n00001000",
    "5000010000",
    "",
    "2026-01-01",
    "\ud800",
]
ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 10**20)
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(TEXTS),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=8)
    ),
    max_leaves=40,
)


def assert_sound(page: Page) -> None:
    """That the page can be kept, and that its counts can be."""
    assert msgspec.json.decode(msgspec.json.encode(page), type=type(page)) == page
    assert page.reported is None or 0 <= page.reported <= MAX_COUNT
    assert all(abs(comment.likes or 0) <= MAX_COUNT for comment in page.comments)


class Served(NamedTuple):
    base: str
    reply: list[Reply]
    sessions: dict[str, Session]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A server that answers what `reply` holds, but gives out tokens."""
    replies: list[Reply] = [(200, {})]

    def answer(request: Request) -> Reply:
        if "token" in request.url.path:
            return 200, {"access_token": "t"}
        return replies[0]

    with answering(answer) as base:
        yield Served(base, replies, {name: Session(name, allow_only(base)) for name in WAYS})


@pytest.mark.parametrize("name", WAYS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data())
def test_any_json_is_a_page_or_permanent(name: str, served: Served, data: st.DataObject) -> None:
    way = WAYS[name]
    cursor = data.draw(st.sampled_from(way.cursors))
    status = data.draw(st.sampled_from([200, 200, 200, 201, 400, 401, 403, 404]))
    served.reply[0] = (status, json.dumps(data.draw(ANY_JSON)).encode())
    source = way.make(served.sessions[name], served.base)
    try:
        page = source.read(way.post, Want(), cursor)
    except Permanent as refused:
        assert refused.reason.isprintable()  # noqa: PT017 - either outcome is right
    else:
        assert_sound(page)


YOUTUBE_COMMENT = {
    "id": "a",
    "snippet": {"textOriginal": "x", "likeCount": 1, "publishedAt": "2026"},
}
BLUESKY_POST = {
    "uri": "at://a/b/c",
    "record": {"text": "x", "createdAt": "2026-01-01T00:00:00Z", "langs": ["en"]},
    "author": {"handle": "h"},
    "replyCount": 2,
    "likeCount": 1,
}
REDDIT_COMMENT = {
    "id": "a", "parent_id": "t3_x", "body": "x", "author": "b", "score": 1, "created_utc": 1.0,
}  # fmt: skip
MORE = {"kind": "more", "data": {"children": ["a"], "parent_id": "t1_b"}}
INSTAGRAM_REPLY = {"id": "3", "text": "y", "timestamp": "2026-01-01", "username": "u"}

SHAPES: list[tuple[str, str | None, object]] = [
    # The way, the cursor, and an answer that is right until one place of it is spoilt.
    (
        "youtube",
        '{"threads":"t"}',
        {
            "nextPageToken": "n",
            "items": [
                {
                    "snippet": {"topLevelComment": YOUTUBE_COMMENT, "totalReplyCount": 3},
                    "replies": {"comments": [YOUTUBE_COMMENT]},
                }
            ],
        },
    ),
    ("youtube", '{"parents":["a"]}', {"items": [YOUTUBE_COMMENT], "nextPageToken": "n"}),
    (
        "youtube",
        None,
        {"items": [{"snippet": {"title": "t"}, "statistics": {"commentCount": "3"}}]},
    ),
    (
        "hackernews",
        None,
        {
            "id": 1,
            "title": "t",
            "children": [
                {
                    "id": 2,
                    "author": "a",
                    "text": "x",
                    "created_at_i": 1,
                    "parent_id": 1,
                    "points": 2,
                }
            ],
        },
    ),
    (
        "bluesky",
        None,
        {
            "thread": {
                "$type": "app.bsky.feed.defs#threadViewPost",
                "post": BLUESKY_POST,
                "replies": [
                    {"$type": "x", "post": BLUESKY_POST, "replies": [{"post": BLUESKY_POST}]}
                ],
            }
        },
    ),
    (
        "mastodon",
        None,
        {
            "id": "1",
            "content": "<p>x",
            "replies_count": 2,
            "descendants": [
                {
                    "id": "2",
                    "content": "x",
                    "created_at": "2026-01-01",
                    "in_reply_to_id": "1",
                    "account": {"acct": "a"},
                    "replies_count": 1,
                    "language": "en",
                }
            ],
        },
    ),
    (
        "reddit",
        None,
        [
            {"data": {"children": [{"kind": "t3", "data": {"title": "t", "num_comments": 2}}]}},
            {
                "data": {
                    "children": [
                        {
                            "kind": "t1",
                            "data": REDDIT_COMMENT
                            | {
                                "replies": {
                                    "data": {"children": [{"kind": "t1", "data": REDDIT_COMMENT}]}
                                }
                            },
                        },
                        MORE,
                    ]
                }
            },
        ],
    ),
    (
        "reddit",
        '{"more":["a"]}',
        {"json": {"data": {"things": [{"kind": "t1", "data": REDDIT_COMMENT}, MORE]}}},
    ),
    (
        "instagram_graph",
        '{"media":"m"}',
        {
            "data": [
                INSTAGRAM_REPLY | {"replies": {"data": [INSTAGRAM_REPLY], "paging": {"next": "x"}}}
            ],
            "paging": {"next": "x", "cursors": {"after": "a"}},
        },
    ),
    ("instagram_graph", None, {"data": [{"id": "1", "shortcode": "n00001-0000", "caption": "c"}]}),
    (
        "tiktok_research",
        "5",
        {
            "data": {
                "comments": [
                    {
                        "id": 1,
                        "text": "x",
                        "create_time": 1,
                        "parent_comment_id": 2,
                        "like_count": 1,
                    }
                ],
                "cursor": 6,
                "has_more": True,
            },
            "error": {"code": "ok"},
        },
    ),
    (
        "apify instagram",
        '{"run":"r","dataset":"d","ended":"SUCCEEDED"}',
        [
            {
                "id": "1",
                "text": "x",
                "timestamp": "2026",
                "likesCount": 1,
                "postUrl": "",
                "replies": [{"id": "2"}],
            }
        ],
    ),
    (
        "apify tiktok",
        '{"run":"r","dataset":"d","ended":"FAILED"}',
        [{"cid": "1", "text": "x", "createTime": 1, "videoWebUrl": "", "repliesToId": "2"}],
    ),
    ("apify instagram", None, {"data": {"id": "r", "defaultDatasetId": "d", "startedAt": "2026"}}),
]

STRANGE: list[object] = [
    *(None, True, False, "", "12", "x", "\ud800", "\x00", [], {}, [None, [], {}, 3]),
    *(
        -1,
        0,
        10**9,
        10**12,
        10**17,
        10**30,
        -(10**17),
        10**300,
        "9" * 300,
        "1" + "0" * 400,
        1.5,
        1e300,
        -1e300,
        float("nan"),
    ),
]


@pytest.mark.parametrize(("name", "cursor", "shape"), SHAPES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_spoilt_answer_is_a_page_or_permanent(
    name: str, cursor: str | None, shape: object, served: Served, data: st.DataObject
) -> None:
    body = json.loads(json.dumps(shape))
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(_places(body) or [({}, "")]))
        if data.draw(st.integers(0, 3)):
            holder[key] = data.draw(st.sampled_from(STRANGE))
        else:
            holder.pop(key, None)
    served.reply[0] = (200, json.dumps(body).encode())
    way = WAYS[name]
    try:
        page = way.make(served.sessions[name], served.base).read(way.post, Want(), cursor)
    except Permanent as refused:
        assert refused.reason.isprintable()  # noqa: PT017 - either outcome is right
    else:
        assert_sound(page)


def _places(value: object) -> list[tuple[dict[str, object], str]]:
    """Every named place in `value` where something else could stand."""
    found: list[tuple[dict[str, object], str]] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += [(value, key), *_places(inner)]
    if isinstance(value, list):
        for inner in value:
            found += _places(inner)
    return found


@pytest.mark.parametrize(("name", "cursor", "shape"), SHAPES)
def test_the_answers_that_are_spoilt_are_right_before(
    name: str, cursor: str | None, shape: object, served: Served
) -> None:
    served.reply[0] = (200, shape)
    way = WAYS[name]
    page = way.make(served.sessions[name], served.base).read(way.post, Want(), cursor)
    if cursor is not None:
        assert page.comments
        assert page.note == ""
