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

from model.analyzer import AnalyzerError, Prediction, Unavailable, Unread
from model.text import plain

DOCUMENTS = 10
"""The service's limit of documents a call."""
CHARACTERS = 5120
"""The service's limit of characters a document."""
_TRY_LATER = {408, 429, 500, 502, 503, 504}
_RETRIES = 2
"""By the client itself, for brief failures; the pipeline waits out longer ones."""
_UNSUPPORTED = "UnsupportedLanguageCode"
UNKNOWN = "unknown"
_CODES = {"zh": "zh-hans", UNKNOWN: ""}
"""ISO 639 codes that the service calls otherwise; empty for the language of the settings."""
_EMPTY = Prediction(0.0, 1.0, 0.0)
"""The answer for a text without content, which the service refuses."""


class _Piece(NamedTuple):
    """A part of a text, short enough for one document."""

    text_index: int
    content: str
    language: str
    """As the service calls it."""


class AzureLanguageAnalyzer:
    """Sentiment by Azure AI Language; see Analyzer."""

    def __init__(self, client: TextAnalyticsClient, language: str = "en") -> None:
        self._client = client
        self._language = language
        self._version = "latest"

    @classmethod
    def connect(cls, endpoint: str, key: str, language: str) -> Self:
        """A client with this key, or with the app's managed identity if `key` is empty.

        `language`: ISO 639-1, of the comments.
        """
        credential = AzureKeyCredential(key) if key else DefaultAzureCredential()
        return cls(TextAnalyticsClient(endpoint, credential, retry_total=_RETRIES), language)

    @property
    def model(self) -> str:
        """With the version that the service's last answer named, `latest` before the first."""
        return f"azure-language@{self._version}"

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """See Analyzer.predict. Raises Unavailable (throttled, not reached) or AnalyzerError."""
        answers = self.predict_in(texts, [UNKNOWN] * len(texts))
        read = [answer for answer in answers if isinstance(answer, Prediction)]
        if len(read) < len(texts):
            raise AnalyzerError(
                f"Azure AI Language does not read {self._language!r}: check LANGUAGE_CODE"
            )
        return read

    def predict_in(
        self, texts: Sequence[str], languages: Sequence[str]
    ) -> list[Prediction | Unread]:
        """See Multilingual.predict_in; texts of unknown language are in the one of the settings."""
        pieces = [
            piece
            for index, (text, language) in enumerate(zip(texts, languages, strict=True))
            for piece in _split(index, text, _CODES.get(language, language) or self._language)
        ]
        answers: list[list[tuple[_Piece, Any]]] = [[] for _ in texts]
        for batch in batched(pieces, DOCUMENTS, strict=False):
            for piece, scores in zip(batch, self._score(batch), strict=True):
                answers[piece.text_index].append((piece, scores))
        return [
            _weighted_mean(parts, language)
            for parts, language in zip(answers, languages, strict=True)
        ]

    def _score(self, batch: Sequence[_Piece]) -> list[Any]:
        try:
            results = self._client.analyze_sentiment(
                [
                    {"id": str(number), "text": piece.content, "language": piece.language}
                    for number, piece in enumerate(batch)
                ],
                disable_service_logs=True,
                raw_response_hook=self._note_version,
            )
        except ClientAuthenticationError as error:
            raise AnalyzerError(
                f"Azure AI Language refused the key or identity ({error.reason}): check the key "
                "in Key Vault and that it belongs to the configured endpoint"
            ) from error
        except HttpResponseError as error:
            raise _translated(error) from error
        except (ServiceRequestError, ServiceResponseError) as error:
            raise Unavailable(f"Azure AI Language cannot be reached: {error.message}") from error
        by_id = {one.id: _scores(one) for one in results}  # in any order
        return [by_id[str(number)] for number in range(len(batch))]

    def _note_version(self, response: Any) -> None:
        self._version = response.model_version or self._version


def _split(text_index: int, text: str, language: str) -> Iterator[_Piece]:
    cleaned = plain(text)
    for start in range(0, len(cleaned), CHARACTERS):
        content = cleaned[start : start + CHARACTERS]
        if content.strip():
            yield _Piece(text_index, content, language)


def _scores(result: Any) -> Any:
    """A document's scores; None where the service does not read its language."""
    if isinstance(result, DocumentError):
        if result.error.code == _UNSUPPORTED:
            return None
        raise AnalyzerError(
            f"Azure AI Language refused a text ({result.error.code}): {result.error.message}"
        )
    return result.confidence_scores


def _weighted_mean(parts: list[tuple[_Piece, Any]], language: str) -> Prediction | Unread:
    """The parts' mean by length, scaled to a sum of 1: the service rounds to two decimals."""
    if not parts:
        return _EMPTY
    if any(scores is None for _, scores in parts):
        return Unread(language)
    sums = [0.0, 0.0, 0.0]
    for piece, scores in parts:
        for column, share in enumerate((scores.negative, scores.neutral, scores.positive)):
            sums[column] += share * len(piece.content)
    total = sum(sums)
    negative, neutral, positive = (share / total for share in sums)
    return Prediction(negative, neutral, positive, windows=len(parts))


def _translated(error: HttpResponseError) -> AnalyzerError:
    """The service's error as one of ours: Unavailable where another try may help."""
    if error.status_code not in _TRY_LATER:
        first_line = error.message.splitlines()[0]
        return AnalyzerError(
            f"Azure AI Language answered {error.status_code} ({error.reason}): {first_line}; "
            "check the configured endpoint and language"
        )
    headers = getattr(error.response, "headers", {})
    retry_after = headers.get("Retry-After", "")
    return Unavailable(
        f"Azure AI Language answered {error.status_code} ({error.reason}): try again later",
        float(retry_after) if retry_after.isdigit() else None,
    )
