"""What reading one body costs in memory, whatever is in it: an instance reads several at once."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

PROJECT = Path(__file__).parents[2]
MOST = 300
"""Megabytes above idle, the body itself among them."""
SIZE = 32 * 1024 * 1024

MEASURE = """
import sys
import azure.functions as func
from functions.submit import read_submission
from undertone.errors import Rejected
from undertone.uploads import upload

def peak():
    return int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]) / 1000

def read(body):
    headers = {"content-type": sys.argv[1]}
    params = {"file": sys.argv[2]} if sys.argv[2] else {}
    request = func.HttpRequest("POST", "/", headers=headers, params=params, body=body)
    try:
        asked = read_submission(request, "me")
        return "%d links, %d comments" % (
            len(asked.urls), sum(len(post.comments) for post in asked.uploads))
    except Rejected as error:
        return error.detail

read(b"text,id\\na,1\\n")
idle = peak()
body = sys.stdin.buffer.read()
print(peak() - idle)
print(read(body))
print(peak() - idle)
"""


def filled(before: bytes, piece: bytes, after: bytes = b"") -> bytes:
    return before + piece * ((SIZE - len(before) - len(after)) // len(piece)) + after


def numbered(before: str, row: str, rows: int, after: str = "") -> bytes:
    return (
        before + "".join(row.replace("%", str(number)) for number in range(rows)) + after
    ).encode()


COMMENT = b'{"id":"abc","text":"so very good","author":"me","likes":3},'
WIDE = b",".join(b"column%d" % number for number in range(900)) + b",text\n"
NESTED = b'{"text":"a","id":"1","replies":['

SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
NS = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def workbook(**changed: bytes) -> bytes:
    """A workbook with these parts, `strings` and `sheet`, in place of its own."""
    empty = io.BytesIO()
    openpyxl.Workbook().save(empty)
    written = io.BytesIO()
    with zipfile.ZipFile(empty) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {*old.namelist(), STRINGS}:
            own = {STRINGS: "strings", SHEET: "sheet", "xl/styles.xml": "styles"}.get(name, "")
            part = changed.get(own) or (old.read(name) if name in old.namelist() else b"<sst/>")
            new.writestr(name, part)
    return written.getvalue()


def sheet(rows: bytes) -> bytes:
    return b"<worksheet " + NS + b"><sheetData>" + rows + b"</sheetData></worksheet>"


def shared_rows() -> bytes:
    """As many comments as there may be, each with its own text and author."""
    texts = "".join(
        f"<si><t>🙂 it was a good one and I want it {n}</t></si><si><t>someone-{n}</t></si>"
        for n in range(299_999)
    )
    cell = '<c t="s"><v>%d</v></c>'
    rows = "".join(
        f"<row><c><v>{n}</v></c>{cell % (2 * n)}{cell % (2 * n + 1)}</row>" for n in range(299_999)
    )
    head = "".join(
        f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in ("id", "text", "author")
    )
    return workbook(
        strings=b"<sst>" + texts.encode() + b"</sst>",
        sheet=sheet(f"<row>{head}</row>{rows}".encode()),
    )


def in_a_form(content: bytes) -> bytes:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    return head + content + b"\r\n--x--\r\n"


FILES: dict[str, tuple[str, str, Callable[[], bytes]]] = {
    "newlines": ("text/csv", "", lambda: filled(b"text\n", b"\n")),
    "newlines as text": ("text/plain", "x.txt", lambda: filled(b"", b"\n")),
    "short lines": ("text/plain", "x.txt", lambda: filled(b"", b"a\n")),
    "short rows": ("text/csv", "", lambda: filled(b"text\n", b"a\n")),
    "short rows, one emoji": ("text/csv", "", lambda: filled("text\n🙂\n".encode(), b"a\n")),
    "as many rows as there may be": (
        "text/csv", "", lambda: numbered("id,text,author,date\n",
        "%,🙂 it was a good one and I want it,someone-%,2024-05-01T10:00:00Z\n", 300_000)),
    "empty objects a line": ("application/x-ndjson", "", lambda: filled(b"", b"{}\n")),
    "broken lines": ("application/x-ndjson", "", lambda: filled(b'{"text":"a"}\n', b"a\n")),
    "one JSON line": ("application/x-ndjson", "", lambda:
        filled(b'{"comments":[', COMMENT, b'"a"]}')),
    "wide rows": ("text/csv", "", lambda: filled(WIDE, b"ab," * 900 + b"c\n")),
    "one wide row": ("text/csv", "", lambda: filled(b"text\n", b"ab,")),
    "a wide header": ("text/csv", "", lambda: filled(b"text", b",ab", b"\nx\n")),
    "cells over lines": ("text/csv", "", lambda: filled(b"text\n", b'"\n",')),
    "one giant cell": ("text/csv", "", lambda: filled("text\n🙂".encode(), b"a")),
    "one giant quoted cell": ("text/csv", "", lambda: filled(b'text\n"', b"a,\n", b'"\n')),
    "one giant line": ("text/plain", "x.txt", lambda: filled("🙂".encode(), b"a")),
    "quotes": ("text/csv", "", lambda: filled(b"text\n", b'"')),
    "nested lists": ("application/json", "", lambda: filled(b"", b"[")),
    "nested replies": ("application/json", "", lambda: filled(b"[", NESTED, b"")),
    "lists of lists": ("application/json", "", lambda: filled(b"[", b"[[[[[[[[]]]]]]]],", b"1]")),
    "texts": ("application/json", "", lambda: filled(b"[", b'"a",', b'"a"]')),
    "empty objects": ("application/json", "", lambda: filled(b"[", b"{},", b"{}]")),
    "numbers": ("application/json", "", lambda: filled(b"[", b"0,", b"0]")),
    "comments": ("application/json", "", lambda: filled(b"[", COMMENT, b'"a"]')),
    "comments of a post": ("application/json", "", lambda:
        filled(b'[{"comments":[', COMMENT, b'"a"]}]')),
    "posts": ("application/json", "", lambda:
        numbered("[", '{"id":"%","comments":["a"]},', 900_000, "1]")),
    "many names": ("application/json", "", lambda: numbered("[", '{"a%":1},', 2_000_000, "1]")),
    "many names of one": ("application/json", "", lambda:
        numbered("[{", '"a%":1,', 2_000_000, '"b":1}]')),
    "one JSON text": ("application/json", "", lambda: filled('["🙂'.encode(), b"a", b'"]')),
    "links": ("text/plain", "", lambda: filled(b"", b"http://a\n")),
    "links as JSON": ("application/json", "", lambda: filled(b"[", b'"://",', b'"://"]')),
    "wide characters": ("text/csv", "", lambda:
        b"\xff\xfe" + filled(b"", "text\nab\n".encode("utf-16-le"))),
    "a workbook of as many rows as there may be": ("", "", shared_rows),
    "a workbook of empty rows": ("", "", lambda: workbook(sheet=sheet(b"<row/>" * 40_000_000))),
    "a workbook of cells": ("", "", lambda:
        workbook(sheet=sheet((b"<row>" + b"<c/>" * 7_990 + b"</row>") * 300))),
    "a workbook of short texts": ("", "", lambda:
        workbook(strings=b"<sst>" + b"<si><t>ab</t></si>" * 599_999 + b"</sst>")),
    "a workbook of styles": ("", "", lambda:
        workbook(styles=b"<styleSheet " + NS + b"><cellXfs>" + b"<xf/>" * 52_000 +
                 b"</cellXfs></styleSheet>")),
    "fields of lists in a JSON object": ("application/json", "", lambda:
        b"{" + b",".join(b'"a%d":[%b{}]' % (n, b"{}," * 60_000) for n in range(180)) + b"}"),
    "a form": ("multipart/form-data; boundary=x", "", lambda: in_a_form(numbered(
        "id,text,author,date\n",
        "%,🙂 it was a good one and I want it,someone-%,2024-05-01T10:00:00Z\n", 300_000))),
}  # fmt: skip
BODIES: dict[str, Callable[[], bytes]] = {
    "urls": lambda: filled(b'{"urls":[', b'"",', b'""]}'),
    "numbers as urls": lambda: filled(b'{"urls":[', b"0,", b"0]}"),
    "posts": lambda: filled(b'{"posts":[', b"{},", b"{}]}"),
    "comments": lambda:
        filled(b'{"posts":[{"id":"a","comments":[', b'{"text":""},', b'{"text":""}]}]}'),
    "as many comments as there may be": lambda: numbered(
        '{"posts":[{"id":"a","comments":[',
        '{"id":"%","text":"🙂 it was a good one and I want it","author":"someone-%"},',
        299_999, '{"text":"x"}]}]}'),
    "empty comments": lambda: filled(b'{"posts":[{"id":"a","comments":[', b"{},", b"{}]}]}"),
    "comments of wrong fields": lambda: filled(
        b'{"posts":[{"id":"a","comments":[', b'{"a":1,"b":2,"c":3,"d":"xy","e":"zz"},', b"{}]}]}"),
    "unknown fields": lambda: numbered("{", '"a%":1,', 2_000_000, '"urls":[]}'),
    "nested": lambda: filled(b'{"posts":', b"["),
    "one text": lambda:
        filled('{"posts":[{"id":"a","comments":[{"text":"🙂'.encode(), b"a", b'"}]}]}'),
    "one url": lambda: filled(b'{"urls":["', b"a", b'"]}'),
}  # fmt: skip


def measured(body: bytes, content_type: str, file_name: str = "") -> tuple[float, str]:
    """Megabytes that reading `body` takes above an idle process, and what it came to."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, content_type, file_name],
        input=body,
        cwd=PROJECT,
        capture_output=True,
        check=True,
    )
    _, told, peak = done.stdout.decode().splitlines()
    print(f"{float(peak):.0f} MB: {told}")
    return float(peak), told


@pytest.mark.parametrize("name", FILES)
def test_a_file(name: str) -> None:
    content_type, file_name, written = FILES[name]
    peak, _ = measured(written(), content_type, file_name)
    assert peak < MOST


@pytest.mark.parametrize("name", BODIES)
def test_a_json_body(name: str) -> None:
    peak, _ = measured(BODIES[name](), "application/json")
    assert peak < MOST
