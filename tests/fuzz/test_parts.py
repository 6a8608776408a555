from __future__ import annotations

from tests.fuzz.parts import Part, read_parts


def test_fields_stand_above_an_empty_line_and_the_body_below() -> None:
    assert read_parts(b"Status: 200\nretry-after:  5 \n\n{\n\n}") == [
        Part({"status": "200", "retry-after": "5"}, b"{\n\n}")
    ]


def test_parts_follow_each_other() -> None:
    assert read_parts(b"\n\none\n%%\na: b\n\ntwo") == [
        Part({"": ""}, b"one"),
        Part({"a": "b"}, b"two"),
    ]


def test_any_bytes_are_a_part() -> None:
    assert read_parts(b"") == [Part({"": ""}, b"")]
    assert read_parts(b"\xff") == [Part({"ÿ": ""}, b"")]
