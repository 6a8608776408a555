import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from undertone.errors import Permanent
from undertone.sources.answers import decode_json, excerpt, fit, fit_each


class Shape(msgspec.Struct):
    id: int
    text: str = ""


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        (b'["\\ud83d", "\\ude00\\ud83d"]', ["\ufffd", "\ufffd\ufffd"]),
        (b'["caf\xe9"]', ["caf\ufffd"]),
        (b'\xef\xbb\xbf["a"]', ["a"]),
        (b"[NaN, -Infinity]", [None, None]),
        (b'"a\\u0000b"', "a\0b"),
    ],
)
def test_broken_text_is_mended(data: bytes, value: object) -> None:
    assert decode_json(data) == value
    msgspec.json.encode(decode_json(data))


@pytest.mark.parametrize(
    "data", [b"", b"{", b'{"a"', b"<html>", b"[1e999]", b'["\\ud8', b"9" * 5000 + b"x"]
)
def test_what_is_no_json_is_told(data: bytes) -> None:
    with pytest.raises(ValueError, match="no valid JSON"):
        decode_json(data)


@pytest.mark.parametrize("end", [b"", b'"\\ud800"'])
@pytest.mark.parametrize("start", [b"[", b'{"a":'])
def test_nesting_is_limited(start: bytes, end: bytes) -> None:
    with pytest.raises(ValueError, match=r"nested too deep|no valid JSON"):
        decode_json(start * 200_000 + end)


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: json.dumps(text).encode()))
def test_any_bytes_are_json_or_told(data: bytes) -> None:
    try:
        value = decode_json(data)
    except ValueError:
        return
    assert msgspec.json.encode(value)


def test_numbers_may_be_text() -> None:
    assert fit("X", {"id": "12", "more": 1}, Shape) == Shape(12)


def test_what_does_not_fit_names_the_platform_and_the_place() -> None:
    with pytest.raises(Permanent, match=r"^YouTube answered in a form .*\$\.id"):
        fit("YouTube", {"id": []}, Shape)


def test_one_odd_item_does_not_lose_the_others() -> None:
    assert fit_each([{"id": 1}, None, {"text": "x"}, {"id": 2}], Shape) == ([Shape(1), Shape(2)], 2)


def test_an_excerpt_is_short_and_printable() -> None:
    assert excerpt("a\x00\n\tb\u202e c") == "a b c"
    assert len(excerpt("x" * 1000)) == 200
