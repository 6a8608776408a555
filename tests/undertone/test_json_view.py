"""A view of a large JSON value holds what the whole value holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.growth import LINEAR, doubling
from undertone import json_view
from undertone.errors import Rejected
from undertone.json_view import BrokenJson, LazyList
from undertone.limits import MAX_COLUMNS, MAX_TEXT

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=60,
)
LAYOUTS: tuple[dict[str, Any], ...] = (
    {},
    {"indent": 2},
    {"ensure_ascii": False},
    {"separators": (" ,\r\n", "\t: ")},
)


def whole(value: Any) -> Any:
    """`value` with its long lists read."""
    if isinstance(value, (list, LazyList)):
        return [whole(each) for each in value]
    if isinstance(value, dict):
        return {name: whole(each) for name, each in value.items()}
    return value


@given(value=VALUES, layout=st.sampled_from(LAYOUTS), at_once=st.integers(1, 60))
def test_a_view_holds_what_is_there(value: Any, layout: dict[str, Any], at_once: int) -> None:
    """But for an object that is large and in another one."""
    listed = [value, [value], [[[[[[[value]]]]]]]]
    data = json.dumps(listed, **layout).encode()
    assert _but_objects(whole(json_view.read(data, at_once=at_once)), listed)
    assert _but_objects(whole(json_view.read(b"\xef\xbb\xbf " + data, at_once=at_once)), listed)


def _but_objects(seen: Any, there: Any) -> bool:
    if isinstance(there, list):
        pairs = zip(seen, there, strict=True)
        return all(_but_objects(*pair) for pair in pairs)
    if isinstance(there, dict):
        return seen.keys() == there.keys() and all(
            (seen[name] is None and isinstance(each, dict)) or _but_objects(seen[name], each)
            for name, each in there.items()
        )
    return bool(seen == there)


@given(
    data=st.binary(max_size=60)
    | st.text(alphabet='[]{},:"\\ a1\n', max_size=60).map(str.encode)
    | VALUES.map(lambda value: json.dumps(value).encode()[:-1]),
    at_once=st.integers(1, 20),
)
def test_any_bytes_are_json_or_broken(data: bytes, at_once: int) -> None:
    try:
        seen = whole(json_view.read(data, at_once=at_once))
    except BrokenJson:
        return
    if isinstance(seen, list):
        assert _but_objects(seen, json_view.read(data))


@pytest.mark.parametrize(
    "data",
    [
        "[1, 2", "[1 2]", "[1,]", "[,1]", "[1]]", "[1] 2", '{"a" 1}', '{"a":1,}', '{"a":1 "b":2}',
        "[}", '["a]', "{1:2}", "[" * 1000 + "]" * 1000, "", "  ", "nul", '{"a":[1,2}',
    ],
)  # fmt: skip
def test_broken_json(data: str) -> None:
    with pytest.raises(BrokenJson, match=r"JSON|decode"):
        whole(json_view.read(data.encode(), at_once=1))


def test_a_large_object_has_no_more_fields_than_columns_are_read() -> None:
    fields = {f"a{number}": "x" * 300 for number in range(MAX_COLUMNS)}
    assert json_view.read(json.dumps(fields).encode()) == fields
    with pytest.raises(Rejected, match="more than 1,000 columns"):
        json_view.read(json.dumps(fields | {"b": 1}).encode())


def test_a_part_of_the_bytes() -> None:
    assert whole(json_view.read(b"x[1,2]x", 1, 6, at_once=1)) == [1, 2]
    with pytest.raises(BrokenJson, match="more after"):
        json_view.read(b"x[1,2] 3x", 1, 8, at_once=1)


def test_what_is_decoded_at_once_is_no_view() -> None:
    assert isinstance(json_view.read(b"[1,2]", at_once=5), list)
    assert isinstance(json_view.read(b"[1,2]", at_once=4), LazyList)
    field = json_view.read(b'{"a":[1,2],"b":[1,23],"c":{"d":1},"e":{"d":12}}', at_once=7)
    assert whole(field) == {"a": [1, 2], "b": [1, 23], "c": {"d": 1}, "e": {"d": 12}}
    assert (type(field["a"]), type(field["b"])) == (list, list)
    assert isinstance(json_view.read(b'{"a":[1,2],"b":[1,23]}', at_once=5)["b"], LazyList)


@pytest.mark.parametrize("depth", [500, 501])
def test_containers_lie_in_each_other_as_deep_as_may_be(depth: int) -> None:
    """Five of the levels within the outermost ones are passed over together."""
    data = b"[" * (depth + 5) + b"]" * (depth + 5)
    if depth == 500:
        assert isinstance(json_view.read(data, at_once=1), LazyList)
    else:
        with pytest.raises(BrokenJson, match="nested too deep"):
            json_view.read(data, at_once=1)


def test_a_text_is_as_long_as_texts_are_read_and_no_longer() -> None:
    longest = 6 * MAX_TEXT
    assert len(json_view.read(b'"' + b"x" * (longest - 2) + b'"', at_once=1)) == longest - 2
    with pytest.raises(BrokenJson, match="one text of the JSON has 12,000,001 bytes"):
        json_view.read(b'  "' + b"x" * (longest - 1) + b'"', at_once=1)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"[[1,2] 3]", "near byte 7"),
        (b"[[1,2],]", "near byte 7"),
        (b'{"a":1 "b":2}', "near byte 7"),
        (b'{"a":1,}', "near byte 7"),
        (b"[1] 2", "more after byte 3"),
        (b"[[1,2]", "it ends too soon"),
    ],
)
def test_where_it_is_broken_is_told(data: bytes, told: str) -> None:
    with pytest.raises(BrokenJson, match=told):
        whole(json_view.read(data, at_once=1))


def test_a_long_list_can_be_read_again() -> None:
    values = json_view.read(b"[ [1, 2], 3 ]", at_once=1)
    assert whole(values) == whole(values) == [[1, 2], 3]
    assert whole(json_view.read(b"[ ]  ", at_once=1)) == []
    assert json_view.read(b"{ }  ", at_once=1) == {}


def test_what_is_small_is_decoded_at_once_wherever_it_stands() -> None:
    """Deeper than a view goes, as the decoder reads it."""
    data = b"[" * 600 + b"]" * 600
    assert json_view.read(b"x" + data, 1, 1201, at_once=1200) == json_view.read(data)
    with pytest.raises(BrokenJson, match="nested too deep"):
        json_view.read(b"x" + data, 1, 1201, at_once=1199)


def test_large_lists_in_each_other_are_read_in_linear_time() -> None:
    def nested(depth: int) -> bytes:
        return b'["%b",' % (b"x" * 2000) * depth + b"1" + b"]" * depth

    def innermost(data: bytes) -> object:
        value = json_view.read(data, at_once=100)
        while isinstance(value, LazyList):
            *_, value = value
        return value

    assert innermost(nested(5)) == 1
    assert doubling(innermost, nested, 100) < LINEAR
