import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from undertone.errors import Rejected
from undertone.limits import MAX_POSTS
from undertone.uploads.upload import read_upload


def read(data: bytes) -> list[str]:
    upload = read_upload(data, kind="urls")
    assert upload.posts == []
    return upload.links


A, B = "https://youtu.be/dQw4w9WgXcQ", "https://example.com/x?a=1,2;3"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    "text",
    [
        f"{A}\n{B}\n",
        f"\r\n  {A}  \r\n\r\n{B}",
        f"url\n{A}\n{B}\n",
        f'URL;Name\r\n{A};one\r\n"{B}";two\r\n;empty\r\n',
        f'no,Link\n1,{A}\n2,"{B}"\n3\n',
        f"name\tPost URL\nx\t{A}\ny\t{B}\n",
    ],
)
def test_links_come_out_in_order_as_sent(text: str, encoding: str) -> None:
    assert read(text.encode(encoding)) == [A, B]


def test_lines_that_are_no_links_are_kept_to_be_told() -> None:
    assert read(f"{A}\nnot a link\n".encode()) == [A, "not a link"]


def test_an_empty_list_is_empty() -> None:
    assert read(b"\xef\xbb\xbf\r\n \n") == []


def test_a_table_without_links_is_rejected_with_its_columns() -> None:
    with pytest.raises(Rejected, match="name one `url`"):
        read(b"name,views\nx,1\n")


def links(count: int) -> list[str]:
    return [f"https://youtu.be/{n:011d}" for n in range(count)]


def as_lines(count: int) -> bytes:
    return "\n".join(links(count)).encode()


def as_table(count: int) -> bytes:
    return "\n".join(["no,url", *(f"{n},{link}" for n, link in enumerate(links(count)))]).encode()


def as_json(count: int) -> bytes:
    return json.dumps(links(count)).encode()


@pytest.mark.parametrize("written", [as_lines, as_table, as_json])
def test_as_many_links_as_a_job_takes_and_no_more(written: Callable[[int], bytes]) -> None:
    assert read_upload(written(MAX_POSTS), content_type="text/csv").links == links(MAX_POSTS)
    for count in (MAX_POSTS + 1, 100_000):
        with pytest.raises(Rejected, match=f"{count:,} posts are more than one job takes"):
            read_upload(written(count), content_type="text/csv")


def test_a_long_list_that_is_not_of_links_alone_is_one_of_comments() -> None:
    upload = read_upload(json.dumps([*links(MAX_POSTS + 1), "well done"]).encode())
    assert (upload.links, len(upload.posts[0].comments)) == ([], MAX_POSTS + 2)


@given(data=st.binary(max_size=100))
def test_any_bytes_are_a_list_or_rejected(data: bytes) -> None:
    try:
        assert all(isinstance(line, str) for line in read(data))
    except Rejected as rejected:
        assert rejected.detail  # noqa: PT017 - either outcome is right


MAIL = f"""Hi Ann,

these two went live on Friday: {A} and
https://www.instagram.com/p/CxYz_12-abc/?igsh=1 (the reel).
Our other one is at <https://vm.tiktok.com/ZMabc12Xy/>. It has 12k views!

Best, Bob
"""


@pytest.mark.parametrize("content_type", ["text/plain", "", "application/x-www-form-urlencoded"])
def test_links_in_an_email_are_found(content_type: str) -> None:
    upload = read_upload(MAIL.encode(), content_type=content_type)
    assert upload.posts == []
    assert upload.links == [
        A, "https://www.instagram.com/p/CxYz_12-abc/?igsh=1", "https://vm.tiktok.com/ZMabc12Xy/",
    ]  # fmt: skip


def test_comments_of_which_few_hold_a_link_are_comments() -> None:
    body = "so good\n" * 10 + f"see {A}\n"
    upload = read_upload(body.encode(), content_type="text/plain")
    assert (upload.links, len(upload.posts[0].comments)) == ([], 11)
    assert read(body.encode())[:1] == ["so good"], "if that is asked for, lines are links"
