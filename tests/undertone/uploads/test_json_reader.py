"""JSON and JSON Lines of export tools."""

import json

from hypothesis import given
from hypothesis import strategies as st

from tests.undertone.uploads.conftest import read, texts
from undertone.errors import Rejected

REEL = "https://www.instagram.com/p/CxYz_12-abc/"


def test_apify_instagram_with_nested_replies_and_an_error_item() -> None:
    reply = {"id": "2", "text": "thanks", "ownerUsername": "me", "likesCount": 0}
    items = [
        {"id": "1", "text": "wow", "ownerUsername": "ann", "timestamp": "2024-05-01T00:00:00.000Z",
         "likesCount": 3, "repliesCount": 1, "replies": [reply], "postUrl": REEL + "?igsh=1"},
        {"error": "no_items", "errorDescription": "Empty or private data for provided input"},
    ]  # fmt: skip
    first, rest = read(json.dumps(items), "application/json", "dataset.json")
    assert first.id == REEL
    assert [(c.id, c.parent, c.author, c.likes) for c in first.comments] == [
        ("1", "", "ann", 3),
        ("2", "1", "me", 0),
    ]
    assert first.comments[0].created_at == "2024-05-01T00:00:00Z"
    assert (rest.id, rest.comments) == ("dataset", ())
    assert "rows without text: 1" in rest.note


def test_posts_that_hold_their_comments() -> None:
    posts = [
        {"id": "p1", "title": "One", "text": "its own words", "comments": ["a", {"text": "b"}]},
        {"id": "p2", "comments": [{"text": "c", "replies": [{"text": "d"}]}]},
    ]
    one, two = read(json.dumps(posts), "application/json")
    assert (one.id, one.title, texts(one)) == ("p1", "One", ["a", "b"])
    assert (two.id, texts(two)) == ("p2", ["c", "d"])


def test_json_lines_with_a_broken_one() -> None:
    (post,) = read('{"text":"a\u2028b"}\n\nbroken\r\n"c"\n', "", "x.jsonl")
    assert texts(post) == ["a\u2028b", "c"]
    assert "lines that are no JSON: 1 (first: 3)" in post.note


def test_json_lines_are_known_without_a_name() -> None:
    (post,) = read('{"text":"a"}\n{"text":"b"}')
    assert texts(post) == ["a", "b"]


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["text", "id", "comments", "replies", "items", "likes", "title", "url", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(value=ANY_JSON)
def test_any_json_is_read_or_rejected(value: object) -> None:
    try:
        posts = read(json.dumps(value), "application/json")
    except Rejected:
        return
    assert posts
