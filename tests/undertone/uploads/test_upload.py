"""A file as a whole: read, or rejected with what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.undertone.uploads.conftest import read, texts
from undertone.errors import Rejected
from undertone.uploads.upload import read_upload


@pytest.mark.parametrize(
    ("name", "post_id"),
    [("", "upload"), ("../../x.csv", "x"), ("a\x00b\ud800.csv", "a b"), ("..", "upload")],
)
def test_a_file_names_its_post(name: str, post_id: str) -> None:
    assert [post.id for post in read("text\nx\n", "text/csv", name)] == [post_id]


def test_an_empty_table_is_a_post_without_comments() -> None:
    assert [post.comments for post in read("text,author\n", "text/csv")] == [()]
    assert [post.comments for post in read("[]", "application/json")] == [()]


@pytest.mark.parametrize(
    ("data", "content_type", "message"),
    [
        ("a,b\n1,2\n", "text/csv", "found: a, b"),
        ("", "text/csv", "found: nothing"),
        ('text\n"never closed\nmore', "text/csv", "near line 3"),
        (b"PK\x03\x04\x00\x00", "text/csv", "Excel workbook"),
        ("[1,", "application/json", "no JSON"),
        ('[{"name": "x"}]', "application/json", "no column of comments"),
        ("nope\nnope", "application/x-ndjson", "no JSON Lines"),
        ("[" * 100_000, "application/json", "nested too deep"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_rejected_with_the_cure(
    data: str | bytes, content_type: str, message: str
) -> None:
    with pytest.raises(Rejected) as rejected:
        read(data, content_type)
    assert message in rejected.value.detail + str(rejected.value.problems)


@given(
    data=st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
    content_type=st.sampled_from(
        ["", "text/csv", "application/json", "text/plain", "a/b; charset=x", "\n"]
    ),
    file_name=st.sampled_from(["", "a.csv", "a.jsonl", "../../x", "a.txt"]),
)
def test_any_bytes_are_read_or_rejected(data: bytes, content_type: str, file_name: str) -> None:
    try:
        posts = read(data, content_type, file_name)
    except Rejected:
        return
    assert posts
    for post in posts:
        assert len({comment.id for comment in post.comments}) == len(post.comments)
        post.note.encode()


LINK = "https://youtu.be/dQw4w9WgXcQ"


@pytest.mark.parametrize(
    ("body", "content_type", "links", "posts"),
    [
        (f"{LINK}\n{LINK}", "", 2, 0),
        (f"links\n{LINK}", "text/plain", 1, 0),
        (f"url,note\n{LINK},x", "text/csv", 1, 0),
        (f"url,text\n{LINK},x", "text/csv", 0, 1),
        (f'["{LINK}"]', "application/json", 1, 0),
        (f'["{LINK}", "x"]', "application/json", 0, 1),
        ("well done", "", 0, 1),
    ],
)
def test_the_content_tells_links_from_comments(
    body: str, content_type: str, links: int, posts: int
) -> None:
    upload = read_upload(body.encode(), content_type=content_type)
    assert (len(upload.links), len(upload.posts)) == (links, posts)


def test_what_a_file_is_may_be_said() -> None:
    body = f"{LINK}\n".encode()
    assert read_upload(body, kind="urls").links == [LINK]
    assert texts(read_upload(body, kind="comments").posts[0]) == [LINK]
