"""The star schema: files that are the same every time, and an engine that stays in its folder."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.undertone.insights.conftest import comment_rows, write_star
from undertone.insights.star import connect, date_row


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.glob("*.parquet")}


def test_the_same_parts_are_the_same_bytes_whatever_their_order(tmp_path: Path) -> None:
    rows = comment_rows(300)
    made = []
    for name, order in (("a", rows), ("b", rows), ("c", rows[::-1])):
        (tmp_path / name).mkdir()
        write_star(tmp_path / name, [order])
        made.append(files(tmp_path / name))
    assert made[0] == made[1] == made[2]
    assert len(made[0]) == 9


def test_every_row_is_in_one_table(star: Path) -> None:
    rows = comment_rows(600)
    engine = connect(star)

    def count(table: str) -> int:
        (number,) = engine.execute(
            f"SELECT count(*) FROM '{_path(star)}/{table}*.parquet'"
        ).fetchall()[0]
        return int(number)

    assert count("fact_empty") == sum(row.empty for row in rows)
    assert count("fact_comment") == sum(not row.empty for row in rows)
    assert count("fact_mention") == sum(len(row.mentions) for row in rows)
    assert count("dim_date") == len({row.date for row in rows})
    assert count("dim_author") == 5
    assert count("dim_model") == 1
    engine.close()


def _path(folder: Path) -> str:
    return str(folder).replace("'", "''")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY (SELECT 1) TO '/tmp/undertone-escape.csv'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SELECT * FROM read_csv('https://example.com/x.csv')",
        "ATTACH '/tmp/undertone-escape.db'",
    ],
)
def test_the_engine_reaches_nothing_outside_its_folder(tmp_path: Path, sql: str) -> None:
    engine = connect(tmp_path)
    with pytest.raises(duckdb.Error):
        engine.execute(sql)
    engine.close()


@pytest.mark.parametrize(
    ("key", "week", "month"),
    [
        (20261121, "2026-W47", "2026-11"),
        (20270101, "2026-W53", "2027-01"),
        (20241230, "2025-W01", "2024-12"),
        (0, "unknown", "unknown"),
    ],
)
def test_dates(key: int, week: str, month: str) -> None:
    row = date_row(key)
    assert (row["date_key"], row["week"], row["month"]) == (key, week, month)
