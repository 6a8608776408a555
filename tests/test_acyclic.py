"""No modules import each other in a circle, imports inside functions counted.

Importing a module first runs the `__init__` of the package around it, so each module counts as
importing its package too.
"""

from __future__ import annotations

import graphlib
from pathlib import Path

import grimp
import pytest

PROJECT = Path(__file__).parents[1]
ROOMS = ("functions", "undertone", "model", "training", "devhost", "tools", "tests.fakes")
"""Packages of the tree; those that do not exist are left out."""


def build_imports(*packages: str) -> dict[str, set[str]]:
    """Each module of `packages` → the modules of `packages` that it imports."""
    graph = grimp.build_graph(*packages, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    for module, imported in imports.items():
        package = module.rpartition(".")[0]
        if package in imports:
            imported.add(package)
    return imports


def find_cycle(imports: dict[str, set[str]]) -> str:
    """A circle of imports, as `a imports b imports a`; empty if there is none."""
    try:
        graphlib.TopologicalSorter(
            {module: sorted(imports[module]) for module in sorted(imports)}
        ).prepare()
    except graphlib.CycleError as error:
        return " imports ".join(reversed(error.args[1]))
    return ""


def test_nothing_is_imported_in_a_circle() -> None:
    rooms = [room for room in ROOMS if list((PROJECT / room.replace(".", "/")).glob("*.py"))]
    assert len(rooms) >= 5
    assert find_cycle(build_imports(*rooms)) == ""


@pytest.mark.parametrize(
    ("files", "cycle"),
    [
        ({"__init__": "", "a": "import room.b", "b": "import json"}, ""),
        ({"__init__": "", "a": "import room.b", "b": "def f():\n    from room import a"},
         "room.a imports room.b imports room.a"),
        ({"__init__": "from room.a import x", "a": "x = 1"},
         "room imports room.a imports room"),
    ],
    ids=["none", "inside a function", "by the package"],
)  # fmt: skip
def test_a_circle_is_found(
    files: dict[str, str], cycle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = f"room_{tmp_path.name.replace('-', '_')}"
    (tmp_path / room).mkdir()
    for name, code in files.items():
        (tmp_path / room / f"{name}.py").write_text(code.replace("room", room))
    monkeypatch.syspath_prepend(tmp_path)
    named = find_cycle(build_imports(room)).replace(room, "room")
    assert set(named.split(" imports ")) == set(cycle.split(" imports "))  # from any of its modules
