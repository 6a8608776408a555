"""Mutants: a file with one operator, number or decision of it changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from tools.mutation.operators import in_declaration, is_no_operation, operators


class Mutant(NamedTuple):
    """One change."""

    file: str
    """Within the project."""
    line: int
    operator: str
    occurrence: int
    """Of the operator, in this file."""
    was: str
    now: str
    """The line before and after."""
    source: str
    """The whole file as it is changed."""


class Site(NamedTuple):
    """Where a mutant can be made."""

    file: str
    line: int
    operator: str
    occurrence: int


def sites_of(project: Path, file: str) -> list[Site]:
    """All places of `file` where something can be changed, but declarations and log lines."""
    tree = get_ast((project / file).read_text("utf-8"))
    nodes = list(ast_nodes(tree))
    found: list[Site] = []
    for name, operator in operators().items():
        places = [
            (node, start[0]) for node in nodes for start, _ in operator.mutation_positions(node)
        ]
        found += [
            Site(file, line, name, occurrence)
            for occurrence, (node, line) in enumerate(places)
            if not (in_declaration(node) or is_no_operation(node) or _is_told(node))
        ]
    return found


def mutant_at(project: Path, site: Site) -> Mutant | None:
    """The mutant at `site`; None if the operator changes nothing there."""
    source = (project / site.file).read_text("utf-8")
    changed = mutate_code(source, operators()[site.operator], site.occurrence)
    if changed is None or changed == source:
        return None
    was, now = _difference(source, changed)
    return Mutant(*site, was, now, changed)


def _is_told(node: Any) -> bool:
    """Whether `node` is within a call of `log`: what is logged is for people."""
    while node is not None:
        if node.type in {"atom_expr", "power"} and node.get_code().strip().startswith("log."):
            return True
        node = node.parent
    return False


def _difference(source: str, changed: str) -> tuple[str, str]:
    lines = zip(source.splitlines(), changed.splitlines(), strict=False)
    return next(
        ((was.strip(), now.strip()) for was, now in lines if was != now), ("", "(lines differ)")
    )
