import re
from pathlib import Path

import pytest

from undertone.uploads.columns import ROLES, column_key, find_columns, names_comments

DOCS = (Path(__file__).parents[3] / "docs" / "sources.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", ["Comment", "COMMENT TEXT", " text_original ", "\ufeffText", "text"]
)
def test_case_spaces_and_punctuation_do_not_matter(name: str) -> None:
    assert names_comments(["x", name])


def test_the_best_known_name_is_taken_and_said() -> None:
    found = find_columns(["Reply", "text", "cid", "id", "", "views"])
    assert found.places == {"text": 1, "id": 2}
    assert found.note == "text from “text”, id from “cid”; not used: Reply, id, views"


@pytest.mark.parametrize("role", ROLES)
def test_the_documented_names_are_the_ones_that_are_read(role: str) -> None:
    row = re.search(rf"^\| {role} \| (.*) \|$", DOCS, re.MULTILINE)
    assert row is not None
    documented = {column_key(name) for name in row[1].split(",")}
    assert documented == {column_key(name) for name in ROLES[role]}
