"""Twice the file takes twice the time, whatever is in it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import pytest

from undertone.errors import Rejected
from undertone.uploads.upload import read_upload

MOST = 3.2
"""Times as long for twice as much; four would be quadratic. The best of several turns counts."""
ROWS = 10_000


def rows(row: str, header: str = "text,id") -> Callable[[int], bytes]:
    """A table of `row` many times; `%` in it becomes the row's number."""

    def table(size: int) -> bytes:
        body = (row.replace("%", str(number)) for number in range(size * ROWS))
        return "\n".join([header, *body]).encode()

    return table


def repeated(
    piece: str, before: str = "", after: str = "", times: int = 40_000
) -> Callable[[int], bytes]:
    return lambda size: (before + piece * (times * size) + after).encode()


def nested(opening: str, closing: str, depth: int = 300) -> Callable[[int], bytes]:
    one = opening * depth + "1" + closing * depth
    return lambda size: ("[" + ",".join([one] * 800 * size) + "]").encode()


CASES: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "the same id": ("text/csv", rows("a,x")),
    "the same few ids": ("text/csv", rows("a,x\na,y\na,x#2")),
    "ids that copies would get": ("text/csv", lambda size: b"text,id\n" + b"".join(
        b"a,x#%d\n" % n for n in range(ROWS * size)) + b"a,x\n" * (ROWS * size)),
    "posts": ("text/csv", lambda size: rows("a,%", "text,post")(size)[: 40_000 * size]),
    "links as posts": ("text/csv", rows("a,https://youtu.be/dQw4w9WgXcQ?x=%", "text,post")),
    "quotes": ("text/csv", repeated('""', 'text\n"', '"\n')),
    "an open quote": ("text/csv", repeated('a,"\n', 'text\n"', "")),
    "quotes and ends": ("text/csv", repeated('"a\n"\n', "text\n")),
    "delimiters": ("text/csv", repeated(",;\t|", "text\n")),
    "delimiters at the top": ("text/csv", repeated(",;\t|", "", "\ntext\n")),
    "a wide header": ("text/csv", repeated(",a", "text", "\nx\n")),
    "long column names": ("text/csv", repeated("!", "te", "xt\nx\n")),
    "titles above": ("text/csv", repeated("x", "", "\n" * 20 + "text,id\nx,1\n")),
    "empty lines": ("text/csv", repeated("\r\n", "text\n", times=1_000_000)),
    "empty lines in a cell": ("text/csv", repeated("\n", 'text\n"', '"\n')),
    "lines of spaces": ("text/plain", repeated(" \n")),
    "one line": ("text/plain", repeated("a ", times=1_000_000)),
    "returns": ("text/plain", repeated("a\r")),
    "byte-order marks": ("text/plain", repeated("\ufeff", "", "a", times=300_000)),
    "marks in UTF-16": ("text/plain", lambda size: b"\xff\xfe" * 300_000 * size + b"a\0"),
    "sep lines": ("text/csv", repeated("sep=;\n", "", "text\na\n")),
    "a long sep": ("text/csv", repeated("\r", "sep=", "\ntext\na\n", times=300_000)),
    "punycode": ("text/plain; charset=punycode", repeated("b", times=100_000)),
    "broken UTF-8": ("text/plain", lambda size: b"\xff\xc3a" * 100_000 * size),
    "a charset it is not in": ("text/plain; charset=ascii", repeated("a" * 30 + "\u00e9")),
    "likes": ("text/csv", rows("a," + "1 " * 100, "text,likes")),
    "times": ("text/csv", rows("a," + "2024-" * 100, "text,date")),
    "JSON comments": ("application/json", repeated('{"text":"a","id":"x"},', "[", "1]", 10_000)),
    "JSON names": ("application/json", lambda size: b"[" + b"".join(
        b'{"a%d":1},' % (n % 900) for n in range(20_000 * size)) + b'"a"]'),
    "nested lists": ("application/json", nested("[", "]")),
    "nested replies": ("application/json", nested('{"text":"a","replies":[', "]}")),
    "posts of posts": ("application/json", nested('{"comments":[', "]}")),
    "open lists": ("application/json", repeated("[", times=300_000)),
    "open objects": ("application/json", repeated('{"a":', times=300_000)),
    "texts": ("application/json", repeated('"a",', "[", '"a"]')),
    "backslashes": ("application/json", repeated("\\\\", '["', '"]', 300_000)),
    "an open JSON text": ("application/json", repeated("\\\\", '["', "", 300_000)),
    "half characters": ("application/json", repeated('"\\ud83d",', "[", '"a"]', 20_000)),
    "JSON lines": ("application/x-ndjson", repeated('{"text":"a"}\n', times=10_000)),
    "broken JSON lines": ("application/x-ndjson", repeated("{\n", '"a"\n', times=10_000)),
    "links": ("text/plain", repeated("https://a.example/\n", times=50_000)),
    "links in JSON": ("application/json", repeated('"http://a",', "[", '"a"]')),
    "nothing known": ("", repeated("x\u2028\t;")),
}  # fmt: skip


def seconds(body: bytes, content_type: str) -> float:
    began = time.process_time()
    with contextlib.suppress(Rejected):
        read_upload(body, content_type=content_type)
    return time.process_time() - began


@pytest.mark.parametrize("name", CASES)
def test_twice_the_file_takes_twice_the_time(name: str) -> None:
    content_type, written = CASES[name]
    one, two = written(1), written(2)
    seconds(one, content_type)
    for _ in range(5):
        single = min(seconds(one, content_type) for _ in range(2))
        double = min(seconds(two, content_type) for _ in range(2))
        print(f"{name}: {single:.3f} s, {double:.3f} s")
        if double <= MOST * max(single, 0.005):
            return
    pytest.fail(f"{name}: {single:.3f} s became {double:.3f} s")
