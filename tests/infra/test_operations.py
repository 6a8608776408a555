"""The manual of operations says what the templates and host.json do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tools.commands.package import stage
from tools.infra.bicep import templates

PROJECT = Path(__file__).parents[2]
MANUAL = (PROJECT / "docs/operations.md").read_text("utf-8")
SEVERITIES = {0: "Critical", 2: "Warning", 3: "Caution"}


def table(header: str) -> list[list[str]]:
    """The cells of the rows of the table that begins with this header."""
    text = MANUAL.partition(header)[2].partition("\n\n")[0]
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def flat(value: Any, path: str = "") -> dict[str, Any]:
    if not isinstance(value, dict):
        return {path: value}
    found: dict[str, Any] = {}
    for key, each in value.items():
        found |= flat(each, f"{path}.{key}" if path else key)
    return found


def alerts() -> dict[str, str]:
    """The name of each alert, and the name of its severity."""
    template = templates()["alerts"]
    found = {
        each["name"]: SEVERITIES[template.variables[each["severity"]]]
        for each in template.variables["queries"]
    }
    [availability] = [each for each in template.resources if each.symbol == "availability"]
    severity = template.variables[availability.body["properties"]["severity"]]
    return found | {"availability": SEVERITIES[severity]}


def test_every_value_of_host_json_has_its_reason() -> None:
    host = flat(json.loads((PROJECT / "host.json").read_text()))
    del host["version"], host["extensionBundle.id"], host["extensionBundle.version"]
    rows = {row[0].strip("`"): row[1] for row in table("| Value | Set to | Why |")}
    assert rows.pop("extensionBundle").startswith("[4.*")
    assert rows.keys() == host.keys()
    spelled = {"00:10:00": "10 min", "00:00:30": "30 s", "00:00:01": "1 s", True: "true"}
    assert rows == {name: spelled.get(value, str(value)) for name, value in host.items()}
    assert all(len(row[2]) > 20 for row in table("| Value | Set to | Why |"))


def test_every_alert_has_its_severity_and_what_to_do() -> None:
    rows = {row[0].strip("[").partition("]")[0]: row[1] for row in table("| Alert | Severity |")}
    assert rows == alerts()
    assert len(rows) == 10
    for name in rows:
        section = MANUAL.partition(f"\n### {name}\n")[2].partition("\n###")[0]
        assert len(section) > 100, name


def test_the_budget_uses_the_same_words() -> None:
    [budget] = templates()["budget"].resources
    assert budget.body["properties"]["notifications"].keys() == set(SEVERITIES.values())


def test_what_alerts_read_is_not_sampled_away() -> None:
    host = json.loads((PROJECT / "host.json").read_text())
    kept = host["logging"]["applicationInsights"]["samplingSettings"]["excludedTypes"].split(";")
    tables = {"traces": "Trace", "requests": "Request", "exceptions": "Exception"}
    queries = templates()["alerts"].variables["queries"]
    read = {each["query"].strip().splitlines()[0].strip() for each in queries}
    assert {tables[name] for name in read if name in tables} <= set(kept)
    assert read <= {*tables, "customMetrics", "_LogOperation"}


def test_each_choice_of_azd_is_explained_with_its_default() -> None:
    text = (PROJECT / "infra/main.parameters.json").read_text()
    choices = dict(re.findall(r"\$\{(\w+)=([^}]*)\}", text))
    del choices["AZURE_PRINCIPAL_TYPE"]  # set by the pipeline alone
    explained: dict[str, str] = {}
    for names, _, default in table("| Name | Meaning | Default |"):
        found = re.findall(r"`(\w+)`", names)
        values = [value.strip().strip("`") for value in default.split(",")]
        explained |= dict(
            zip(found, values * len(found) if len(values) == 1 else values, strict=True)
        )
    assert explained.keys() == choices.keys()
    words = {"": {"nobody: the portal shows them", "none", "compact"}}
    for name, default in choices.items():
        assert explained[name] in words.get(default, {default}), name


def test_the_size_of_the_package_is_as_it_says(tmp_path: Path) -> None:
    names = stage(tmp_path)
    size = sum((tmp_path / name).stat().st_size for name in names) / 1e6
    said = re.search(r"(\d+) files, ([\d.]+) MB, nearly all of it the models", MANUAL)
    assert said is not None
    assert abs(int(said[1]) - len(names)) < 40, "run ./dev package and correct docs/operations.md"
    assert abs(float(said[2]) - size) < 2, "run ./dev package and correct docs/operations.md"
