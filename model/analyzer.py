"""What every analyzer is: texts in, three probabilities a text out; and how one is chosen by name.

Importing this imports neither numpy nor onnxruntime: the app does so at every cold start.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

MODEL = "model.onnx"
"""An artifact's graph."""
ARTIFACTS = Path(__file__).with_name("artifacts")
"""Models that come with the app, a folder each."""
NAMES = (
    "compact, vader, azure, roberta, a folder with a manifest.json, the name of a stored model, "
    "or package.module:factory"
)


class Prediction(NamedTuple):
    """Calibrated probabilities that sum to 1 (within 1e-6)."""

    negative: float
    neutral: float
    positive: float
    windows: int = 1
    """More than 1: the text was longer than the model's window and was scored in parts."""


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


class AnalyzerError(Exception):
    """Base of what can go wrong with an analyzer; says what is wrong with which and the cure."""


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


class LanguageService(NamedTuple):
    """Where Azure AI Language answers for us; an empty key means the app's managed identity."""

    endpoint: str
    key: str = ""
    language: str = "en"
    """ISO 639-1, of the comments."""


Fetch = Callable[[str], Path]
"""Brings the stored model of that name to this machine and gives its folder."""


def build(
    choice: str, *, fetch: Fetch | None = None, azure: LanguageService | None = None
) -> Analyzer:
    """The analyzer that `choice` names, loaded and ready: see NAMES.

    A name that is neither bundled nor a folder is given to `fetch`. Raises UnknownAnalyzer, or
    ArtifactError where a model's files are not what they should be.
    """
    if choice == "vader":
        from model.vader import VaderAnalyzer  # noqa: PLC0415 - only what is chosen is imported

        return VaderAnalyzer()
    if choice == "azure":
        return _azure(azure)
    if re.fullmatch(r"[\w.]+:\w+", choice):
        return _own(choice)
    return _artifact(_folder(choice, fetch))


def _artifact(folder: Path) -> Analyzer:
    """The files are loaded while what runs them is imported."""
    from model.loading import Loading  # noqa: PLC0415 - only what is chosen is imported

    loading = Loading(folder)
    from model.onnx import OnnxAnalyzer  # noqa: PLC0415 - beside the files, see above

    return OnnxAnalyzer(loading.parts())


def _own(choice: str) -> Analyzer:
    """An analyzer of one's own, as `package.module:factory`."""
    module, _, factory = choice.partition(":")
    try:
        analyzer: Analyzer = getattr(importlib.import_module(module), factory)()
    except (ImportError, AttributeError) as error:
        raise UnknownAnalyzer(
            f"analyzer {choice!r} must be `package.module:factory` of something that can be "
            f"imported: {error}"
        ) from error
    return analyzer


def _azure(service: LanguageService | None) -> Analyzer:
    if service is None or not service.endpoint:
        raise UnknownAnalyzer(
            "analyzer 'azure' needs the endpoint of an Azure AI Language resource and its key "
            "(or a managed identity): set them, or choose 'compact'"
        )
    from model.azure_language import AzureLanguageAnalyzer  # noqa: PLC0415 - only if chosen

    return AzureLanguageAnalyzer.connect(service)


def _folder(choice: str, fetch: Fetch | None) -> Path:
    bundled = ARTIFACTS / choice
    for folder in (Path(choice), bundled):
        if choice and (folder / "manifest.json").is_file():
            return folder
    if fetch is None or not choice or "/" in choice or "\\" in choice:
        raise UnknownAnalyzer(
            f"no analyzer {choice!r}: choose {NAMES}. A folder is made by `./dev model export`"
        )
    return fetch(choice)
