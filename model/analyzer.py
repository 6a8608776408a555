"""The protocol of all analyzers: texts in, three probabilities a text out. And what may go wrong.

Imports nothing of the project, and nothing heavy: the app imports it at every cold start.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable


class Prediction(NamedTuple):
    """Calibrated probabilities that sum to 1 (within 1e-6)."""

    negative: float
    neutral: float
    positive: float
    windows: int = 1
    """More than 1: the text was longer than the model's window and was scored in parts."""
    language: str = ""
    """ISO 639 code, `unknown`, or empty where nobody has looked."""
    model: str = ""
    """Of several analyzers that are used as one: the `model` of the one that read this text."""


class Unread(NamedTuple):
    """Stands in for a prediction: the text is in a language that the analyzer does not read."""

    language: str


class Line(NamedTuple):
    """What people say of a set of comments, by what a model says: `offset + slope * x ± spread`."""

    offset: float
    slope: float
    spread: float
    """Standard deviation of what is left, over kinds of comments that were left out of the fit."""


class Calibration(NamedTuple):
    """How an analyzer errs on whole sets of comments, measured on labelled ones of many kinds.

    An analyzer may have one as its attribute `calibration`; `./dev model calibrate` makes it.
    """

    domains: int
    """Kinds of comments on which it was measured."""
    mean: Line
    """Of the share labelled positive minus the share labelled negative."""
    negative: Line
    neutral: Line
    positive: Line
    """Of the share with this label."""


class Analyzer(Protocol):
    """A ready classifier; safe to call from several threads."""

    @property
    def model(self) -> str:
        """Name and revision, `compact@1f2e3d4c`: tells two sets of scores apart."""

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction a text, in the order given; any text has an answer, the empty one too.

        The same texts always give the same predictions, whatever was predicted before. An
        analyzer behind a service may raise Unavailable.
        """


def calibration_of(analyzer: Reader, model: str) -> Calibration | None:
    """What is known of how `model` errs on whole sets of comments; None of one that does not say.

    `model` is `analyzer` itself, or one of those it is made of.
    """
    several = getattr(analyzer, "calibrations", None)
    found = several.get(model) if several is not None else getattr(analyzer, "calibration", None)
    return found if isinstance(found, Calibration) else None


class Reader(Protocol):
    """What the pipeline asks: an analyzer, or several as one, which may leave texts unread."""

    @property
    def model(self) -> str:
        """As Analyzer.model."""

    def predict(self, texts: Sequence[str]) -> Sequence[Prediction | Unread]:
        """As Analyzer.predict; Unread for a text in a language that nobody reads."""


@runtime_checkable
class Multilingual(Protocol):
    """An analyzer that wants to be told each text's language."""

    def predict_in(
        self, texts: Sequence[str], languages: Sequence[str]
    ) -> Sequence[Prediction | Unread]:
        """As Reader.predict; `languages` are the texts' ISO 639 codes, or `unknown`."""


def languages_of(analyzer: Analyzer) -> frozenset[str] | None:
    """The languages that an analyzer says it reads (its attribute `languages`).

    None where it says nothing: it is given every text.
    """
    languages = getattr(analyzer, "languages", None)
    return None if languages is None else frozenset(languages)


class AnalyzerError(Exception):
    """Base of what can go wrong with an analyzer; the message names the thing and the cure."""


class UnknownAnalyzer(AnalyzerError):  # noqa: N818 - an answer to a setting
    """The configured name or path leads to no analyzer."""


class ArtifactError(AnalyzerError):
    """A model's folder is not what its manifest says, or has none."""


class Unavailable(AnalyzerError):  # noqa: N818 - "later", not a fault
    """A service behind an analyzer cannot answer now; the same texts may be sent again.

    `retry_after`: seconds that the service asks to be left alone, None where it does not say.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
