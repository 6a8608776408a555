"""Published types: taken from their source, cut down, and held against a body."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tools.infra.types import excerpt, problems, pruned, usage

NAME = "Microsoft.Things/things@2025-01-01"
PUBLISHED: list[dict[str, Any]] = [
    {"$type": "StringType"},
    {"$type": "StringLiteralType", "value": "Big"},
    {"$type": "StringLiteralType", "value": "Small"},
    {"$type": "UnionType", "elements": [{"$ref": "#/1"}, {"$ref": "#/2"}, {"$ref": "#/0"}]},
    {
        "$type": "ObjectType",
        "name": "Part",
        "properties": {
            "size": {"type": {"$ref": "#/3"}, "flags": 1},
            "state": {"type": {"$ref": "#/0"}, "flags": 2},
            "colour": {"type": {"$ref": "#/0"}, "flags": 0},
            "unused": {"type": {"$ref": "#/0"}, "flags": 0},
        },
    },
    {"$type": "ArrayType", "itemType": {"$ref": "#/4"}},
    {
        "$type": "ObjectType",
        "name": "A",
        "properties": {"a": {"type": {"$ref": "#/0"}, "flags": 1}},
    },
    {
        "$type": "DiscriminatedObjectType",
        "discriminator": "kind",
        "baseProperties": {"kind": {"type": {"$ref": "#/0"}, "flags": 1}},
        "elements": {"A": {"$ref": "#/6"}},
    },
    {
        "$type": "ObjectType",
        "name": "Thing",
        "properties": {
            "name": {"type": {"$ref": "#/0"}, "flags": 9},
            "parts": {"type": {"$ref": "#/5"}, "flags": 0},
            "choice": {"type": {"$ref": "#/7"}, "flags": 0},
            "tags": {"type": {"$ref": "#/9"}, "flags": 0},
        },
    },
    {"$type": "ObjectType", "name": "Tags", "properties": {}, "additionalProperties": "#/0"},
    {"$type": "ResourceType", "name": NAME, "body": {"$ref": "#/8"}},
]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("types")
    file = folder / "generated/things_0/microsoft.things/2025-01-01/types.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(PUBLISHED))
    for arguments in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=n", "-c", "user.email=e@e", "commit", "-q", "-m", "types"],
    ):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
    return folder


def shape(checkout: Path) -> dict[str, Any]:
    found: dict[str, Any] = excerpt(checkout, [NAME])["resources"][NAME]
    return found


GOOD = {
    "name": "n",
    "parts": [{"size": "Big"}],
    "choice": {"kind": "A", "a": "1"},
    "tags": {"x": 1},
}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, []),
        ({"nmae": "x"}, ["t.nmae does not exist"]),
        ({"parts": [{"size": "Huge"}]}, ["t.parts[].size is 'Huge', not one of Big, Small"]),
        ({"parts": [{"size": "size"}]}, []),  # names what the file declares
        ({"parts": [{}]}, ["t.parts[].size is missing"]),
        ({"parts": [{"size": "Big", "state": "x"}]}, ["t.parts[].state cannot be set"]),
        ({"choice": {"kind": "B"}}, ["t.choice.kind is 'B', which does not exist"]),
        ({"choice": {"kind": "A"}}, ["t.choice.a is missing"]),
        ({"parent": "x", "dependsOn": ["y"]}, []),
    ],
)
def test_what_a_body_gets_wrong(checkout: Path, change: dict[str, Any], problem: list[str]) -> None:
    cut = pruned(shape(checkout), usage(GOOD))
    for types in (shape(checkout), cut):
        if types is cut and "state" in str(change):
            continue  # the excerpt has only what was used when it was made
        assert list(problems(types, GOOD | change, {"size"}, "t")) == problem


def test_both_sides_of_a_condition_and_the_body_of_a_loop_count(checkout: Path) -> None:
    operands = {"true_value": [{"size": "No"}], "false_value": [{"size": "Big", "odd": 1}]}
    either = {"operator": {"type": "conditional", "operands": operands}}
    looped = {"loop_type": {}, "condition": None, "config": {"size": "Big", "strange": 1}}
    assert len(list(problems(shape(checkout), {"name": "n", "parts": either}, set(), "t"))) == 2
    assert len(list(problems(shape(checkout), {"name": "n", "parts": looped}, set(), "t"))) == 1


def test_an_excerpt_keeps_what_is_used_or_required(checkout: Path) -> None:
    cut = pruned(shape(checkout), usage({"parts": [{"colour": "red"}]}))
    assert cut["properties"].keys() == {"name", "parts"}
    assert cut["properties"]["parts"]["items"]["properties"].keys() == {"size", "colour"}


def test_a_version_that_was_never_published_is_told(checkout: Path) -> None:
    with pytest.raises(LookupError, match="2099-01-01 has no published type"):
        excerpt(checkout, ["Microsoft.Things/things@2099-01-01"])
