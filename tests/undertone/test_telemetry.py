"""Languages as words of a metric, and telemetry that tells nobody."""

from __future__ import annotations

import pytest

from undertone.telemetry import SILENT, Metric, languages


def test_languages_are_counted_by_their_first_part() -> None:
    codes = ["en", "en-GB", "EN_us", "", "", "pt-BR", "gsw"]
    assert languages(codes) == {"en": 3, "und": 2, "pt": 1, "gsw": 1}


@pytest.mark.parametrize("code", ["english", "e", "-", "12", "x" * 1000, "日本", "e n", "'"])
def test_what_is_no_code_makes_no_word_of_its_own(code: str) -> None:
    assert languages([code]) == {"other": 1}


def test_without_telemetry_a_callers_trace_is_handed_on() -> None:
    with SILENT.span("name", "00-parent", {}, step="fetch") as traceparent:
        assert traceparent == "00-parent"
    SILENT.count(Metric.LANGUAGES, 3, language="en")
    SILENT.record(Metric.JOB, 3.0, status="completed")
