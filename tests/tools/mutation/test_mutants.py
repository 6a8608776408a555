"""The changes that are made to code; skipped where Cosmic Ray is not installed.

To run them, name the packages of .venv-mutants in PYTHONPATH.
"""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("cosmic_ray", reason="Cosmic Ray is in .venv-mutants")

from tools.mutation.mutants import mutant_at, sites_of

SOURCE = """\
from typing import Literal
Kind = Literal["a"] | None
LIMIT = 3


class Thing(Base, frozen=True):
    size: int | None = None


def look(items: list[int] | None, *, all: bool = True) -> int | None:
    log.info("looked %d", 1)
    items.append(4)
    if items and LIMIT in items:
        return items[0]
    return None
"""


def changes(tmp_path: Path) -> set[tuple[str, str]]:
    (tmp_path / "code.py").write_text(SOURCE)
    made = [mutant_at(tmp_path, site) for site in sites_of(tmp_path, "code.py")]
    found = [mutant for mutant in made if mutant is not None]
    for mutant in found:
        compile(mutant.source, "code.py", "exec")
        assert SOURCE.splitlines()[mutant.line - 1].strip() == mutant.was
    return {(mutant.operator, " ".join(mutant.now.split())) for mutant in found}


def test_each_place_that_decides_is_changed(tmp_path: Path) -> None:
    found = changes(tmp_path)
    assert {
        ("NumberReplacer", "LIMIT = 4"),
        ("NumberReplacer", "LIMIT = 2"),
        ("RemoveCall", "None"),
        ("ReplaceAndWithOr", "if items or LIMIT in items:"),
        ("NegateMembership", "if items and LIMIT not in items:"),
        ("ReturnNone", "return None"),
        ("NumberReplacer", "return items[ 1]"),
    } <= found


def test_types_class_options_and_logs_are_left_alone(tmp_path: Path) -> None:
    now = {line for _, line in changes(tmp_path)}
    assert not any("log." in line or line.startswith(("class", "Kind", "size")) for line in now)
    assert not any("(/" in line or line == "/," for line in now)
    assert not any("int & None" in line for line in now)
