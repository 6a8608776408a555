"""Excel workbooks: read as Excel shows them, and no archive makes them expensive."""

# ruff: noqa: E501 - XML and what is told of it

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from undertone.errors import Rejected
from undertone.uploads.upload import read_upload
from undertone.uploads.xlsx_reader import MAX_FILE, read_sheet


def workbook(
    *rows: Sequence[object], more: Callable[[openpyxl.Workbook], None] = lambda _: None
) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    more(book)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_cells_come_as_people_see_them() -> None:
    data = workbook(
        ["text", "when", "id", "likes", "ok", "sum"],
        [" great 😀\nindeed", datetime(2024, 5, 1, 10, 30), 17841234567, 4.5, True, "=1+1"],  # noqa: DTZ001 - as Excel
        [None, None, None],
        ["x", None, 7.0],
    )
    assert list(read_sheet(data)) == [
        ["text", "when", "id", "likes", "ok", "sum"],
        [" great 😀\nindeed", "2024-05-01T10:30:00", "17841234567", "4.5", "true", ""],
        ["x", "", "7"],
    ]  # fmt: skip


def test_hidden_and_empty_sheets_are_passed_over() -> None:
    def more(book: openpyxl.Workbook) -> None:
        book.active.sheet_state = "hidden"
        book.create_sheet("empty")
        book.create_sheet("comments").append(["text"])

    assert list(read_sheet(workbook(["hidden"], more=more))) == [["text"]]


def test_a_workbook_of_links_is_a_list_of_links() -> None:
    link = "https://youtu.be/dQw4w9WgXcQ"
    found = read_upload(workbook(["Name", "URL"], ["one", link], ["two", ""]))
    assert (found.links, found.posts) == ([link], [])


