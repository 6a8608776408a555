"""The changes that are tried: a choice of Cosmic Ray's operators, and three that it lacks.

Cosmic Ray replaces every binary operator by each of the eleven others; nearly all of those end in a
TypeError and tell nothing, so of each kind one or two are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator
from parso.python.tree import ExprStmt, Name, PythonNode, ReturnStmt

Span = tuple[tuple[int, int], tuple[int, int]]

_COMPARISONS = (
    "Eq_NotEq", "NotEq_Eq", "Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt", "Lt_Gt", "Gt_Lt", "LtE_GtE",
    "GtE_LtE", "Is_IsNot", "IsNot_Is",
)  # fmt: skip
_BINARY = (
    "Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul", "Mod_Mul", "Pow_Mul",
    "BitOr_BitAnd", "BitAnd_BitOr",
)  # fmt: skip
_OTHERS = (
    "AddNot", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr",
    "ReplaceOrWithAnd", "ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ExceptionReplacer",
    "NumberReplacer", "ZeroIterationForLoop", "ReplaceUnaryOperator_Delete_Not",
    "ReplaceUnaryOperator_USub_UAdd",
)  # fmt: skip
KEPT = (
    *(f"ReplaceComparisonOperator_{name}" for name in _COMPARISONS),
    *(f"ReplaceBinaryOperator_{name}" for name in _BINARY),
    *_OTHERS,
)


class RemoveCall(Operator):  # type: ignore[misc] # cosmic_ray has no types
    """`f(x)` as a statement → `None`."""

    def mutation_positions(self, node: Any) -> Iterator[Span]:
        """The statement, if it is one."""
        if _is_call_statement(node):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, _index: int) -> Any:
        """`None` in its place."""
        return Name("None", node.start_pos, prefix=node.get_first_leaf().prefix)

    @classmethod
    def examples(cls) -> tuple[()]:
        """None; the tests have them."""
        return ()


class ReturnNone(RemoveCall):
    """`return x` → `return None`."""

    def mutation_positions(self, node: Any) -> Iterator[Span]:
        """The value that is returned, unless it is None already."""
        if isinstance(node, ReturnStmt) and len(node.children) > 1:
            value = node.children[1]
            if value.get_code().strip() != "None":
                yield value.start_pos, value.end_pos

    def mutate(self, node: Any, _index: int) -> Any:
        """Without its value."""
        value = node.children[1]
        prefix = value.get_first_leaf().prefix
        node.children[1] = Name("None", value.start_pos, prefix=prefix)
        return node


class NegateMembership(RemoveCall):
    """`x in y` → `x not in y`, and the other way round."""

    def mutation_positions(self, node: Any) -> Iterator[Span]:
        """The comparison's operator."""
        if getattr(node, "type", "") == "comparison":
            for operator in node.children[1::2]:
                if operator.get_code().split() in (["in"], ["not", "in"]):
                    yield operator.start_pos, operator.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """With the `index`th membership turned round."""
        places = [
            place
            for place in range(1, len(node.children), 2)
            if node.children[place].get_code().split() in (["in"], ["not", "in"])
        ]
        old = node.children[places[index]]
        new = "in" if "not" in old.get_code().split() else "not in"
        node.children[places[index]] = Name(new, old.start_pos, prefix=" ")
        return node


def operators() -> dict[str, Operator]:
    """All that are tried, by name."""
    kept = {name: get_operator(f"core/{name}")() for name in KEPT}
    return {
        **kept,
        "RemoveCall": RemoveCall(),
        "ReturnNone": ReturnNone(),
        "NegateMembership": NegateMembership(),
    }


def _is_call_statement(node: Any) -> bool:
    """A statement of its own that is a call: `append(x)`, not what stands in an expression."""
    parent = node.parent
    if not isinstance(node, PythonNode) or node.type not in {"atom_expr", "power"}:
        return False
    last = node.children[-1]
    is_call = last.type == "trailer" and last.children[0] == "("
    return is_call and parent is not None and parent.type == "simple_stmt"


def is_no_operation(node: Any) -> bool:
    """Whether `node` is the star of a parameter or an argument, which is no multiplication."""
    is_star = getattr(node, "value", "") in {"*", "**"}
    return is_star and node.parent.type not in {"term", "power"}


def in_declaration(node: Any) -> bool:
    """Whether `node` stands in a declaration that does nothing at run time: annotations, aliases
    of types, and what a class is derived with (`kw_only=True`), which mypy holds."""
    child, parent = node, node.parent
    while parent is not None:
        if parent.type in {"annassign", "tfpdef", "param", "funcdef"}:
            place = parent.children.index(child)
            before = parent.children[place - 1] if place else None
            if getattr(before, "value", "") in {":", "->"} and child.type != "suite":
                return True
        if parent.type == "classdef" and child.type != "suite":
            return True
        if isinstance(parent, ExprStmt) and _is_alias(parent):
            return True
        child, parent = parent, parent.parent
    return False


def _is_alias(statement: Any) -> bool:
    """`Place = tuple[…] | None` on a module's first level: a name in capitals and small letters."""
    name = statement.children[0]
    outermost = statement.parent.parent is not None and statement.parent.parent.type == "file_input"
    text = getattr(name, "value", "").lstrip("_")
    return outermost and text[:1].isupper() and not text.isupper()
