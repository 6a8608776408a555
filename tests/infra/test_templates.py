"""The templates hold together, and set only what Azure has: what the Bicep compiler would say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tools.infra.bicep import INFRA, templates
from tools.infra.types import problems

PROJECT = Path(__file__).parents[2]
FILES = sorted(path.stem for path in INFRA.glob("*.bicep"))
MAIN = "main"


def published() -> dict[str, Any]:
    taken: dict[str, Any] = json.loads((PROJECT / "tools/infra/types.json").read_text("utf-8"))
    return taken


def text(file: str) -> str:
    return (INFRA / f"{file}.bicep").read_text("utf-8")


def test_there_is_a_file_for_each_concern() -> None:
    assert {"main", "storage", "function", "settings", "vault", "roles", "alerts"} <= set(FILES)
    assert templates().keys() == set(FILES)


@pytest.mark.parametrize("file", FILES)
def test_resources_are_as_azure_publishes_them(file: str) -> None:
    template, types = templates()[file], published()["resources"]
    found = [
        problem
        for resource in template.resources
        for problem in problems(
            types[resource.type], resource.body, template.names, f"{file}.{resource.symbol}"
        )
    ]
    assert found == []


def test_the_excerpt_has_what_is_used_and_nothing_else() -> None:
    used = {resource.type for template in templates().values() for resource in template.resources}
    assert published()["resources"].keys() == used
    assert re.fullmatch(r"github\.com/Azure/bicep-types-az at [0-9a-f]{40}", published()["source"])


def test_each_file_is_a_module_of_main_with_the_parameters_it_takes() -> None:
    called = {}
    for symbol, module in templates()[MAIN].modules.items():
        config = module["config"]
        while "condition" in config:
            config = config["config"]
        called[Path(module["detail"]["path"]).stem] = (symbol, set(config.get("params", {})))
    assert called.keys() == set(FILES) - {MAIN}
    for file, (_, given) in called.items():
        declared = templates()[file].parameters
        required = {name for name, each in declared.items() if each.get("default") is None}
        assert required <= given <= declared.keys(), file


def test_outputs_that_are_used_exist() -> None:
    names = {}
    for symbol, file in re.findall(r"^module (\w+) '(\w+)\.bicep'", text(MAIN), re.MULTILINE):
        names[symbol] = templates()[file].outputs.keys()
    used = re.findall(r"\b(\w+)\.outputs\.(\w+)", text(MAIN))
    assert len(used) > 20
    assert [f"{symbol}.{output}" for symbol, output in used if output not in names[symbol]] == []


@pytest.mark.parametrize("file", FILES)
def test_all_that_is_declared_is_used(file: str) -> None:
    template = templates()[file]
    declared = {*template.parameters, *template.variables}
    unused = {name for name in declared if len(re.findall(rf"\b{name}\b", text(file))) < 2}
    assert not unused


def test_parameters_of_azd_are_those_of_main_and_no_secret_is_among_them() -> None:
    given = json.loads((INFRA / "main.parameters.json").read_text())["parameters"]
    declared = templates()[MAIN].parameters
    required = {name for name, each in declared.items() if each.get("default") is None}
    assert required <= given.keys() <= declared.keys()
    assert "secure" not in text(MAIN)
    named = re.compile("key|secret|password|token", re.IGNORECASE)
    for file in FILES:
        assert [name for name in templates()[file].parameters if named.search(name)] == []


def test_the_app_is_what_azd_deploys() -> None:
    [app] = [each for each in templates()["function"].resources if each.symbol == "app"]
    assert "'azd-service-name': 'app'" in text("function")
    assert "services:\n  app:\n" in (PROJECT / "azure.yaml").read_text()
    config = app.body["properties"]["functionAppConfig"]
    assert config["runtime"] == {"name": "python", "version": "3.13"}
