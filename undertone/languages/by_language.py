"""Several analyzers as one: each text is read by one that reads its language, or by none.

To the pipeline this is an analyzer like any other. A text whose language is not certain is always
read, by who reads the likeliest one: better a short text too many than one refused that is plain
English.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence

from model.analyzer import Analyzer, Multilingual, Prediction, Unread, languages_of
from undertone.languages.choice import REST
from undertone.languages.detector import UNKNOWN, Language

FIRST = ""
"""Stands for the name of the first analyzer."""
Build = Callable[[str], Analyzer]
Detect = Callable[[str], Language]


class ByLanguage:
    """See Analyzer. Other analyzers than the first are built when a text first needs them."""

    def __init__(
        self, first: Analyzer, others: Mapping[str, str], build: Build, detect: Detect
    ) -> None:
        """`others`: language, or REST, to the name of the analyzer that reads it."""
        self._first = first
        self._languages = languages_of(first)
        self._others = others
        self._build = build
        self._detect = detect
        self._built: dict[str, Analyzer] = {}
        self._lock = threading.Lock()

    @property
    def model(self) -> str:
        """Of the first one; predictions of others say theirs."""
        return self._first.model

    @property
    def calibrations(self) -> dict[str, object]:
        """By model what each analyzer that has read something says of its errors."""
        with self._lock:
            built = [self._first, *self._built.values()]
        return {one.model: getattr(one, "calibration", None) for one in built}

    def predict(self, texts: Sequence[str]) -> list[Prediction | Unread]:
        """See Analyzer.predict."""
        detected = [self._detect(text) for text in texts]
        places: dict[str | None, list[int]] = {}
        for place, language in enumerate(detected):
            places.setdefault(self._reader(language), []).append(place)
        found: list[Prediction | Unread] = [Unread(language.code) for language in detected]
        for name, chosen in places.items():
            if name is not None:
                part = [texts[place] for place in chosen]
                codes = [detected[place].code for place in chosen]
                answers = self._read(self._analyzer(name), part, codes)
                for place, answer in zip(chosen, answers, strict=True):
                    found[place] = answer
        return found

    def _reader(self, language: Language) -> str | None:
        """The name of the analyzer that reads it, FIRST for the first one; None: there is none."""
        if language.code != UNKNOWN:
            return self._reader_of(language.code)
        if language.guess == UNKNOWN:
            return FIRST
        return self._reader_of(language.guess) or FIRST

    def _reader_of(self, language: str) -> str | None:
        name = self._others.get(language)
        if name is None:
            if self._languages is None or language in self._languages:
                return FIRST
            name = self._others.get(REST)
        if name is None:
            return None
        reads = languages_of(self._analyzer(name))
        return name if reads is None or language in reads else None

    def _analyzer(self, name: str) -> Analyzer:
        if name == FIRST:
            return self._first
        with self._lock:
            if name not in self._built:
                self._built[name] = self._build(name)
            return self._built[name]

    def _read(
        self, analyzer: Analyzer, texts: list[str], languages: list[str]
    ) -> list[Prediction | Unread]:
        if isinstance(analyzer, Multilingual):
            answers = analyzer.predict_in(texts, languages)
        else:
            answers = analyzer.predict(texts)
        model = "" if analyzer is self._first else analyzer.model
        return [
            answer
            if isinstance(answer, Unread)
            else answer._replace(language=language, model=model)
            for answer, language in zip(answers, languages, strict=True)
        ]
