"""The prepared queries: the `.sql` files of `queries/`, run over a folder of facts with DuckDB.

SQL never comes from outside. A query's parameters are the only row of a table, `parameters`: that
is SQL which DuckDB and ClickHouse both understand, and values stay values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from undertone.errors import NotFound, Rejected
from undertone.insights.star import VIEWS, connect, quoted

if TYPE_CHECKING:
    import duckdb

QUERIES = VIEWS.parent
MAX_ROWS = 10_000
"""Rows that an answer holds at most."""
TABLES = (
    "fact_comment",
    "fact_mention",
    "fact_empty",
    "dim_post",
    "dim_author",
    "dim_entity",
    "dim_topic",
    "dim_date",
    "dim_model",
)


class Parameter(NamedTuple):
    """One that a query may be given."""

    default: str | int
    rule: str


PARAMETERS: Mapping[str, Parameter] = {
    "first_month": Parameter("0000-00", "must be a month like 2026-11"),
    "last_month": Parameter("unknown", "must be a month like 2026-11"),
    "top": Parameter(20, f"must be a whole number from 1 to {MAX_ROWS:,}"),
}
"""Without months everything counts, what has no date too."""
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


class Answer(NamedTuple):
    """The rows of a query."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    more: bool
    """Whether there are more rows than an answer holds."""


@cache
def queries() -> dict[str, str]:
    """The SQL of each prepared query, by name."""
    return {
        file.stem: file.read_text("utf-8").strip().removesuffix(";")
        for file in sorted(QUERIES.glob("*.sql"))
        if file != VIEWS
    }


def checked(name: str, given: Mapping[str, Any]) -> dict[str, str | int]:
    """The value of every parameter. Raises NotFound, Rejected."""
    if name not in queries():
        raise NotFound(f"there is no query {name!r}; there are {', '.join(queries())}")
    values: dict[str, str | int] = {key: each.default for key, each in PARAMETERS.items()}
    problems: dict[str, str] = {}
    for key, value in given.items():
        if key not in PARAMETERS:
            problems[f"parameters.{key[:100]}"] = f"is not known; there are {', '.join(PARAMETERS)}"
        elif not _fits(key, value):
            problems[f"parameters.{key}"] = PARAMETERS[key].rule
        else:
            values[key] = value
    if problems:
        raise Rejected(f"wrong parameters: {', '.join(problems)}", problems)
    return values


def _fits(key: str, value: object) -> bool:
    if key == "top":
        return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_ROWS
    return isinstance(value, str) and _MONTH.fullmatch(value) is not None


def run(name: str, given: Mapping[str, Any], folder: Path) -> Answer:
    """The rows of query `name` over the Parquet files in `folder`. Raises NotFound, Rejected."""
    values = checked(name, given)
    engine = connect(folder)
    try:
        _open(engine, folder)
        engine.execute(
            "CREATE TABLE parameters AS SELECT ?::VARCHAR AS first_month, "
            "?::VARCHAR AS last_month, ?::BIGINT AS top",
            [values["first_month"], values["last_month"], values["top"]],
        )
        found = engine.execute(queries()[name])
        columns = [column[0] for column in found.description or ()]
        rows = found.fetchmany(MAX_ROWS + 1)
        return Answer(columns, rows[:MAX_ROWS], len(rows) > MAX_ROWS)
    finally:
        engine.close()


def _open(engine: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Every table as a view over its files, and the views of the schema."""
    for table in TABLES:
        files = ", ".join(quoted(file) for file in sorted(folder.glob(f"{table}*.parquet")))
        engine.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet([{files}])")  # nosec B608  # noqa: S608 - our own files
    engine.execute(VIEWS.read_text("utf-8"))
