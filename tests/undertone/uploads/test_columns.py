import re
from pathlib import Path

import pytest

from undertone.limits import MAX_COLUMN_NAME, MAX_COLUMNS
from undertone.uploads.column_names import ROLES
from undertone.uploads.columns import (
    column_key,
    find_columns,
    names_comments,
    no_text_column,
)

DOCS = (Path(__file__).parents[3] / "docs" / "sources.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", ["Comment", "COMMENT TEXT", " text_original ", "\ufeffText", "text"]
)
def test_case_spaces_and_punctuation_do_not_matter(name: str) -> None:
    assert names_comments(["x", name])


def test_the_best_known_name_is_taken_and_said() -> None:
    found = find_columns(["Reply", "text", "cid", "id", "", "shares"])
    assert found.places == {"text": 1, "id": 2}
    assert found.note == "text from “text”, id from “cid”; not used: Reply, id, shares"


@pytest.mark.parametrize("role", ROLES)
def test_the_documented_names_are_the_ones_that_are_read(role: str) -> None:
    row = re.search(rf"^\| {role} \| (.*) \|$", DOCS, re.MULTILINE)
    assert row is not None
    documented = {column_key(name) for name in row[1].split(",")}
    assert documented == {column_key(name) for name in ROLES[role]}


@pytest.mark.parametrize(("others", "more"), [(8, ""), (9, " and 1 more"), (20, " and 12 more")])
def test_eight_columns_that_are_not_used_are_named(others: int, more: str) -> None:
    names = [f"c{number}" for number in range(others)]
    note = find_columns(["text", *names]).note
    assert note == f"text from “text”; not used: {', '.join(names[:8])}{more}"


def test_names_are_looked_at_within_limits_and_shown_shorter() -> None:
    assert find_columns(["x"] * (MAX_COLUMNS - 1) + ["text"]).places == {"text": MAX_COLUMNS - 1}
    assert find_columns(["x"] * MAX_COLUMNS + ["text"]).places == {}
    name = "text".ljust(MAX_COLUMN_NAME)
    assert find_columns([name + "x"]).note == "text from “text”"
    assert find_columns(["v" * 50]).note == f"; not used: {'v' * 40}"


def test_a_file_without_texts_is_told_twelve_of_its_names() -> None:
    error = no_text_column(["n" * 50, *(f"c{number}" for number in range(20))])
    shown = ", ".join(["n" * 39 + "…", *(f"c{number}" for number in range(11))])
    known = "text, comment, comment text, review text, review body, review content"
    assert str(error.problems["file"]).endswith(f"one of: {known} (found: {shown})")
