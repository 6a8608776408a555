"""Cells that a spreadsheet shows and does not run."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from undertone.results.csv_cells import CUT, MAX_CELL, csv_bytes, decimal, text_cell

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
SPACES = ["", " ", "  \u00a0", "\u3000", "\n", "\u200b", "\ufeff", "\u202e", "\x1f", "\v\f"]


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


@pytest.mark.parametrize("first", "=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - full-width, on purpose
@pytest.mark.parametrize("space", SPACES)
def test_what_a_spreadsheet_would_run_is_shown(first: str, space: str) -> None:
    cell = text_cell(f"{space}{first}HYPERLINK(0)")
    assert not runs(cell), cell
    assert cell.endswith("HYPERLINK(0)")


def runs(cell: str) -> bool:
    """By a rule of its own: the first character that is more than space or control."""
    if cell[:1] in {"\t", "\r", "\n"}:
        return True
    seen = re.sub(r"^[\s\x00-\x1f\u200b-\u200f\u202a-\u202e\ufeff]+", "", cell)
    return seen[:1] in set("=+-@＝＋－＠")  # noqa: RUF001


@pytest.mark.parametrize(
    "text",
    ["", "great", "a=b", "3 - 2", "ü😀", "'quoted'", "“-”", " so nice", "1,5", '"x"', "a\tb"],
)
def test_what_is_harmless_is_left_alone(text: str) -> None:
    assert text_cell(text) == text


def test_control_characters_are_shown_as_such() -> None:
    assert text_cell("a\x00b\x07c\x1bd\x7fe\uffff") == "a\ufffdb\ufffdc\ufffdd\ufffde\ufffd"
    assert text_cell("a\tb\nc\r\nd") == "a\tb\nc\r\nd"


def test_a_nul_does_not_hide_a_formula() -> None:
    assert text_cell("\x00=1") == "\ufffd=1"


def test_a_huge_cell_is_cut_and_says_so() -> None:
    cell = text_cell("=" + "x" * 1_000_000)
    assert cell == "'=" + "x" * (MAX_CELL - 1) + CUT
    assert len(cell) < 32_767
    assert text_cell("x" * MAX_CELL) == "x" * MAX_CELL


@given(texts)
@example("\r")
@example('"')
def test_a_cell_shows_the_whole_text(text: str) -> None:
    cell = text_cell(text)
    printable = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]", "\ufffd", text)
    assert cell in {printable, "'" + printable}
    assert not runs(cell)


@given(st.lists(st.lists(texts.map(text_cell), min_size=2, max_size=4), min_size=1, max_size=5))
def test_rows_come_back_from_a_csv_reader(rows: list[list[str]]) -> None:
    assert read(csv_bytes(rows)) == rows


def test_rows_end_as_rfc_4180_wants() -> None:
    assert csv_bytes([["a", 'b "c"', "d\ne", "1,2"]]) == b'a,"b ""c""","d\ne","1,2"\r\n'


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0.0000"),
        (-0.0, "0.0000"),
        (-0.00004, "0.0000"),
        (-0.5, "-0.5000"),
        (1, "1.0000"),
        (0.33335, "0.3333"),
        (0.1, "0.1000"),
    ],
)
def test_numbers_have_four_decimals_and_no_escape(value: float, shown: str) -> None:
    assert decimal(value) == shown
