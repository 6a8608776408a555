"""docs/security.md: each test that it names exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PAGE = (PROJECT / "docs" / "security.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)))


@pytest.mark.parametrize(("path", "test"), NAMED)
def test_a_test_that_shows_something_exists(path: str, test: str) -> None:
    file = PROJECT / path
    assert file.is_file()
    names = {
        node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef)
    }
    assert not test or test in names


def test_every_item_of_the_tables_names_a_test() -> None:
    rows = [row for row in PAGE.splitlines() if re.match(r"\| (API\d|\d+\.\d)", row)]
    assert len(rows) >= 25
    assert [row for row in rows if "`tests/" not in row.rpartition(" | ")[2]] == []
