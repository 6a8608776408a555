"""Files in forms, as `curl -F` and browsers send them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.forms import read_form
from undertone.errors import Rejected

TYPE = "multipart/form-data; boundary=----x"


def form(*parts: tuple[str, bytes], end: bytes = b"------x--\r\n") -> bytes:
    return b"".join(
        b"------x\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n" % (head.encode(), body)
        for head, body in parts
    ) + end  # fmt: skip


def test_a_file_with_fields_beside_it() -> None:
    export = b"text\r\n------ y\r\n" * 30_000
    found = read_form(
        form(
            ('name="text"', b"Opmerking"),
            (
                'name="file"; filename="exp\xc3\xb6rt.xlsx"\r\nContent-Type: text/csv; charset=x',
                export,
            ),
        ),
        TYPE,
    )
    assert found.fields == {"text": "Opmerking"}
    assert found.body == export
    assert found.file_name.endswith(".xlsx")
    assert found.content_type.startswith("text/csv")


FILE = ('name="file"; filename="a.csv"', b"text\na")


@pytest.mark.parametrize(
    ("body", "content_type", "told"),
    [
        (form(('name="text"', b"a")), TYPE, "holds 0 files"),
        (form(FILE, FILE), TYPE, "holds 2 files"),
        (form(FILE, end=b""), TYPE, "the form is broken"),
        (form(FILE), "multipart/form-data", "the form is broken"),
        (b"text\na", TYPE, "the form is broken"),
        (form(*[FILE] * 101), TYPE, "the form is broken"),
    ],
)
def test_what_is_no_form_with_one_file_is_refused(
    body: bytes, content_type: str, told: str
) -> None:
    with pytest.raises(Rejected, match=told):
        read_form(body, content_type)


@given(data=st.binary(max_size=200), end=st.binary(max_size=20))
def test_any_form_is_read_or_refused(data: bytes, end: bytes) -> None:
    body = form(('name="file"; filename="a"', data), end=end)
    try:
        found = read_form(body, TYPE)
    except Rejected:
        return
    assert isinstance(found.body, bytes)


@given(data=st.binary(max_size=300).filter(lambda data: b"------x" not in data))
def test_a_file_comes_out_as_it_was_sent(data: bytes) -> None:
    assert read_form(form(('name="file"; filename="a"', data)), TYPE).body == data
