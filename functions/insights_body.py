"""What a caller asks to know of comments: `{"topics": […], "entities": […], "themes": …}`."""

from __future__ import annotations

from itertools import islice
from typing import Any

import msgspec

from functions.fields import Problems, read_object
from undertone import json_view
from undertone.errors import Rejected
from undertone.insights.asked import MAX_ALIASES, Insights, Topic, checked
from undertone.insights.entities import Entity
from undertone.json_view import BrokenJson, LazyList


class TopicBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One of `topics`."""

    name: str
    examples: list[str] = []


class EntityBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One of `entities`."""

    name: str
    aliases: list[str] = []


class InsightsBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The object `insights`; its lists are read by themselves."""

    topics: list[Any] = []
    entities: list[Any] = []
    match_case: bool = False
    themes: bool = False
    search: bool = False


def read_insights(raw: object, problems: Problems) -> Insights | None:
    """What is asked for, cleaned; None and `problems` if something is wrong with it."""
    before = problems.count
    body = read_object(_whole(raw), InsightsBody, "insights", problems)
    if body is None:
        return None
    topics = _each(body.topics, TopicBody, "insights.topics", problems)
    entities = _each(body.entities, EntityBody, "insights.entities", problems)
    if problems.count > before:
        return None
    asked = Insights(
        topics=tuple(Topic(name=t.name, examples=tuple(t.examples)) for t in topics),
        entities=tuple(Entity(name=e.name, aliases=tuple(e.aliases)) for e in entities),
        match_case=body.match_case,
        themes=body.themes,
        search=body.search,
    )
    try:
        return checked(asked)
    except Rejected as error:
        for path, problem in error.problems.items():
            problems.add(path, problem)
        return None


def insights_in_query(text: str, problems: Problems) -> Insights | None:
    """The same as JSON in the query, beside a file."""
    try:
        raw = json_view.read(text.encode("utf-8", "replace"))
    except BrokenJson:
        problems.add("insights", 'must be JSON like {"entities": [{"name": "Ann"}]}')
        return None
    return read_insights(raw, problems)


def _each[T: msgspec.Struct](
    raw: list[Any], kind: type[T], path: str, problems: Problems
) -> list[T]:
    found = [read_object(one, kind, f"{path}[{n}]", problems) for n, one in enumerate(raw)]
    return [one for one in found if one is not None]


def _whole(raw: object) -> object:
    """`raw` with its long lists whole, cut where they are too long anyway."""
    if isinstance(raw, dict):
        return {name: _whole(value) for name, value in raw.items()}
    if isinstance(raw, LazyList):
        return [_whole(value) for value in islice(raw, MAX_ALIASES + 1)]
    return raw
