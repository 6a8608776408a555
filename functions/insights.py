"""What comments are about: prepared queries over a job's facts, texts read at once, a counter."""

from __future__ import annotations

import re
from typing import Annotated, Any

import azure.functions as func
import msgspec

from functions.access import USER
from functions.endpoints import endpoint
from functions.fields import Problems, bad_fields, read_object
from functions.http import caller, json_response
from functions.insights_body import read_insights
from undertone import json_view, wiring
from undertone.errors import Rejected
from undertone.insights.asked import Insights
from undertone.insights.counter import count_digit
from undertone.json_view import BrokenJson
from undertone.limits import MAX_ID
from undertone.pipeline.classify import MAX_TEXT, MAX_TEXTS, Text, classify
from undertone.pipeline.fact_queries import query_facts
from undertone.pipeline.reports import find_job

blueprint = func.Blueprint()

MAX_BODY = 4 * 1024 * 1024
"""Bytes of a body that is answered at once."""
MOST_DIGITS = 1001
"""Of the counter's n: up to 10**1000."""


class QueryBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The body of insights/query."""

    job: str
    query: Annotated[str, msgspec.Meta(max_length=100)]
    parameters: dict[str, Any] = {}


class TextBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One of `texts`."""

    text: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
    id: Annotated[str, msgspec.Meta(max_length=MAX_ID)] = ""


class ClassifyBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The body of insights/classify."""

    texts: Annotated[list[Any], msgspec.Meta(min_length=1, max_length=MAX_TEXTS)]
    topics: list[Any] = []
    entities: list[Any] = []
    match_case: bool = False


@endpoint(blueprint, "insights_query", "POST", "insights/query", access=USER)
def query(req: func.HttpRequest) -> func.HttpResponse:
    """The rows of a prepared query over the facts of one of the caller's jobs."""
    body = _read(req, QueryBody)
    services = wiring.services()
    owner = None if caller(req).is_admin else caller(req).owner
    request = find_job(services, owner, body.job)
    answer = query_facts(services, request, body.query, body.parameters)
    return json_response({"query": body.query, **answer._asdict()})


@endpoint(blueprint, "insights_classify", "POST", "insights/classify", access=USER)
def classify_texts(req: func.HttpRequest) -> func.HttpResponse:
    """Sentiment, topic and mentions of the texts in the body."""
    body = _read(req, ClassifyBody)
    problems = Problems()
    texts = [
        Text(each.id or str(place + 1), each.text)
        for place, raw in enumerate(body.texts)
        if (each := read_object(raw, TextBody, f"texts[{place}]", problems))
    ]
    asked = read_insights(
        {"topics": body.topics, "entities": body.entities, "match_case": body.match_case}, problems
    )
    if problems.count:
        raise bad_fields(problems)
    answers = classify(wiring.services(), asked or Insights(), texts)
    return json_response({"texts": answers, "notes": asked.notes if asked else []})


@endpoint(blueprint, "counter", "GET", "counter", access=USER)
def counter(req: func.HttpRequest) -> func.HttpResponse:
    """How often a digit occurs in 1 … n."""
    problems = Problems()
    digit, n = req.params.get("digit", ""), req.params.get("n", "")
    if not re.fullmatch("[0-9]", digit):
        problems.add("digit", "must be one digit, 0 to 9")
    if not re.fullmatch(f"[0-9]{{1,{MOST_DIGITS}}}", n) or not 1 <= int(n) <= 10**1000:
        problems.add("n", "must be a whole number from 1 to 10^1000, in digits alone")
    if problems.count:
        raise bad_fields(problems)
    count = count_digit(int(digit), int(n))
    return func.HttpResponse(
        f'{{"digit":{digit},"n":{int(n)},"count":{count}}}', mimetype="application/json"
    )


def _read[T: msgspec.Struct](req: func.HttpRequest, kind: type[T]) -> T:
    """The body as a `kind`. Raises Rejected."""
    problems = Problems()
    found = read_object(read_body(req), kind, "body", problems)
    if found is None:
        raise bad_fields(problems)
    return found


def read_body(req: func.HttpRequest, *, most: int = MAX_BODY) -> Any:
    """The body, JSON of at most `most` bytes. Raises Rejected."""
    body = req.get_body()
    if len(body) > most:
        raise Rejected(f"the body has {len(body):,} bytes; send at most {most:,}", status=413)
    try:
        return json_view.read(body, at_once=MAX_BODY)
    except BrokenJson as error:
        raise Rejected(f"the body must be a JSON object: {error}", status=400) from None
