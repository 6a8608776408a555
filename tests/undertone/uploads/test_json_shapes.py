"""What in JSON is a comment, what a post, and what only stands around them."""

import json

import pytest

from tests.undertone.uploads.conftest import read, texts
from undertone import json_view
from undertone.uploads.json_shapes import flat_fields, reddit_page, text_cell


def test_objects_within_objects_have_dotted_names_and_envelopes_none() -> None:
    value: dict[str, object] = {
        "id": "1", "author": {"name": "Ann", "id": {"label": "5"}}, "tags": ["a"],
        "snippet": {"id": "inner", "topLevelComment": {"snippet": {"textDisplay": "x"}}},
    }  # fmt: skip
    assert flat_fields(value) == {
        "id": "1", "author.name": "Ann", "author.id": "5", "textDisplay": "x",
    }  # fmt: skip


def test_an_object_in_a_cell_is_never_shown_as_json() -> None:
    items = [{"text": {"a": 1}, "id": {"x": 2}, "author": {"y": 3}}, {"text": "a", "id": "1"}]
    (post,) = read(json.dumps(items), "application/json")
    assert [(c.text, c.id, c.author) for c in post.comments] == [("a", "1", "")]
    cells: list[object] = [{}, [], None, 1.0, True]
    assert [text_cell(value) for value in cells] == ["", "", "", "1", "true"]


FACEBOOK = {"commentUrl": "https://a.example/1", "profileName": "Ann", "comments": []}


def test_an_item_with_an_empty_list_of_comments_is_a_comment() -> None:
    items = [FACEBOOK | {"id": "1", "text": "a"}, FACEBOOK | {"id": "2", "text": "b"}]
    (post,) = read(json.dumps(items), "application/json")
    assert texts(post) == ["a", "b"]


def test_a_comment_with_nested_replies_keeps_its_own_text() -> None:
    reply = {"id": "2", "text": "b", "profileName": "Bob", "comments": []}
    items = [FACEBOOK | {"id": "1", "text": "a", "comments": [reply]}]
    (post,) = read(json.dumps(items), "application/json")
    assert [(c.text, c.parent) for c in post.comments] == [("a", ""), ("b", "1")]


@pytest.mark.parametrize(
    "post",
    [
        {"id": "p", "title": "T", "text": "own", "author": "Ann"},
        {"id": "p", "text": "own"},
        {"id": "p", "type": "story", "text": "own", "author": "Ann"},
    ],
)
def test_a_post_with_its_comments_is_no_comment(post: dict[str, str]) -> None:
    (found,) = read(json.dumps([post | {"comments": [{"text": "a", "user": "B"}]}]), "")
    assert (found.id, texts(found)) == ("p", ["a"])


def test_reddits_pair_of_listings_is_a_post_with_its_comments() -> None:
    post = {"kind": "t3", "data": {"id": "57dw9a", "title": "A post", "selftext": "its own"}}
    comment = {"kind": "t1", "data": {"id": "c1", "body": "a", "parent_id": "t3_57dw9a"}}
    more = {"kind": "more", "data": {"count": 3, "children": ["x"]}}
    pair = [{"data": {"children": [post]}}, {"data": {"children": [comment, more]}}]
    assert reddit_page(pair) is not None
    (found,) = read(json.dumps(pair), "application/json")
    assert (found.id, found.title) == ("https://www.reddit.com/comments/57dw9a/", "A post")
    assert [(c.id, c.text, c.parent) for c in found.comments] == [("c1", "a", "")]
    others: list[object] = [[], [{}], [{}, {}], [1, 2], {"a": 1}, pair[1:] * 2]
    for other in others:
        assert reddit_page(other) is None


def test_a_large_export_whose_list_is_far_in_is_read() -> None:
    """Objects of more than 256 KiB are seen as frames, also within one another."""
    comments = [{"id": str(n), "message": "so good " * 20} for n in range(5_000)]
    value = {"post": {"x": 1}, "comments": {"data": comments, "paging": {"next": "a"}}}
    (post,) = read(json.dumps({"result": value}), "application/json")
    assert len(post.comments) == 5_000


def test_frames_within_one_another_have_an_end() -> None:
    data = b'{"a":' * 30 + b'"' + b"x" * 40 + b'"' + b"}" * 30
    seen, depth = json_view.read(data, at_once=20), 0
    while isinstance(seen, dict):
        seen, depth = seen["a"], depth + 1
    assert (seen, depth) == (None, 8)
