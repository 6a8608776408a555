"""The facts as a star schema in Parquet: reads parts, writes tables; files on this machine only.

docs/analytics.md describes the tables. DuckDB writes them, embedded and with nothing fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from undertone.insights.asked import Insights
from undertone.insights.part import UNKNOWN_DATE

if TYPE_CHECKING:
    import duckdb

VIEWS = Path(__file__).with_name("queries") / "views.sql"
TABLES: Mapping[str, Mapping[str, str]] = {
    "dim_post": {
        "post_key": "INTEGER",
        "platform": "VARCHAR",
        "post_id": "VARCHAR",
        "url": "VARCHAR",
        "title": "VARCHAR",
        "state": "VARCHAR",
    },
    "dim_entity": {"entity_key": "INTEGER", "name": "VARCHAR", "aliases": "VARCHAR"},
    "dim_topic": {"topic_key": "INTEGER", "name": "VARCHAR"},
}
"""Tables that are known without the parts: column → type."""
_PART = {
    "key": "BIGINT",
    "post": "INTEGER",
    "comment_id": "VARCHAR",
    "author": "VARCHAR",
    "time": "VARCHAR",
    "date": "INTEGER",
    "likes": "BIGINT",
    "readers": "BIGINT",
    "empty": "BOOLEAN",
    "topic": "INTEGER",
    "topic_score": "DOUBLE",
    "label": "VARCHAR",
    "negative": "DOUBLE",
    "neutral": "DOUBLE",
    "positive": "DOUBLE",
    "score": "DOUBLE",
    "model": "VARCHAR",
    "mentions": "STRUCT(entity INTEGER, count INTEGER, label VARCHAR, score DOUBLE)[]",
}
_FACTS = {
    "fact_comment": """SELECT key AS comment_key, post AS post_key, comment_id,
        author AS author_key, date AS date_key, "time", topic AS topic_key, topic_score, label,
        negative, neutral, positive, score, likes, readers, model AS model_key
        FROM part WHERE NOT empty ORDER BY key""",
    "fact_mention": """SELECT comment_key, post_key, m.entity AS entity_key, topic_key, date_key,
        m.count AS entity_count, m.label AS label, m.score AS score, comment_score, readers
        FROM (SELECT key AS comment_key, post AS post_key, topic AS topic_key, date AS date_key,
              score AS comment_score, readers, unnest(mentions) AS m FROM part WHERE NOT empty)
        ORDER BY comment_key, entity_key""",
    "fact_empty": """SELECT key AS comment_key, post AS post_key, comment_id, date AS date_key,
        "time", readers FROM part WHERE empty ORDER BY key""",
}


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """An engine that reads and writes files below `folder` alone, and fetches nothing."""
    import duckdb  # noqa: PLC0415 - only for facts

    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": "512MB",
            "threads": "1",
            "temp_directory": str(folder / "spill"),
        }
    )
    connection.execute(f"SET allowed_directories = [{quoted(folder / '_')[:-2]}']")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def quoted(path: Path) -> str:
    """`path` as a text in SQL."""
    return "'" + str(path).replace("'", "''") + "'"


class StarWriter:
    """Writes the Parquet files of one job into a folder, a group of parts at a time.

    The files are a function of what is added and in what order, byte for byte.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._engine = connect(folder)
        self._engine.execute("CREATE TABLE dates (date_key INTEGER)")
        self._engine.execute("CREATE TABLE authors (author_key VARCHAR)")
        self._engine.execute("CREATE TABLE models (model_key VARCHAR)")
        self._group = 0
        self.counts = dict.fromkeys(_FACTS, 0)
        """Rows written of each fact table."""

    def add(self, lines: Path) -> None:
        """Write the facts of a file of parts: one Parquet file more of each kind that has rows."""
        columns = ", ".join(f"{name}: '{kind}'" for name, kind in _PART.items())
        self._engine.execute(
            f"CREATE OR REPLACE TABLE part AS SELECT * FROM read_json({quoted(lines)}, "  # nosec B608  # noqa: S608 - our own file
            f"columns = {{{columns}}}, format = 'newline_delimited', "
            "maximum_object_size = 33554432)"
        )
        for table, query in _FACTS.items():
            self.counts[table] += self._write(f"{table}-{self._group:05d}", query)
        for table, column in (("dates", "date"), ("authors", "author"), ("models", "model")):
            self._engine.execute(
                f"INSERT INTO {table} SELECT DISTINCT {column} FROM part "  # nosec B608  # noqa: S608 - our own
                f"WHERE {column} NOT IN (SELECT * FROM {table})"
            )
        self._group += 1

    def finish(self, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """Write the dimensions: those of `TABLES` with these rows, the others from the facts."""
        for table, columns in TABLES.items():
            self._write_rows(table, columns, tables[table])
        for dimension, column in (("authors", "author_key"), ("models", "model_key")):
            query = f"SELECT {column} FROM {dimension} WHERE {column} <> '' ORDER BY 1"  # nosec B608  # noqa: S608 - names of our own
            self._write(f"dim_{dimension[:-1]}", query)
        keys = self._engine.execute("SELECT date_key FROM dates ORDER BY 1").fetchall()
        self._write_rows("dim_date", _DATE, [date_row(key) for (key,) in keys])
        self._engine.close()

    def _write_rows(
        self, table: str, columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]]
    ) -> None:
        file = self._folder / f"{table}.jsonl"
        file.write_bytes(msgspec.json.Encoder().encode_lines(list(rows)))
        wanted = ", ".join(f"{name}: '{kind}'" for name, kind in columns.items())
        names = ", ".join(columns)
        self._write(
            table,
            f"SELECT {names} FROM read_json({quoted(file)}, columns = {{{wanted}}}, "  # nosec B608  # noqa: S608 - our own file
            "format = 'newline_delimited') ORDER BY 1",
        )
        file.unlink()

    def _write(self, name: str, query: str) -> int:
        """How many rows were written."""
        target = quoted(self._folder / f"{name}.parquet")
        copy = f"COPY ({query}) TO {target} (FORMAT parquet, COMPRESSION zstd)"
        return int(self._engine.execute(copy).fetchall()[0][0])


_DATE = {
    "date_key": "INTEGER",
    "day": "VARCHAR",
    "week": "VARCHAR",
    "month": "VARCHAR",
    "year": "INTEGER",
}


def date_row(key: int) -> dict[str, Any]:
    """The row of dim_date for a date's key; `unknown` for `UNKNOWN_DATE`."""
    if key == UNKNOWN_DATE:
        return {"date_key": key, "day": "unknown", "week": "unknown", "month": "unknown", "year": 0}
    day = date(key // 10_000, key // 100 % 100, key % 100)
    year, week, _ = day.isocalendar()
    return {
        "date_key": key,
        "day": day.isoformat(),
        "week": f"{year:04d}-W{week:02d}",
        "month": f"{day:%Y-%m}",
        "year": day.year,
    }


def entity_rows(asked: Insights) -> list[dict[str, Any]]:
    """The rows of dim_entity."""
    return [
        {"entity_key": key, "name": entity.name, "aliases": " | ".join(entity.aliases)}
        for key, entity in enumerate(asked.entities, 1)
    ]


def topic_rows(asked: Insights) -> list[dict[str, Any]]:
    """The rows of dim_topic; the first is for what fits no topic."""
    names = ["other", *(topic.name for topic in asked.topics)]
    return [{"topic_key": key, "name": name} for key, name in enumerate(names)]
