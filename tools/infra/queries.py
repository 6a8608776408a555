"""Looks for faults in queries of logs with Microsoft's own reader of the language (Kusto)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from tools.infra import node
from tools.project import CACHE

VERSION = "12.4.1"
HOME = CACHE / "kusto"
_COMMON = "timestamp: datetime, operation_Id: string, operation_Name: string, itemCount: int"
TABLES = {
    "traces": f"{_COMMON}, message: string, severityLevel: int, customDimensions: dynamic",
    "requests": (
        f"{_COMMON}, name: string, url: string, success: bool, resultCode: string, "
        "duration: real, customDimensions: dynamic"
    ),
    "exceptions": f"{_COMMON}, type: string, outerMethod: string, outerMessage: string",
    "customMetrics": (
        f"{_COMMON}, name: string, value: real, valueCount: int, valueSum: real, "
        "valueMin: real, valueMax: real, customDimensions: dynamic"
    ),
    "_LogOperation": "TimeGenerated: datetime, Category: string, Operation: string, Detail: string",
}
"""Those of Application Insights and of a workspace that queries read, and the columns they use."""
_CHECK = """
const { readFileSync } = require("node:fs");
const { runInThisContext } = require("node:vm");
const folder = "node_modules/@kusto/language-service-next/";
for (const file of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
  runInThisContext(readFileSync(folder + file, "utf-8"), { filename: file });
}
const { KustoCode, GlobalState, Symbols } = globalThis.Kusto.Language;
const { tables, queries } = JSON.parse(readFileSync(0, "utf-8"));
const symbols = Object.entries(tables).map(([name, columns]) =>
  Symbols.TableSymbol.From(`(${columns})`).WithName(name));
const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.$ctor1("db", symbols));
const found = queries.map((query) => {
  const diagnostics = KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics();
  const messages = [];
  for (let i = 0; i < diagnostics.Count; i++) messages.push(diagnostics.getItem(i).Message);
  return messages;
});
process.stdout.write(JSON.stringify(found));
"""


def install() -> None:
    """Install the reader unless it is there. Raises NodeError."""
    node.install(HOME, "@kusto/language-service-next", VERSION)


def problems(queries: Sequence[str], tables: Mapping[str, str] = TABLES) -> list[list[str]]:
    """What is wrong with each of the queries. Raises NodeError."""
    given = json.dumps({"tables": dict(tables), "queries": list(queries)})
    found: list[list[str]] = json.loads(node.run("-e", _CHECK, folder=HOME, text=given))
    return found
