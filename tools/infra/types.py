"""The published types of Azure's resources, cut down to those that `infra/` uses.

The source is the repository Azure/bicep-types-az, from which the Bicep compiler takes them. It has
gigabytes; `excerpt` takes what the tests need from a checkout of it, once for each change of a
resource or an API version: `./dev infra --types CHECKOUT`.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

REQUIRED, READ_ONLY = 1, 2
"""Flags of a property."""
DEPTH = 9
"""So deep is a type followed; no template nests deeper."""

BICEP_ONLY = {"parent", "scope", "dependsOn"}
"""Keys of a resource that are Bicep's own."""

Shape = dict[str, Any]
"""Of an object: `properties` by name, `any` if it may have others; of a list: `items`; of a text:
`literals`. A property that must be there has `required`, one that may not be set `read_only`."""


class _File:
    """A types.json: a list of types that refer to each other by their place."""

    def __init__(self, text: str) -> None:
        self._types: list[dict[str, Any]] = json.loads(text)

    def resource(self, name: str) -> Shape | None:
        """The shape of a resource's body, None if it is not here."""
        for each in self._types:
            if each["$type"] == "ResourceType" and each["name"].lower() == name.lower():
                return self._shape(each["body"]["$ref"], DEPTH)
        return None

    def _shape(self, reference: str, depth: int) -> Shape:
        each = self._types[int(reference.rpartition("/")[2])]
        match each["$type"]:
            case "ObjectType":
                shape = self._properties(each["properties"], depth)
                return shape | ({"any": True} if "additionalProperties" in each else {})
            case "DiscriminatedObjectType":
                return self._discriminated(each, depth)
            case "ArrayType" if depth:
                return {"items": self._shape(each["itemType"]["$ref"], depth - 1)}
            case "UnionType":
                return {"literals": sorted(self._literals(each))}
            case "StringLiteralType":
                return {"literals": [each["value"]]}
        return {}

    def _properties(self, properties: dict[str, Any], depth: int) -> Shape:
        if not depth:
            return {}
        return {
            "properties": {
                name: self._shape(each["type"]["$ref"], depth - 1)
                | ({"required": True} if each["flags"] & REQUIRED else {})
                | ({"read_only": True} if each["flags"] & READ_ONLY else {})
                for name, each in properties.items()
            }
        }

    def _discriminated(self, each: dict[str, Any], depth: int) -> Shape:
        """One shape by the value of the property that decides."""
        base = self._properties(each["baseProperties"], depth)["properties"]
        kinds = {
            value: {"properties": base | self._shape(of["$ref"], depth)["properties"]}
            for value, of in each["elements"].items()
        }
        return {"by": each["discriminator"], "kinds": kinds}

    def _literals(self, union: dict[str, Any]) -> Iterable[str]:
        for element in union["elements"]:
            each = self._types[int(element["$ref"].rpartition("/")[2])]
            if each["$type"] == "StringLiteralType":
                yield each["value"]


def excerpt(checkout: Path, resources: Iterable[str]) -> dict[str, Any]:
    """The shapes of these resources (`Type@version`) and where they come from.

    `checkout`: a clone of Azure/bicep-types-az, with or without a work tree. Raises LookupError
    naming a resource that has no published type.
    """
    listed = _git(checkout, "ls-tree", "-r", "--name-only", "HEAD", "generated/").splitlines()
    shapes = {}
    for resource in sorted(resources):
        kind, _, version = resource.partition("@")
        ending = f"/{kind.partition('/')[0].lower()}/{version}/types.json"
        shape = None
        for path in (path for path in listed if path.endswith(ending)):
            shape = shape or _File(_git(checkout, "show", f"HEAD:{path}")).resource(resource)
        if shape is None:
            raise LookupError(f"{resource} has no published type: is the API version right?")
        shapes[resource] = shape
    commit = _git(checkout, "rev-parse", "HEAD").strip()
    return {"source": f"github.com/Azure/bicep-types-az at {commit}", "resources": shapes}


def pruned(shape: Shape, used: Shape) -> Shape:
    """`shape` without the properties that are neither used nor required; `used`: see `usage`."""
    kept = {key: each for key, each in shape.items() if key not in {"properties", "items", "kinds"}}
    if "items" in shape:
        kept["items"] = pruned(shape["items"], used.get("items", {}))
    if "kinds" in shape:
        values = used.get("properties", {}).get(shape["by"], {}).get("values", [])
        kinds = shape["kinds"].items()
        kept["kinds"] = {kind: pruned(each, used) for kind, each in kinds if kind in values}
    if "properties" in shape:
        of = used.get("properties", {})
        kept["properties"] = {
            name: pruned(each, of.get(name, {}))
            for name, each in shape["properties"].items()
            if name in of or each.get("required")
        }
    return kept


def usage(value: Any, into: Shape | None = None) -> Shape:
    """The properties that a body uses, as a shape; added to `into`."""
    used = {} if into is None else into
    for each in alternatives(value):
        if isinstance(each, dict):
            properties = used.setdefault("properties", {})
            for name, of in each.items():
                properties[name] = usage(of, properties.get(name))
        elif isinstance(each, list):
            for item in each:
                used["items"] = usage(item, used.get("items"))
        elif isinstance(each, str):
            used.setdefault("values", []).append(each)
    return used


def alternatives(value: Any) -> Iterator[Any]:
    """What a value can be as far as it is written out: behind conditions, in loops."""
    if isinstance(value, dict) and "loop_type" in value:
        yield [value["config"]]
    elif isinstance(value, dict) and isinstance(value.get("operator"), dict):
        if value["operator"]["type"] == "conditional":
            operands = value["operator"]["operands"]
            yield from alternatives(operands["true_value"])
            yield from alternatives(operands["false_value"])
    elif not (isinstance(value, dict) and isinstance(value.get("function"), dict)):
        yield value


def problems(shape: Shape, value: Any, names: set[str], where: str) -> Iterator[str]:
    """What in a body the published type does not have, lacks, or does not allow.

    `names`: what the file declares; a string that is one of these may be an expression.
    """
    for each in alternatives(value):
        if isinstance(each, dict):
            yield from _object_problems(shape, each, names, where)
        elif isinstance(each, list):
            for item in each:
                yield from problems(shape.get("items", {}), item, names, f"{where}[]")
        elif isinstance(each, str) and each not in names and "${" not in each:
            literals = shape.get("literals", [each])
            if each not in literals:
                yield f"{where} is {each!r}, not one of {', '.join(literals)}"


def _object_problems(
    shape: Shape, value: dict[str, Any], names: set[str], where: str
) -> Iterator[str]:
    if "kinds" in shape:
        kind = value.get(shape["by"])
        if kind not in shape["kinds"]:
            yield f"{where}.{shape['by']} is {kind!r}, which does not exist"
            return
        shape = shape["kinds"][kind]
    properties = shape.get("properties")
    if properties is None:
        return
    for name, each in value.items():
        of = properties.get(name, {} if shape.get("any") else None)
        if name not in BICEP_ONLY:
            yield from _property_problems(of, each, names, f"{where}.{name}")
    for name, each in properties.items():
        if each.get("required") and name not in value and name not in {"apiVersion", "type"}:
            yield f"{where}.{name} is missing"


def _property_problems(
    shape: Shape | None, value: Any, names: set[str], where: str
) -> Iterator[str]:
    if shape is None:
        yield f"{where} does not exist"
    elif shape.get("read_only"):
        yield f"{where} cannot be set"
    else:
        yield from problems(shape, value, names, where)


def _git(checkout: Path, *arguments: str) -> str:
    command = ["git", "-C", str(checkout), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
