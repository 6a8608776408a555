"""Fields of a body, each checked by itself, so that an answer can name all that are wrong."""

from __future__ import annotations

from itertools import islice
from typing import Any

import msgspec

from undertone import wire
from undertone.errors import Rejected
from undertone.text import excerpt

MOST_NAMED = 1000
"""Wrong fields that one answer names at most, so that its size is bounded."""
_LONGEST = 300
"""Characters of a field's path, and of what is wrong with it: both may repeat what was sent."""


class Problems:
    """The wrong fields of a body: the first ones by name, the others only counted."""

    def __init__(self) -> None:
        self.count = 0
        self.is_exact = True
        """Whether each wrong field was counted; an object beyond those named counts as one."""
        self.named: dict[str, str] = {}
        """Path of a field (`posts[0].comments[3].text`) → what is wrong with it."""

    def add(self, path: str, problem: str) -> None:
        """Note what is wrong with the field at `path`."""
        self.count += 1
        if not self.is_full:
            self.named[excerpt(path[:_LONGEST], 200)] = problem[:_LONGEST]

    @property
    def is_full(self) -> bool:
        """Whether no more are named."""
        return len(self.named) >= MOST_NAMED

    def add_object(self) -> None:
        """Note that an object has wrong fields, one or more of them."""
        self.count += 1
        self.is_exact = False


def bad_fields(problems: Problems) -> Rejected:
    """The error whose answer names the first of `problems` and says how many more there are."""
    count = f"{problems.count:,} fields are" if problems.count > 1 else "1 field is"
    named = ", ".join(islice(problems.named, 5)) + (" …" if problems.count > 5 else "")
    more = problems.count - len(problems.named)
    rest = f"; {more:,} more than the {MOST_NAMED:,} that are listed" if more else ""
    least = "" if problems.is_exact else "at least "
    return Rejected(f"{least}{count} wrong: {named}{rest}", problems.named)


def read_object[T: msgspec.Struct](
    raw: object, kind: type[T], path: str, problems: Problems
) -> T | None:
    """`raw`, which stands at `path`, as a `kind`.

    None if it is not valid; each of its wrong fields is then in `problems`, unless that is full.
    """
    try:
        return wire.convert(raw, kind)
    except msgspec.ValidationError:
        if problems.is_full:
            problems.add_object()
        else:
            _name_wrong_fields(raw, kind, path, problems)
        return None


def _name_wrong_fields(
    raw: object, kind: type[msgspec.Struct], path: str, problems: Problems
) -> None:
    known = {field.name: field for field in msgspec.structs.fields(kind)}
    if not isinstance(raw, dict):
        problems.add(path, f"must be an object with {', '.join(known)}")
        return
    for name in sorted(raw.keys() - known.keys()):
        problems.add(f"{path}.{name}", f"is not known; fields are {', '.join(known)}")
    for name, field in known.items():
        if name in raw:
            if problem := problem_of(raw[name], field.type):
                problems.add(f"{path}.{name}", problem)
        elif field.required:
            problems.add(f"{path}.{name}", "is missing")


def problem_of(raw: object, kind: Any, *, strict: bool = True) -> str:
    """What is wrong with `raw` as a `kind`; empty if nothing is."""
    try:
        wire.convert(raw, kind, strict=strict)
    except msgspec.ValidationError as error:
        return str(error).replace(" - at `$", " - at `")
    return ""
