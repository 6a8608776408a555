"""Bicep files as data: what they declare, read with the parser that checkov reads them with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pycep import BicepParser

from tools.project import PROJECT

INFRA = PROJECT / "infra"


@dataclass(frozen=True)
class Resource:
    """A resource of a file, or each of several that a loop makes."""

    file: str
    symbol: str
    type: str
    """Its type and API version: `Microsoft.Web/sites@2024-04-01`."""
    body: dict[str, Any]
    """Its properties. Expressions are dicts with a key `operator` or `function`; whether a string
    is a literal or the name of something declared in the file, only `Template.names` tells."""
    loops_over: str
    """The variable whose items it is made for; empty if it is made once."""


@dataclass(frozen=True)
class Template:
    """One file."""

    file: str
    parameters: dict[str, Any]
    variables: dict[str, Any]
    resources: list[Resource]
    modules: dict[str, dict[str, Any]]
    outputs: dict[str, Any]

    @property
    def names(self) -> set[str]:
        """All that is declared, which an expression may name."""
        loops = {"setting", "service", "queue", "container", "role", "alert", "index"}
        symbols = {resource.symbol for resource in self.resources}
        return {*self.parameters, *self.variables, *self.modules, *symbols, *loops}


@cache
def templates() -> dict[str, Template]:
    """Every file of `infra/` by its name without `.bicep`, those for which it exists alone too."""
    return {path.stem: read(path) for path in sorted(INFRA.glob("*.bicep"))}


def read(path: Path) -> Template:
    """One file. Raises what the parser raises if it cannot read it."""
    parsed: Any = BicepParser().parse(text=path.read_text("utf-8"))
    return Template(
        file=path.name,
        parameters=parsed.get("parameters", {}),
        variables={name: each["value"] for name, each in parsed.get("variables", {}).items()},
        resources=list(_resources(path.name, parsed.get("resources", {}))),
        modules=parsed.get("modules", {}),
        outputs=parsed.get("outputs", {}),
    )


def _resources(file: str, parsed: dict[str, Any]) -> Iterator[Resource]:
    """Those that the file makes; `existing` ones are another file's."""
    for symbol, each in parsed.items():
        if each["existing"]:
            continue
        body, loops_over = unwrapped(_without_quotes(each["config"]))
        yield Resource(file, symbol, f"{each['type']}@{each['api_version']}", body, loops_over)


def _without_quotes(value: Any) -> Any:
    """The parser leaves the quotes at keys such as `'odata.type'`."""
    if isinstance(value, dict):
        return {key.strip("'"): _without_quotes(each) for key, each in value.items()}
    return [_without_quotes(each) for each in value] if isinstance(value, list) else value


def unwrapped(config: dict[str, Any]) -> tuple[Any, str]:
    """What stands within a loop or behind a condition, and what the loop goes over."""
    loops_over = ""
    while isinstance(config, dict) and "config" in config and "condition" in config:
        loop = config.get("loop_type")
        if loop:
            detail = loop["detail"]
            array = detail.get("array_name", detail.get("object_name", ""))
            loops_over = array if isinstance(array, str) else "an array"
        config = config["config"]
    return config, loops_over
