"""The prepared queries: right, and the same in DuckDB and in ClickHouse."""

from __future__ import annotations

import importlib.util
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.undertone.insights.conftest import ASKED, comment_rows, write_star
from undertone.errors import NotFound, Rejected
from undertone.insights.prepared import PARAMETERS, TABLES, checked, queries, run
from undertone.insights.star import VIEWS, date_row

GIVEN: dict[str, Any] = {"first_month": "2026-10", "last_month": "2026-11", "top": 3}


@pytest.fixture(scope="session")
def clickhouse() -> Iterator[Any]:
    """The ClickHouse engine as a package: 500 MB, so a laptop may do without; CI may not."""
    if importlib.util.find_spec("chdb") is None and os.environ.get("CI") != "true":
        pytest.skip("chdb-core is not installed: `./dev lock` and requirements-dev.txt have it")
    from chdb import session  # noqa: PLC0415

    open_session: Any = session.Session
    with open_session() as opened:
        yield opened


def in_clickhouse(clickhouse: Any, folder: Path, name: str, values: dict[str, Any]) -> list[Any]:
    clickhouse.query("DROP DATABASE IF EXISTS facts")
    clickhouse.query("CREATE DATABASE facts ENGINE = Atomic")
    clickhouse.query("USE facts")
    escaped = str(folder).replace("'", "\\'")
    for table in TABLES:
        clickhouse.query(
            f"CREATE VIEW {table} AS SELECT * FROM file('{escaped}/{table}*.parquet', Parquet)"
        )
    for statement in VIEWS.read_text().split(";"):
        if statement.strip():
            clickhouse.query(statement)
    clickhouse.query(
        f"CREATE VIEW parameters AS SELECT '{values['first_month']}' AS first_month, "
        f"'{values['last_month']}' AS last_month, {values['top']} AS top"
    )
    answer = clickhouse.query(
        f"{queries()[name]} SETTINGS output_format_json_quote_64bit_integers = 0", "JSONCompact"
    )
    return [tuple(row) for row in json.loads(str(answer))["data"]]


@pytest.mark.parametrize("given", [{}, GIVEN])
@pytest.mark.parametrize("name", sorted(queries()))
def test_both_engines_give_the_same_rows(
    clickhouse: Any, star: Path, name: str, given: dict[str, Any]
) -> None:
    answer = run(name, given, star)
    assert answer.rows, "a query without rows compares nothing"
    expected = in_clickhouse(clickhouse, star, name, checked(name, given))
    assert len(answer.rows) == len(expected)
    for ours, theirs in zip(answer.rows, expected, strict=True):
        for one, other in zip(ours, theirs, strict=True):  # sums of fractions, in any order
            near = isinstance(one, float)
            assert one == (pytest.approx(other, rel=1e-12) if near else other)


# Against sums in Python


def rows_of(name: str, star: Path, **given: Any) -> list[tuple[Any, ...]]:
    return run(name, given, star).rows


ROWS = comment_rows(600)
FULL = [row for row in ROWS if not row.empty]
NAMES = dict(enumerate((entity.name for entity in ASKED.entities), 1))


def test_readers_by_topic_and_month(star: Path) -> None:
    topics = {0: "other", 1: "The Salt Road", 2: "Winter Orchard's"}
    groups = defaultdict(list)
    for row in FULL:
        month = date_row(row.date)["month"]
        if "2026-10" <= month <= "2026-11":
            groups[topics[row.topic], month].append(row)
    expected = [
        (topic, month, len(rows), sum(row.readers or 0 for row in rows))
        for (topic, month), rows in sorted(groups.items())
    ]
    found = rows_of("readers_by_topic_and_month", star, **GIVEN)
    assert [row[:4] for row in found] == expected
    for topic, month, *_, mean in found:
        scores = [one.score for one in groups[topic, month] if one.score is not None]
        assert mean == pytest.approx(sum(scores) / len(scores), rel=1e-9)


def test_top_entities(star: Path) -> None:
    readers: Counter[str] = Counter()
    mentions: Counter[str] = Counter()
    for row in FULL:
        for mention in row.mentions:
            readers[NAMES[mention.entity]] += row.readers or 0
            mentions[NAMES[mention.entity]] += mention.count
    by_readers = [(name, count, mentions[name]) for name, count in readers.most_common()]
    assert [row[1:] for row in rows_of("top_entities_by_readers", star)] == by_readers
    top = rows_of("top_entities_by_mentions", star, top=2)
    assert [(row[0], row[1], row[3]) for row in top] == [
        (place, name, count) for place, (name, count) in enumerate(mentions.most_common(2), 1)
    ]


def test_co_mentions(star: Path) -> None:
    pairs: Counter[tuple[str, str]] = Counter()
    for row in FULL:
        keys = sorted(mention.entity for mention in row.mentions)
        pairs.update((NAMES[a], NAMES[b]) for n, a in enumerate(keys) for b in keys[n + 1 :])
    found = rows_of("co_mentions", star)
    assert {(first, second): count for _, first, second, count in found} == dict(pairs)


def test_shares_of_voice_add_up(star: Path) -> None:
    sums: dict[str, float] = defaultdict(float)
    for month, _, _, share in rows_of("share_of_voice", star):
        sums[month] += share
    assert set(sums) == {"2026-09", "2026-10", "2026-11", "2026-12", "unknown"}
    assert all(total == pytest.approx(1, rel=1e-9) for total in sums.values())


def test_empty_texts(star: Path) -> None:
    empty = [row for row in ROWS if row.empty]
    expected = [
        (
            post,
            f"p{post}",
            sum(row.post == post for row in empty),
            sum(row.readers or 0 for row in empty if row.post == post),
        )
        for post in (1, 2)
    ]
    assert rows_of("empty_texts", star) == expected


def test_every_query_answers_over_no_facts(tmp_path: Path) -> None:
    write_star(tmp_path, [[]])
    for name in queries():
        assert run(name, {}, tmp_path).rows == []


# What is asked


def test_an_unknown_query_names_those_there_are(star: Path) -> None:
    with pytest.raises(NotFound, match="co_mentions"):
        run("drop table x", {}, star)
    with pytest.raises(NotFound):
        run("views", {}, star)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("top", 0),
        ("top", True),
        ("top", "3"),
        ("top", 10_001),
        ("first_month", "2026-13"),
        ("last_month", "2026-11'; DROP TABLE x"),
        ("first_month", 5),
        ("colour", "red"),
    ],
)
def test_wrong_parameters_are_named(star: Path, key: str, value: Any) -> None:
    with pytest.raises(Rejected) as caught:
        run("co_mentions", {key: value}, star)
    assert list(caught.value.problems) == [f"parameters.{key}"]


def test_the_queries_use_no_parameter_that_is_not_there() -> None:
    used = {word for sql in queries().values() for word in PARAMETERS if f"p.{word}" in sql}
    assert used == set(PARAMETERS)
