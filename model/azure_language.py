"""Azure AI Language as an analyzer: a paid service that scores many languages.

A choice, never a fallback. Its texts leave the machine; service-side logging of them is off.
API: https://learn.microsoft.com/azure/ai-services/language-service/sentiment-opinion-mining/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import batched
from typing import Any, NamedTuple, Self

from azure.ai.textanalytics import DocumentError, TextAnalyticsClient
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.identity import DefaultAzureCredential

from model.analyzer import AnalyzerError, LanguageService, Prediction, Unavailable
from model.text import plain

DOCUMENTS = 10
"""Most documents that one call may hold."""
CHARACTERS = 5120
"""Most characters that one document may hold."""
_TRY_LATER = {408, 429, 500, 502, 503, 504}
_RETRIES = 2
"""Of the client itself, for blips; a longer throttle is the pipeline's to wait out."""
_NOTHING = Prediction(0.0, 1.0, 0.0)
"""The answer for a text without content, which the service refuses."""


class _Piece(NamedTuple):
    """A part of a text, short enough for one document."""

    text: int
    content: str


class AzureLanguageAnalyzer:
    """Sentiment by Azure AI Language; see Analyzer."""

    def __init__(self, client: TextAnalyticsClient, language: str = "en") -> None:
        self._client = client
        self._language = language
        self._version = "latest"

    @classmethod
    def connect(cls, service: LanguageService) -> Self:
        """A client with the service's key, or with the app's identity where there is none."""
        credential = AzureKeyCredential(service.key) if service.key else DefaultAzureCredential()
        client = TextAnalyticsClient(service.endpoint, credential, retry_total=_RETRIES)
        return cls(client, service.language)

    @property
    def model(self) -> str:
        """With the version that the service named in its last answer, `latest` before the first."""
        return f"azure-language@{self._version}"

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """See Analyzer.predict. Raises Unavailable (throttled, out of order) and AnalyzerError."""
        pieces = [piece for place, text in enumerate(texts) for piece in _pieces(place, text)]
        answers: list[list[tuple[_Piece, Any]]] = [[] for _ in texts]
        for batch in batched(pieces, DOCUMENTS, strict=False):
            for piece, scores in zip(batch, self._scored(batch), strict=True):
                answers[piece.text].append((piece, scores))
        return [_combined(parts) if parts else _NOTHING for parts in answers]

    def _scored(self, batch: Sequence[_Piece]) -> list[Any]:
        try:
            results = self._client.analyze_sentiment(
                [{"id": str(place), "text": one.content} for place, one in enumerate(batch)],
                language=self._language,
                disable_service_logs=True,
                raw_response_hook=self._note_version,
            )
        except ClientAuthenticationError as error:
            raise AnalyzerError(
                f"Azure AI Language refused the key or identity ({error.reason}): check the key "
                "in Key Vault and that it belongs to the configured endpoint"
            ) from error
        except HttpResponseError as error:
            raise _refusal(error) from error
        except (ServiceRequestError, ServiceResponseError) as error:
            raise Unavailable(f"Azure AI Language cannot be reached: {error.message}") from error
        by_id = {one.id: _scores(one) for one in results}  # the answer's order is its own
        return [by_id[str(place)] for place in range(len(batch))]

    def _note_version(self, response: Any) -> None:
        self._version = response.model_version or self._version


def _pieces(place: int, text: str) -> Iterator[_Piece]:
    cleaned = plain(text)
    for start in range(0, len(cleaned), CHARACTERS):
        content = cleaned[start : start + CHARACTERS]
        if content.strip():
            yield _Piece(place, content)


def _scores(result: Any) -> Any:
    if isinstance(result, DocumentError):
        raise AnalyzerError(
            f"Azure AI Language refused a text ({result.error.code}): {result.error.message}"
        )
    return result.confidence_scores


def _combined(parts: list[tuple[_Piece, Any]]) -> Prediction:
    """The parts' mean by length, brought to a sum of 1: the service rounds to two places."""
    sums = [0.0, 0.0, 0.0]
    for piece, scores in parts:
        for place, share in enumerate((scores.negative, scores.neutral, scores.positive)):
            sums[place] += share * len(piece.content)
    together = sum(sums)
    negative, neutral, positive = (share / together for share in sums)
    return Prediction(negative, neutral, positive, windows=len(parts))


def _refusal(error: HttpResponseError) -> AnalyzerError:
    if error.status_code not in _TRY_LATER:
        said = error.message.splitlines()[0]
        return AnalyzerError(
            f"Azure AI Language answered {error.status_code} ({error.reason}): {said}; "
            "check the configured endpoint and language"
        )
    headers = getattr(error.response, "headers", {})
    told = headers.get("Retry-After", "")
    return Unavailable(
        f"Azure AI Language answered {error.status_code} ({error.reason}): try again later",
        float(told) if told.isdigit() else None,
    )
