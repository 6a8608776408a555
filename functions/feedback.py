"""What people say of results and labels, and the analyst's view of it."""

from __future__ import annotations

from typing import Annotated, Any

import azure.functions as func
import msgspec

from functions.access import ANALYST, USER
from functions.endpoints import endpoint
from functions.fields import Problems, bad_fields, read_object
from functions.http import caller, int_param, json_response
from functions.insights import read_body
from undertone import wiring
from undertone.errors import Rejected
from undertone.json_view import LazyList
from undertone.pipeline.feedback import MOST_ITEMS, Labelled, Said, keep_feedback
from undertone.pipeline.feedback_records import Side
from undertone.pipeline.feedback_report import (
    CorrectionRow,
    QueryRow,
    Report,
    SliceRow,
    correction_rows,
    feedback_report,
)
from undertone.pipeline.searching import MAX_HITS, MAX_QUERY, tidy_query
from undertone.results.csv_cells import BOM, csv_bytes, decimal, text_cell

blueprint = func.Blueprint()

MAX_BODY = 1024 * 1024
MAX_QUERIES = 100
"""Queries of one call."""
MAX_IDS = 100
"""In each list of a query: no search shows more."""
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
TABLES: dict[str, type[msgspec.Struct]] = {
    "queries": QueryRow,
    "slices": SliceRow,
    "corrections": CorrectionRow,
}


class QueryBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One of `feedback`: which comments answer a query, and which do not."""

    query: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_QUERY)]
    positive: Annotated[list[Id], msgspec.Meta(max_length=MAX_IDS)] = []
    negative: Annotated[list[Id], msgspec.Meta(max_length=MAX_IDS)] = []


class LabelBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One of `labels`: a comment, and what it says by somebody's judgement."""

    comment: Id
    label: Side


class FeedbackBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The body of POST feedback; its lists are read by themselves."""

    feedback: Annotated[list[Any], msgspec.Meta(max_length=MAX_QUERIES)] = []
    labels: Annotated[list[Any], msgspec.Meta(max_length=MOST_ITEMS)] = []


@endpoint(blueprint, "feedback", "POST", "feedback", access=USER)
def feedback(req: func.HttpRequest) -> func.HttpResponse:
    """Keep what is good and bad for queries, and labels; of each item the last counts."""
    problems = Problems()
    raw = read_body(req, most=MAX_BODY)
    if isinstance(raw, dict) and raw.keys() == {"comment", "label"}:
        raw = {"labels": [raw]}
    body = read_object(_whole(raw), FeedbackBody, "body", problems)
    if body is None:
        raise bad_fields(problems)
    said = [one for n, entry in enumerate(body.feedback) for one in _said(entry, n, problems)]
    labels = []
    for n, entry in enumerate(body.labels):
        if label := read_object(entry, LabelBody, f"labels[{n}]", problems):
            labels.append(Labelled(f"labels[{n}].comment", label.comment, label.label))
    if len(said) + len(labels) > MOST_ITEMS:
        problems.add("body", f"has {len(said) + len(labels):,} ids; send at most {MOST_ITEMS:,}")
    if problems.count:
        raise bad_fields(problems)
    kept = keep_feedback(wiring.services(), wiring.indexes(), caller(req).owner, said, labels)
    return json_response({"kept": kept})


def _said(entry: object, number: int, problems: Problems) -> list[Said]:
    path = f"feedback[{number}]"
    one = read_object(_whole(entry), QueryBody, path, problems)
    if one is None:
        return []
    try:
        query = tidy_query(one.query)
    except Rejected:
        problems.add(f"{path}.query", "is empty")
        return []
    for item in {*one.positive} & {*one.negative}:
        problems.add(f"{path}.negative", f"{item} is in `positive` too")
    sides = {"positive": one.positive, "negative": one.negative}
    return [
        Said(f"{path}.{side}[{place}]", query, item, side == "positive")
        for side, items in sides.items()
        for place, item in enumerate(items)
    ]


def _whole(raw: object) -> object:
    """Lists of an object as whole lists: the body is small."""
    if isinstance(raw, dict):
        return {name: _whole(value) for name, value in raw.items()}
    return list(raw) if isinstance(raw, LazyList) else raw


# Not for users: it shows the feedback of all of them.
@endpoint(blueprint, "analytics", "GET", "analytics", access=ANALYST)
def analytics(req: func.HttpRequest) -> func.HttpResponse:
    """Feedback by query, precision of what was shown, labels against the model; JSON or CSV."""
    k = int_param(req, "k", 10, least=1, most=MAX_HITS)
    query = tidy_query(req.params["query"]) if req.params.get("query") else ""
    table = _choice(req, "table", tuple(TABLES))
    form = _choice(req, "format", ("json", "csv"))
    services = wiring.services()
    report = feedback_report(services, query, k)
    rows = _rows(report, table or "queries") if table != "corrections" else []
    if table == "corrections":
        rows = list(correction_rows(services, report.corrections))
    if form == "csv":
        return _csv(table or "queries", rows)
    if table:
        return json_response({table: rows, "of": len(report.corrections), "k": k})
    counted = {"queries": report.queries, "slices": report.slices}
    return json_response({**counted, "corrections": len(report.corrections), "k": k})


def _rows(report: Report, table: str) -> list[Any]:
    return list(report.queries if table == "queries" else report.slices)


def _choice(req: func.HttpRequest, name: str, known: tuple[str, ...]) -> str:
    value: str = req.params.get(name, "")
    if value and value not in known:
        rule = f"must be one of {', '.join(known)}"
        raise Rejected(f"`{name}` {rule}", {name: rule})
    return value


def _csv(table: str, rows: list[Any]) -> func.HttpResponse:
    columns = TABLES[table].__struct_fields__
    lines = [list(columns), *([_cell(getattr(row, one)) for one in columns] for row in rows)]
    return func.HttpResponse(
        BOM + csv_bytes(lines),
        mimetype="text/csv",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{table}.csv"',
        },
    )


def _cell(value: str | float | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return text_cell(value)
    return decimal(value) if isinstance(value, float) else str(value)
