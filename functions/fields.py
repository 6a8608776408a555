"""Fields of a body, each checked by itself, so that an answer can name all that are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args, get_origin

import msgspec

from undertone import wire
from undertone.errors import Rejected

MOST_NAMED = 1000
"""Wrong fields that one answer names at most, so that its size is bounded."""

Problems = dict[str, str]
"""Path of a field (`posts[0].comments[3].text`) → what is wrong with it."""


def bad_fields(problems: Mapping[str, str]) -> Rejected:
    """The error whose answer names all of `problems`."""
    count = f"{len(problems)} fields are" if len(problems) > 1 else "1 field is"
    more = "at least " if len(problems) >= MOST_NAMED else ""
    named = ", ".join(list(problems)[:5]) + (" …" if len(problems) > 5 else "")
    return Rejected(f"{more}{count} wrong: {named}", dict(problems))


def read_object[T: msgspec.Struct](
    raw: object, kind: type[T], path: str, problems: Problems
) -> T | None:
    """`raw`, which stands at `path`, as a `kind`.

    None if it is not valid; each of its wrong fields is then in `problems`.
    """
    try:
        return wire.convert(raw, kind)
    except msgspec.ValidationError:
        _name_wrong_fields(raw, kind, path, problems)
        return None


def _name_wrong_fields(
    raw: object, kind: type[msgspec.Struct], path: str, problems: Problems
) -> None:
    known = {field.name: field for field in msgspec.structs.fields(kind)}
    if not isinstance(raw, dict):
        problems[path] = f"must be an object with {', '.join(known)}"
        return
    for name in raw.keys() - known.keys():
        problems[f"{path}.{name}"] = f"is not known; fields are {', '.join(known)}"
    for name, field in known.items():
        if name in raw:
            _name_wrong_values(raw[name], field.type, f"{path}.{name}", problems)
        elif field.required:
            problems[f"{path}.{name}"] = "is missing"


def _name_wrong_values(raw: object, kind: Any, path: str, problems: Problems) -> None:
    """Add the problems of one field, and those of each object in it if it is a list of objects."""
    inner = get_args(kind)[0] if get_origin(kind) is list else None
    if isinstance(raw, list) and isinstance(inner, type) and issubclass(inner, msgspec.Struct):
        for index, item in enumerate(raw):
            if len(problems) >= MOST_NAMED:
                return
            read_object(item, inner, f"{path}[{index}]", problems)
        return
    if problem := problem_of(raw, kind):
        problems[path] = problem


def problem_of(raw: object, kind: Any, *, strict: bool = True) -> str:
    """What is wrong with `raw` as a `kind`; empty if nothing is."""
    try:
        wire.convert(raw, kind, strict=strict)
    except msgspec.ValidationError as error:
        return str(error).replace(" - at `$", " - at `")
    return ""