def test_lines_above_the_columns_and_the_query_work_as_in_csv() -> None:
    data = workbook(["Export of 1 May"], [], ["Wie", "Wat"], ["Ann", "prima"])
    (post,) = read_upload(data, file_name="a.xlsx", chosen={"text": "wat"}).posts
    assert [comment.text for comment in post.comments] == ["prima"]
    assert "lines above the column names: 1" in post.note


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(content: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return written.getvalue()


SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
NS = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def changed(name: str, part: bytes) -> bytes:
    return packed(parts(workbook(["text"], ["a"])) | {name: part})


def sheet(rows: bytes) -> bytes:
    return b"<worksheet " + NS + b"><sheetData>" + rows + b"</sheetData></worksheet>"


def shared(texts: bytes) -> bytes:
    return b"<sst " + NS + b">" + texts + b"</sst>"


def test_texts_that_cells_share_are_whole_and_without_hints_of_how_they_sound() -> None:
    """As Excel writes them; openpyxl writes each text into its cell."""
    texts = shared(
        b"<si><t>text</t></si>"
        b'<si><r><t xml:space="preserve">so </t></r><r><rPr><b/></rPr><t>good</t></r></si>'
        + "<si><t>課長</t><rPh sb='0' eb='2'><t>カチョウ</t></rPh></si>".encode()
    )
    rows = b"".join(
        b'<row r="%d"><c r="B%d" t="s"><v>%d</v></c></row>' % (n, n, n - 1) for n in (1, 2, 3)
    )
    data = packed(parts(workbook(["x"])) | {STRINGS: texts, SHEET: sheet(rows)})
    assert list(read_sheet(data)) == [["", "text"], ["", "so good"], ["", "課長"]]


LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 40) if n else b'<!ENTITY a0 "ha">' for n in range(9))
    + b"]>" + sheet(b'<row><c t="inlineStr"><is><t>&a8;</t></is></c></row>')
)  # fmt: skip
BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a sheet that unpacks to 300 MB": (
        lambda: changed(SHEET, b" " * (300 * 1024 * 1024)), "unpacks to 314,572,800 bytes"),
    "a layout that is large": (lambda: changed("xl/styles.xml", b" " * 300_000), "at most 262,144"),
    "texts that are large": (lambda: changed(STRINGS, b" " * (70 * 1024 * 1024)), "at most 67,108,864"),
    "many parts": (
        lambda: packed(parts(workbook(["text"])) | {f"x{n}": b"" for n in range(2_001)}), "parts"),
    "a row of many cells": (
        lambda: changed(SHEET, sheet(b"<row>" + b"<c/>" * 100_000 + b"</row>")), "belong to one row"),
    "elements that are no rows": (lambda: changed(SHEET, sheet(b"<x/>" * 100_000)), "belong to one row"),
    "many rows": (lambda: changed(SHEET, sheet(b"<row/>" * 1_048_577)), "more than 1,048,576 rows"),
    "one text in many cells": (
        lambda: packed(parts(workbook(["text"])) | {
            STRINGS: shared(b"<si><t>" + b"a" * 30_000 + b"</t></si>"),
            SHEET: sheet(b'<row><c t="inlineStr"><is><t>text</t></is></c></row>' +
                         b'<row><c t="s"><v>0</v></c></row>' * 2_000)}),
        "characters"),
    "many different texts": (
        lambda: changed(STRINGS, shared(b"<si/>" * 600_001)), "different texts"),
    "entities that grow": (lambda: changed(SHEET, LAUGHS), "no Excel workbook"),
    "a text that is not there": (
        lambda: changed(SHEET, sheet(b'<row><c t="s"><v>9</v></c></row>')), "no Excel workbook"),
    "a number that is none": (
        lambda: changed(SHEET, sheet(b"<row><c><v>x</v></c></row>")), "no Excel workbook"),
    "XML that breaks off": (lambda: changed(SHEET, sheet(b"<row>")[:-30]), "no Excel workbook"),
    "no workbook": (lambda: packed({"a.txt": b"a"}), "no Excel workbook"),
    "an archive cut off": (lambda: workbook(["text"])[:500], "no Excel workbook"),
    "a file that is too large": (lambda: b"PK\x03\x04" + bytes(MAX_FILE), "send at most 16,777,216"),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_what_is_no_workbook_or_too_large_is_refused(name: str) -> None:
    made, told = BOMBS[name]
    with pytest.raises(Rejected, match=told):
        read_upload(made(), kind="comments")


def test_a_part_that_unpacks_to_more_than_it_declares_is_refused() -> None:
    """The size in the directory is a lie; zipfile stops there and finds the checksum wrong."""
    data = changed(SHEET, sheet(b"<row><c><v>1</v></c></row>" * 100_000))
    size = len(sheet(b"<row><c><v>1</v></c></row>" * 100_000))
    assert data.count(size.to_bytes(4, "little")) == 2
    with pytest.raises(Rejected, match="no Excel workbook"):
        list(read_sheet(data.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))))


@given(place=st.integers(0, 10_000), byte=st.integers(0, 255))
@settings(max_examples=60)
def test_a_spoiled_workbook_is_read_or_refused(place: int, byte: int) -> None:
    data = bytearray(WHOLE)
    data[place % len(data)] = byte
    try:
        rows = list(read_sheet(bytes(data)))
    except Rejected:
        return
    assert all(isinstance(cell, str) for row in rows for cell in row)


WHOLE = workbook(["text", "date"], ["a", datetime(2024, 5, 1)], ["b", 7])  # noqa: DTZ001 - as Excel


@given(
    rows=st.lists(
        st.lists(
            st.text(
                st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc", "Cn"]), max_size=8
            ),
            min_size=1,
            max_size=4,
        ),
        max_size=4,
    )
)
@settings(max_examples=40)
def test_texts_come_out_as_they_were_put_in(rows: list[list[str]]) -> None:
    data = workbook(*([f"x{cell}" for cell in row] for row in rows))
    assert list(read_sheet(data)) == [[f"x{cell}" for cell in row] for row in rows]
