"""The tree of errors, as its module draws it."""

from __future__ import annotations

import inspect
import re

from undertone import errors
from undertone.errors import UndertoneError


def test_every_error_is_in_the_drawing_below_its_parent() -> None:
    drawn: dict[str, str] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        if found := re.match(r"    ([│ ]*(?:[├└]── )?)([A-Z]\w+)", line):
            depth = len(found[1]) // 4
            above[depth:] = [found[2]]
            drawn[found[2]] = above[depth - 1] if depth else "Exception"
    defined = {
        name: error.__mro__[1].__name__
        for name, error in vars(errors).items()
        if inspect.isclass(error) and issubclass(error, UndertoneError)
    }
    assert drawn == defined
    assert len(defined) >= 10
