"""Decoding: as msgspec does it, and safe when several threads meet a type for the first time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from undertone import wire

PROJECT = Path(__file__).parents[2]


class Inner(msgspec.Struct):
    number: int = 0


class Outer(msgspec.Struct):
    inner: list[Inner] = []
    name: str = ""


def test_decodes_as_msgspec() -> None:
    assert wire.decode(b'{"inner": [{"number": 3}]}', Outer) == Outer(inner=[Inner(number=3)])
    assert wire.decode("[1, null]") == [1, None]
    assert wire.decode(b"[1, 2]", list[int]) == [1, 2]
    assert wire.decode_lines(b'{"number": 1}\n{"number": 2}\n', Inner) == [Inner(1), Inner(2)]
    assert wire.convert({"number": "4"}, Inner, strict=False) == Inner(4)


@pytest.mark.parametrize(
    ("data", "kind"), [(b'{"inner": 1}', Outer), (b'{"name": 1}', Outer), (b'["a"]', list[int])]
)
def test_what_does_not_fit_is_named(data: bytes, kind: Any) -> None:
    with pytest.raises(msgspec.ValidationError, match="Expected"):
        wire.decode(data, kind)


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b'{"name": "\xff"}', Outer), (b'{"\xd0": 1}', Any), (b'["\xed\xa0\x80"]', list[str])],
)
def test_what_is_no_utf_8_is_malformed(data: bytes, kind: Any) -> None:
    with pytest.raises(msgspec.DecodeError, match="malformed"):
        wire.decode(data, kind)
    with pytest.raises(msgspec.DecodeError, match="malformed"):
        wire.decode_lines(data + b"\n", kind)


def test_convert_is_strict_unless_told() -> None:
    with pytest.raises(msgspec.ValidationError, match="Expected `int`, got `str`"):
        wire.convert({"number": "4"}, Inner)


@pytest.mark.parametrize("data", [b"", b"{", b"[1,]", b"\xff"])
def test_what_is_no_json_raises(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        wire.decode(data, Outer)


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
def test_lenient_mends_broken_text(data: bytes, value: object) -> None:
    assert wire.decode_lenient(data) == value
    msgspec.json.encode(wire.decode_lenient(data))


@pytest.mark.parametrize(
    "data", [b"", b"{", b'{"a"', b"<html>", b"[1e999]", b'["\\ud8', b"9" * 5000 + b"x"]
)
def test_lenient_names_what_is_no_json(data: bytes) -> None:
    with pytest.raises(ValueError, match="no valid JSON"):
        wire.decode_lenient(data)


@pytest.mark.parametrize("end", [b"", b'"\\ud800"'])
@pytest.mark.parametrize("start", [b"[", b'{"a":'])
def test_lenient_nesting_is_limited(start: bytes, end: bytes) -> None:
    with pytest.raises(ValueError, match=r"nested too deep|no valid JSON"):
        wire.decode_lenient(start * 200_000 + end)


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: json.dumps(text).encode()))
def test_lenient_decodes_or_refuses_any_bytes(data: bytes) -> None:
    try:
        value = wire.decode_lenient(data)
    except ValueError:
        return
    assert msgspec.json.encode(value)


FIRST_USES = """
from __future__ import annotations
import sys
from threading import Barrier, Thread
import msgspec
from undertone import wire

sys.setswitchinterval(1e-6)

def first_use(kind, barrier, answers):
    barrier.wait()
    answers.append(wire.decode(b'{"inner": [{"number": 1}], "name": "x"}', kind).name)

for _ in range(150):
    class Inner(msgspec.Struct):
        number: int | None = None
    class Outer(msgspec.Struct):
        inner: list[Inner] = []
        name: str = ""
    globals()["Inner"] = Inner
    barrier, answers = Barrier(4), []
    threads = [Thread(target=first_use, args=(Outer, barrier, answers)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["x"] * 4, answers
"""


def test_threads_may_meet_a_type_for_the_first_time_together() -> None:
    """In a process of its own: msgspec alone ends it with a segmentation fault."""
    done = subprocess.run(
        [sys.executable, "-c", FIRST_USES], cwd=PROJECT, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
