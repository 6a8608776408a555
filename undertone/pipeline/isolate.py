"""Which texts of a chunk cannot be scored: found by halving, so that the others are scored.

Used only once a call for the whole chunk has failed. A text's score does not depend on the texts
beside it (decision 10), so the others get the scores that they would have had.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from model.analyzer import AnalyzerError, Unavailable
from undertone.errors import UndertoneError
from undertone.scrubbing import scrub
from undertone.text import excerpt

LATER = (Unavailable, UndertoneError, MemoryError)
"""Failures that say nothing of a text: the chunk is tried again later, as a whole."""
HALVINGS = 64
"""Calls after which groups that fail are no longer halved: their texts are tried one by one."""


class Unscorable(NamedTuple):
    """What stands in for the score of a text that the analyzer fails at."""

    error: Exception


type Scoring[T] = Callable[[Sequence[str]], list[T | Unscorable]]
"""Scores texts together; raises if it can score none of them."""


def isolate[T](
    score: Scoring[T], texts: Sequence[str], failure: Exception, probe: str
) -> list[T | Unscorable]:
    """A score or a reason for each text, after `score(texts)` has failed with `failure`.

    Raises `failure` if not the texts are to blame but the analyzer: it must score a harmless text
    of ours both before and after. `probe` makes it one that no cache knows. Failures in LATER are
    raised as they are. Makes at most HALVINGS calls and about two for each text.
    """
    _check(score, f"I like it, says {probe}", failure)
    different = list(dict.fromkeys(texts))
    outcomes = _outcomes(score, different)
    if any(isinstance(outcome, Unscorable) for outcome in outcomes):
        _check(score, f"I like it, says {probe} again", failure)
    by_text = dict(zip(different, outcomes, strict=True))
    return [by_text[text] for text in texts]


def reason_of(error: Exception) -> str:
    """The error in a few words that hold no comment's text and no secret.

    Libraries quote what they fail at. So of an error that is not ours only the kind is told.
    """
    if isinstance(error, UndertoneError | AnalyzerError):
        return excerpt(scrub(f"{type(error).__name__}: {error}"))
    return type(error).__name__


def _check[T](score: Scoring[T], harmless: str, failure: Exception) -> None:
    try:
        score([harmless])
    except LATER:
        raise
    except Exception as error:
        raise failure from error


def _outcomes[T](score: Scoring[T], texts: Sequence[str]) -> list[T | Unscorable]:
    outcomes: list[T | Unscorable] = [Unscorable(ValueError())] * len(texts)
    groups, calls = _parts(range(len(texts)), 2), 0
    while groups:
        group = groups.pop()
        calls += 1
        try:
            outcomes[group.start : group.stop] = score(texts[group.start : group.stop])
        except LATER:
            raise
        except Exception as error:  # noqa: BLE001 - anything may be wrong with a text
            if len(group) == 1:
                outcomes[group.start] = Unscorable(error)
            else:
                groups += _parts(group, 2 if calls < HALVINGS else len(group))
    return outcomes


def _parts(group: range, count: int) -> list[range]:
    size = -(-len(group) // count)
    return [group[start : start + size] for start in range(0, len(group), size)]
