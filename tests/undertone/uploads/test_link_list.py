import pytest
from hypothesis import given
from hypothesis import strategies as st

from undertone.errors import Rejected
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


def test_a_hundred_thousand_links() -> None:
    lines = [f"https://youtu.be/{n:011d}" for n in range(100_000)]
    assert read("\n".join(lines).encode()) == lines


@given(data=st.binary(max_size=100))
def test_any_bytes_are_a_list_or_rejected(data: bytes) -> None:
    try:
        assert all(isinstance(line, str) for line in read(data))
    except Rejected as rejected:
        assert rejected.detail  # noqa: PT017 - either outcome is right
