"""Find the people, brands and things of a list in texts: exactly, in one pass over each text.

All names and aliases are looked for at once (Aho-Corasick). They and the text are marked at the
boundaries of their words, so that a match can only begin and end at a boundary; from left to right,
at each place the longest alias counts, and what it covers counts for nobody else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from undertone.insights.words import BEGINS, marked, tidy_text
from undertone.records import Record


class Entity(Record, frozen=True, kw_only=True):
    """Somebody or something whose mentions are counted."""

    name: str
    aliases: tuple[str, ...] = ()


class Cleaned(NamedTuple):
    """A list of entities without duplicates, and what was done to it."""

    entities: tuple[Entity, ...]
    notes: tuple[str, ...]


class Mention(NamedTuple):
    """One place of a text that names an entity: characters `start` … `end` of the tidy text."""

    entity: int
    start: int
    end: int


class Found(NamedTuple):
    """A text as it was searched, and all mentions in it, from left to right."""

    text: str
    mentions: list[Mention]


def clean(entities: Iterable[Entity]) -> Cleaned:
    """Join entities that are one: same name, or a first name that only one full name has.

    The order of the first of each is kept. Names are compared without regard to case and spaces.
    """
    notes: list[str] = []
    joined = _join_first_names(_join_same_names(entities, notes), notes)
    return Cleaned(_without_shared_aliases(joined, notes), tuple(notes))


def _key(name: str) -> str:
    return tidy_text(name).casefold()


def _join_same_names(entities: Iterable[Entity], notes: list[str]) -> dict[str, Entity]:
    """By key."""
    found: dict[str, Entity] = {}
    for entity in entities:
        key = _key(entity.name)
        if key in found:
            notes.append(f"{entity.name!r} is there more than once; counted as one")
            found[key] = _with_aliases(found[key], entity.aliases)
        else:
            found[key] = Entity(name=tidy_text(entity.name), aliases=entity.aliases)
    return found


def _join_first_names(found: dict[str, Entity], notes: list[str]) -> list[Entity]:
    full_names: dict[str, list[str]] = defaultdict(list)
    for key in found:
        first, _, rest = key.partition(" ")
        if rest:
            full_names[first].append(key)
    for key in [key for key in found if key in full_names]:
        owners = [found[owner].name for owner in full_names[key]]
        name = found[key].name
        if len(owners) > 1:
            notes.append(f"{name!r} may be {' or '.join(map(repr, owners))}; counted by itself")
            continue
        alone = found.pop(key)
        owner = full_names[key][0]
        found[owner] = _with_aliases(found[owner], (alone.name, *alone.aliases))
        notes.append(f"{name!r} is the first name of {owners[0]!r} alone; counted as one")
    return list(found.values())


def _with_aliases(entity: Entity, more: Sequence[str]) -> Entity:
    return Entity(name=entity.name, aliases=(*entity.aliases, *more))


def _without_shared_aliases(entities: Sequence[Entity], notes: list[str]) -> tuple[Entity, ...]:
    """An alias that is another's name is not its; one that several claim is nobody's."""
    names = {_key(entity.name): index for index, entity in enumerate(entities)}
    claims: dict[str, set[int]] = defaultdict(set)
    for index, entity in enumerate(entities):
        for alias in entity.aliases:
            claims[_key(alias)].add(index)
    kept: list[Entity] = []
    for entity in entities:
        own = {_key(alias): tidy_text(alias) for alias in reversed(entity.aliases)}
        own.pop("", None)
        own.pop(_key(entity.name), None)
        for key in list(own):
            if key in names:
                notes.append(f"alias {own.pop(key)!r} of {entity.name!r} is another's name")
            elif len(claims[key]) > 1:
                notes.append(f"alias {own.pop(key)!r} of {entity.name!r} is not its alone")
        kept.append(Entity(name=entity.name, aliases=tuple(reversed(own.values()))))
    return tuple(kept)


class Matcher:
    """Finds the mentions of entities; safe to use from several threads."""

    def __init__(self, entities: Sequence[Entity], *, match_case: bool = False) -> None:
        """`entities` as `clean` gives them; the first one that has a pattern owns it."""
        from ahocorasick_rs import AhoCorasick, MatchKind  # noqa: PLC0415 - only with entities

        self._match_case = match_case
        owners: dict[str, int] = {}
        for index, entity in enumerate(entities):
            for alias in (entity.name, *entity.aliases):
                text = tidy_text(alias)
                if text:
                    owners.setdefault(marked(text if match_case else text.casefold()), index)
        self._owners = list(owners.values())
        self._automaton = AhoCorasick(list(owners), matchkind=MatchKind.LeftmostLongest)

    def find(self, text: str) -> Found:
        """The mentions in `text`."""
        tidied = tidy_text(text)
        searched = tidied if self._match_case else tidied.casefold()
        places = self._places(marked(searched))
        if len(searched) == len(tidied):
            return Found(tidied, list(places))
        origin = _origins(tidied)
        return Found(tidied, [Mention(e, origin[start], origin[end]) for e, start, end in places])

    def _places(self, text: str) -> Iterator[Mention]:
        """The matches, by places in the text before it was marked."""
        marks, counted = 0, 0
        for pattern, start, end in self._automaton.find_matches_as_indexes(text):
            marks += text.count(BEGINS, counted, start + 1)
            begin = start + 1 - (2 * marks - 1)
            inner = text.count(BEGINS, start + 1, end)
            yield Mention(self._owners[pattern], begin, begin + end - start - 2 - 2 * inner)
            marks, counted = marks + inner, end


def _origins(text: str) -> list[int]:
    """For each place in the case-folded `text`, and its end, the place in `text` it came from."""
    origins: list[int] = []
    for index, char in enumerate(text):
        origins += [index] * len(char.casefold())
    return [*origins, len(text)]


def count(found: Found) -> dict[int, int]:
    """How often each entity is mentioned, in the order of their first mentions."""
    counts: dict[int, int] = {}
    for mention in found.mentions:
        counts[mention.entity] = counts.get(mention.entity, 0) + 1
    return counts
