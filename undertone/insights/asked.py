"""What a job asks to know of its comments: topics, entities, themes, and a search over them."""

from __future__ import annotations

from collections.abc import Sequence

from undertone.errors import Rejected
from undertone.insights.entities import Entity, clean
from undertone.insights.words import tidy_text
from undertone.records import Record

MAX_TOPICS = 100
MAX_EXAMPLES = 200
"""Example texts of one topic."""
MAX_ALL_EXAMPLES = 2_000
"""Over all topics: each process that scores encodes them once, in some three seconds."""
MAX_EXAMPLE = 2_000
"""Characters of an example text."""
MAX_NAME = 100
"""Characters of a name or alias."""
MAX_ALIASES = 10_000
"""Names and aliases of all entities."""


class Topic(Record, frozen=True, kw_only=True):
    """Something that comments may be about."""

    name: str
    examples: tuple[str, ...] = ()
    """Texts about it. With ten or more of each topic a classifier is fitted to them."""


class Insights(Record, frozen=True, kw_only=True):
    """What is asked for, fixed when the job is made."""

    topics: tuple[Topic, ...] = ()
    entities: tuple[Entity, ...] = ()
    match_case: bool = False
    """Whether `US` and `us` are different names."""
    themes: bool = False
    search: bool = False
    notes: tuple[str, ...] = ()
    """What was cleaned: duplicates, shared aliases."""

    @property
    def needs_vectors(self) -> bool:
        """Whether what comes later reads the comments' vectors."""
        return self.themes or self.search


def checked(asked: Insights) -> Insights:
    """`asked` with clean entities and topics. Raises Rejected, naming what is too much."""
    problems = dict(_problems(asked))
    if problems:
        named = ", ".join(problems)
        raise Rejected(f"{len(problems)} fields are wrong: {named}", problems)
    cleaned = clean(asked.entities)
    topics, notes = _clean_topics(asked.topics)
    return Insights(
        topics=topics,
        entities=cleaned.entities,
        match_case=asked.match_case,
        themes=asked.themes,
        search=asked.search,
        notes=(*notes, *cleaned.notes),
    )


def _problems(asked: Insights) -> list[tuple[str, str]]:
    patterns = sum(1 + len(entity.aliases) for entity in asked.entities)
    examples = [len(topic.examples) for topic in asked.topics]
    limits = [
        ("insights.topics", len(asked.topics), MAX_TOPICS, "topics"),
        ("insights.topics", max(examples, default=0), MAX_EXAMPLES, "examples of one topic"),
        ("insights.topics", sum(examples), MAX_ALL_EXAMPLES, "examples of all topics"),
        ("insights.entities", patterns, MAX_ALIASES, "names and aliases"),
    ]
    found = [
        (path, f"has {count:,} {what}; send at most {most:,}")
        for path, count, most, what in limits
        if count > most
    ]
    texts = [(f"insights.topics[{n}].name", t.name, MAX_NAME) for n, t in enumerate(asked.topics)]
    for n, topic in enumerate(asked.topics[:MAX_TOPICS]):
        path = f"insights.topics[{n}].examples"
        texts += [(f"{path}[{m}]", text, MAX_EXAMPLE) for m, text in enumerate(topic.examples)]
    for n, entity in enumerate(asked.entities[:MAX_ALIASES]):
        path = f"insights.entities[{n}]"
        texts.append((f"{path}.name", entity.name, MAX_NAME))
        texts += [(f"{path}.aliases[{m}]", text, MAX_NAME) for m, text in enumerate(entity.aliases)]
    return found + _wrong_texts(texts)


def _wrong_texts(texts: Sequence[tuple[str, str, int]]) -> list[tuple[str, str]]:
    found = []
    for path, text, most in texts:
        if len(text) > most:
            found.append((path, f"has {len(text):,} characters; at most {most:,} are read"))
        elif not tidy_text(text):
            found.append((path, "is empty"))
    return found[:100]


def _clean_topics(topics: Sequence[Topic]) -> tuple[tuple[Topic, ...], list[str]]:
    """Topics of the same name as one."""
    found: dict[str, Topic] = {}
    notes = []
    for topic in topics:
        key = tidy_text(topic.name).casefold()
        first = found.get(key, Topic(name=tidy_text(topic.name)))
        if key in found:
            notes.append(f"topic {topic.name!r} is there more than once; counted as one")
        found[key] = Topic(name=first.name, examples=(*first.examples, *topic.examples))
    return tuple(found.values()), notes
