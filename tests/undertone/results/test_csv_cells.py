"""Cells that a spreadsheet shows and does not run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.fakes.growth import LINEAR, doubling
from undertone.results.csv_cells import CUT, MAX_CELL, csv_bytes, decimal, text_cell

FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
hostile = st.text(
    st.sampled_from(FORMULA + ";;,,|\t\n\r'\" a1\u200b\u2028\x85\x00\ufe0f"), max_size=30
)
SPACES = ["", " ", "  \u00a0", "\u3000", "\n", "\u200b", "\ufeff", "\u202e", "\x1f", "\v\f"]
INNER = [
    "nice\n=cmd|' /C calc'!A0", "nice\r\n=1+1", "a;=1+1", "a;;+1", 'a;"=1+1"', "a;\"\"-1",
    "a\t@SUM(1)", "a|=1", "a,=1", "a; \u200b=1", "a;'=1", "a;''=1", "'=1", "\n\n=1", ";=1",
    "a\u2028=1", '"=1', ';"', "a;\uff1d1",
]  # fmt: skip


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def runs(cell: str) -> bool:
    """By a rule of its own: the first character that is more than space or control."""
    seen = re.sub(r"^[\s\x00-\x1f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0f\ufeff]+", "", cell)
    return seen[:1] in set(FORMULA)


def split(data: str) -> Iterator[str]:
    """The cells that readers find who expect another separator, or no quotation marks, or lines."""
    for separator in ",;\t|":
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
            for lines in (io.StringIO(data, newline=""), data.split("\n"), data.splitlines()):
                whole = (line.replace("\r", "") for line in lines)
                for row in csv.reader(whole, delimiter=separator, quoting=quoting):
                    yield from row
        for line in re.split(r"[\r\n]", data):
            for field in line.split(separator):
                yield from (field, field.strip(" \"'"[:2]))


RESULTS = (Path(__file__).parents[3] / "docs/results.md").read_text("utf-8")
(RULE,) = re.findall(r'`re\.sub\(r"(.+)", "", cell\)`', RESULTS)


def restored(cell: str) -> str:
    """By the rule of docs/results.md: the text that a cell shows."""
    return re.sub(RULE, "", cell)


@pytest.mark.parametrize("text", INNER)
def test_no_part_of_a_cell_is_run_however_it_is_split(text: str) -> None:
    lines = csv_bytes([["1", text_cell(text), text_cell(f"x{text}"), text_cell(f"{text};"), "2"]])
    assert [field for field in split(lines.decode()) if runs(field)] == []


@given(st.lists(hostile | texts, min_size=1, max_size=4))
def test_no_cell_of_hostile_texts_is_run_however_it_is_split(row: list[str]) -> None:
    lines = csv_bytes([[*map(text_cell, row), decimal(-0.5)]])
    found = {field for field in split(lines.decode()) if runs(field)}
    assert found <= {"-0.5000"}


@pytest.mark.parametrize("first", FORMULA)
@pytest.mark.parametrize("space", SPACES)
def test_what_a_spreadsheet_would_run_is_shown(first: str, space: str) -> None:
    cell = text_cell(f"{space}{first}HYPERLINK(0)")
    assert not runs(cell), cell
    assert cell.endswith("HYPERLINK(0)")


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


def units(text: str) -> int:
    """As Excel counts."""
    return len(text.encode("utf-16-le")) // 2


def test_a_huge_cell_is_cut_and_says_so() -> None:
    cell = text_cell("=" + "x" * 1_000_000)
    assert cell == "'=" + "x" * (MAX_CELL - 2) + CUT
    assert text_cell("x" * MAX_CELL) == "x" * MAX_CELL


@pytest.mark.parametrize(
    "unit",
    ["😀", "a😀", "e\u0301", "👩\u200d🚀", "👍🏿", "❤\ufe0f", ";=", "\u0301", "\x00", "\U0001f1e9"],
)
@pytest.mark.parametrize("start", ["", "a", "ab", "abc", "abcd"])
def test_a_cut_is_within_excels_limit_and_leaves_signs_whole(unit: str, start: str) -> None:
    for size in (MAX_CELL, 10 * MAX_CELL):
        cell = text_cell(start + unit * size)
        assert MAX_CELL - 40 < units(cell.removesuffix(CUT)) <= MAX_CELL
        assert units(cell) < 32_767
        cell.encode("utf-8")
        if unit in {"e\u0301", "👩\u200d🚀", "👍🏿", "❤\ufe0f"} and cell.endswith(CUT):
            assert cell.removesuffix(CUT).endswith(unit)


def test_ten_thousand_emojis_stay_whole() -> None:
    assert text_cell("😀" * 16_000) == "😀" * 16_000
    assert text_cell("😀" * 16_001) == "😀" * 16_000 + CUT


@given(texts | hostile)
@example("\r")
@example('"')
def test_the_text_comes_back_by_the_documented_rule(text: str) -> None:
    cell = text_cell(text)
    assert restored(cell) == re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]", "\ufffd", text)
    assert not runs(cell)


@pytest.mark.parametrize(
    "unit",
    [
        "\n",
        ";",
        " ",
        "'=",
        "'",
        "\t=",
        ";'\"",
        "\u200b",
        ",\n ",
        "=",
        "a=",
        ";a",
        "=\u200b",
        "\x00",
    ],
)
def test_cells_are_made_in_linear_time(unit: str) -> None:
    assert doubling(text_cell, lambda size: (unit * size)[:size], 8_000) < LINEAR
    assert doubling(text_cell, lambda size: (unit * size)[:size], 100_000) < LINEAR


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
