"""JSON and JSON Lines of export tools."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.undertone.uploads.conftest import read, texts
from undertone.errors import Rejected
from undertone.limits import MAX_COLUMN_NAME, MAX_COLUMNS

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


@pytest.mark.parametrize(
    ("written", "posts"),
    [
        ('{"text":"x","id":"1","replies":["y"]}',
         [("upload", "", [("1", "x", ""), ("2", "y", "1")])]),
        ('[{"id":"p","text":"own","replies":["a"]}]',
         [("upload", "", [("p", "own", ""), ("2", "a", "p")])]),
        ('[{"id":"p","text":"own","comments":["a"],"replies":["b"]}]',
         [("p", "", [("1", "a", "")])]),
        ('[{"id":"p","url":"u","title":"T","items":[{"text":"a"},{"text":"b","title":"U","url":"v"}]}]',
         [("u", "T", [("1", "a", "")]), ("v", "U", [("2", "b", "")])]),
        ('{"data":[{"x":[1],"text":"a","id":"9"}]}', [("upload", "", [("9", "a", "")])]),
        ('{"data":[{"text":"a","comments":["b"]}]}',
         [("upload", "", [("1", "a", ""), ("2", "b", "")])]),
        ('[{"text":true},{"text":{"a":1}},{"text":null},1]',
         [("upload", "", [("1", "true", "")])]),
    ],
)  # fmt: skip
def test_what_is_a_post_and_what_a_comment(
    written: str, posts: list[tuple[str, str, list[tuple[str, str, str]]]]
) -> None:
    found = read(written, "application/json")
    assert posts == [
        (post.id, post.title, [(c.id, c.text, c.parent) for c in post.comments]) for post in found
    ]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("before", [0, 1, 3])
def test_the_first_line_that_is_no_json_is_named(end: str, before: int) -> None:
    lines = [*['"a"', "", '"b"'][:before], "broken", '"c"', "{"]
    (post,) = read(end.join(lines), "", "x.jsonl")
    assert post.note.startswith(f"lines that are no JSON: 2 (first: {before + 1}); text from")


def test_one_value_is_no_json_lines_unless_somebody_says_so() -> None:
    assert "no JSON" not in read('{"text":"a"}\n \n')[0].note
    assert texts(read('{"text":"a"}\n[1')[0]) == ["a"]
    with pytest.raises(Rejected, match=r"the file is no JSON$"):
        read('{"text":"a"\n{"text":"b"}')
    assert texts(read('{"text":"a"\n{"text":"b"}', "", "x.ndjson")[0]) == ["b"]


def test_names_that_are_too_long_or_too_many_are_no_columns() -> None:
    name = "te" + " " * (MAX_COLUMN_NAME - 4) + "xt"
    assert texts(read(json.dumps([{name: "a"}]), "application/json")[0]) == ["a"]
    with pytest.raises(Rejected, match="no column of comments"):
        read(json.dumps([{name + " ": "a"}]), "application/json")
    most = [{"text": "a"}, *({f"c{number}": 1} for number in range(MAX_COLUMNS - 1))]
    assert texts(read(json.dumps(most), "application/json")[0]) == ["a"]
    with pytest.raises(Rejected, match="more than 1,000 columns"):
        read(json.dumps([*most, {"one more": 1}]), "application/json")
