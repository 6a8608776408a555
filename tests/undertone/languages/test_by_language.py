"""Several analyzers as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from model.analyzer import Prediction, UnknownAnalyzer, Unread
from undertone.languages.by_language import ByLanguage
from undertone.languages.detector import UNKNOWN, Language


@dataclass
class Reading:
    """An analyzer that remembers its texts and likes them by `positive`."""

    model: str
    positive: float
    languages: Sequence[str] | None = None
    texts: list[str] = field(default_factory=list)

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        self.texts += texts
        return [Prediction(0.0, 1 - self.positive, self.positive, len(text)) for text in texts]


@dataclass
class Told(Reading):
    """One that wants to know the languages, and does not read Thai."""

    asked: list[tuple[str, str]] = field(default_factory=list)

    def predict_in(
        self, texts: Sequence[str], languages: Sequence[str]
    ) -> list[Prediction | Unread]:
        self.asked += zip(texts, languages, strict=True)
        read = self.predict(texts)
        return [
            Unread("th") if language == "th" else answer
            for answer, language in zip(read, languages, strict=True)
        ]


def by_prefix(text: str) -> Language:
    """The language of "es:hola" is es, and of "es?:hola" nobody is sure."""
    code = text.partition(":")[0]
    return Language(UNKNOWN, code[:-1]) if code.endswith("?") else Language(code, code)


TEXTS = ["en:a", "es:bb", "unknown:", "id:cccc", "en:d"]


def test_without_others_a_language_that_is_not_read_is_said() -> None:
    first = Reading("one@1", 0.9, ("en",))
    reader = ByLanguage(first, {}, pytest.fail, by_prefix)
    answers = reader.predict(TEXTS)
    assert first.texts == ["en:a", "unknown:", "en:d"]
    assert answers == [
        Prediction(0.0, 1 - 0.9, 0.9, 4, "en"),
        Unread("es"),
        Prediction(0.0, 1 - 0.9, 0.9, 8, "unknown"),
        Unread("id"),
        Prediction(0.0, 1 - 0.9, 0.9, 4, "en"),
    ]
    assert reader.model == "one@1"


def test_one_that_names_no_languages_reads_all() -> None:
    reader = ByLanguage(Reading("one@1", 0.9), {}, pytest.fail, by_prefix)
    assert [one.language for one in reader.predict(TEXTS)] == ["en", "es", "unknown", "id", "en"]


def test_the_rest_is_read_by_a_second_one_which_says_so() -> None:
    first, second = Reading("one@1", 0.9, ("en",)), Reading("two@2", 0.2, ("es", "en"))
    reader = ByLanguage(first, {"*": "two"}, {"two": second}.__getitem__, by_prefix)
    answers = reader.predict(TEXTS)
    assert second.texts == ["es:bb"]
    assert answers[1] == Prediction(0.0, 1 - 0.2, 0.2, 5, "es", "two@2")
    assert answers[3] == Unread("id")
    assert answers[0] == Prediction(0.0, 1 - 0.9, 0.9, 4, "en")


def test_a_text_of_uncertain_language_is_read_by_who_reads_the_likeliest() -> None:
    first, second = Reading("one@1", 0.9, ("en",)), Reading("two@2", 0.2, ("es",))
    reader = ByLanguage(first, {"*": "two"}, {"two": second}.__getitem__, by_prefix)
    answers = reader.predict(["es?:a", "id?:b", "en?:c"])
    assert (first.texts, second.texts) == (["id?:b", "en?:c"], ["es?:a"])
    assert [one.language for one in answers] == [UNKNOWN] * 3


def test_a_language_can_be_taken_from_the_first_one() -> None:
    first, second = Reading("one@1", 0.9), Reading("two@2", 0.2)
    reader = ByLanguage(first, {"en": "two"}, {"two": second}.__getitem__, by_prefix)
    reader.predict(TEXTS)
    assert (first.texts, second.texts) == (["es:bb", "unknown:", "id:cccc"], ["en:a", "en:d"])


def test_another_one_is_built_once_and_only_if_needed() -> None:
    built: list[str] = []

    def build(name: str) -> Reading:
        built.append(name)
        return Reading(name, 0.2)

    reader = ByLanguage(Reading("one@1", 0.9, ("en",)), {"*": "two"}, build, by_prefix)
    reader.predict(["en:a", "unknown:"])
    assert built == []
    reader.predict(TEXTS)
    reader.predict(TEXTS)
    assert built == ["two"]


def test_one_that_cannot_be_built_is_an_error_only_where_it_is_needed() -> None:
    def build(name: str) -> Reading:
        raise UnknownAnalyzer(f"no {name}")

    reader = ByLanguage(Reading("one@1", 0.9, ("en",)), {"*": "two"}, build, by_prefix)
    assert len(reader.predict(["en:a"])) == 1
    with pytest.raises(UnknownAnalyzer, match="no two"):
        reader.predict(["es:b"])


def test_one_that_wants_to_know_is_told_the_languages() -> None:
    service = Told("service@1", 0.5)
    reader = ByLanguage(service, {}, pytest.fail, by_prefix)
    answers = reader.predict(["es:a", "th:b", "unknown:"])
    assert service.asked == [("es:a", "es"), ("th:b", "th"), ("unknown:", "unknown")]
    assert answers[1] == Unread("th")


def test_an_answer_does_not_depend_on_the_company() -> None:
    first, second = Reading("one@1", 0.9, ("en",)), Reading("two@2", 0.2, ("es",))
    reader = ByLanguage(first, {"*": "two"}, {"two": second}.__getitem__, by_prefix)
    together = reader.predict(TEXTS)
    assert [reader.predict([text])[0] for text in TEXTS] == together
    assert reader.predict(TEXTS[::-1]) == together[::-1]
    assert reader.predict([]) == []


def test_a_wrong_number_of_answers_is_an_error() -> None:
    class Silent(Reading):
        def predict(self, texts: Sequence[str]) -> list[Prediction]:
            return []

    reader = ByLanguage(Silent("one@1", 0.9), {}, pytest.fail, by_prefix)
    with pytest.raises(ValueError, match="argument 2 is"):
        reader.predict(TEXTS)
