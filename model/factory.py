"""Builds the analyzer that a setting names.

Importing this imports neither numpy nor onnxruntime: the app does so at every cold start. An
analyzer's own module is imported when it is built.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from model.analyzer import Analyzer, UnknownAnalyzer
from model.encoder import Encoder

ARTIFACTS = Path(__file__).with_name("artifacts")
"""Models that come with the app, a folder each."""
NAMES = (
    "compact, compact-multilingual, vader, azure, roberta, a folder with a manifest.json, the name "
    "of a stored model, or package.module:factory"
)
"""What may be chosen, for messages."""
Fetch = Callable[[str], Path]
"""Brings the stored model of that name to this machine and returns its folder."""


class LanguageService(NamedTuple):
    """An Azure AI Language resource; an empty key means the app's managed identity."""

    endpoint: str
    key: str = ""
    language: str = "en"
    """ISO 639-1, of the comments."""


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
        return _azure_analyzer(azure)
    if re.fullmatch(r"[\w.]+:\w+", choice):
        return _custom_analyzer(choice)
    return _onnx_analyzer(_artifact_folder(choice, fetch))


def build_encoder() -> Encoder:
    """The bundled sentence encoder, loaded and ready. Raises ArtifactError."""
    from model.onnx_encoder import OnnxEncoder  # noqa: PLC0415 - only where it is asked for

    return OnnxEncoder.load(ARTIFACTS / "minilm")


def _onnx_analyzer(folder: Path) -> Analyzer:
    from model.loading import Loading  # noqa: PLC0415 - only what is chosen is imported

    loading = Loading(folder)
    from model.onnx_analyzer import OnnxAnalyzer  # noqa: PLC0415 - while the files are loaded

    return OnnxAnalyzer(loading.parts())


def _custom_analyzer(choice: str) -> Analyzer:
    """An analyzer of somebody else's, as `package.module:factory`."""
    module, _, factory = choice.partition(":")
    try:
        analyzer: Analyzer = getattr(importlib.import_module(module), factory)()
    except (ImportError, AttributeError) as error:
        raise UnknownAnalyzer(
            f"analyzer {choice!r} must be `package.module:factory` of something that can be "
            f"imported: {error}"
        ) from error
    return analyzer


def _azure_analyzer(service: LanguageService | None) -> Analyzer:
    if service is None or not service.endpoint:
        raise UnknownAnalyzer(
            "analyzer 'azure' needs the endpoint of an Azure AI Language resource and its key "
            "(or a managed identity): set them, or choose 'compact'"
        )
    from model.azure_language import AzureLanguageAnalyzer  # noqa: PLC0415 - only if chosen

    return AzureLanguageAnalyzer.connect(service.endpoint, service.key, service.language)


def _artifact_folder(choice: str, fetch: Fetch | None) -> Path:
    for folder in (Path(choice), ARTIFACTS / choice):
        if choice and (folder / "manifest.json").is_file():
            return folder
    if fetch is None or not choice or "/" in choice or "\\" in choice:
        raise UnknownAnalyzer(
            f"no analyzer {choice!r}: choose {NAMES}. A folder is made by `./dev model export`"
        )
    return fetch(choice)
