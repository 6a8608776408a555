"""Which language a comment is in."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from undertone.languages.detector import MAX_CHARACTERS, UNKNOWN, Detector, words_of

COMMENTS = [
    ("I love this song so much", "en"),
    ("the transition at the end was clean af", "en"),
    ("Me encanta esta canción, la escucho todos los días", "es"),
    ("C'est vraiment n'importe quoi cette vidéo", "fr"),
    ("Das war mit Abstand das beste Video bisher", "de"),
    ("Che bella canzone, la ascolto tutti i giorni", "it"),
    ("Que música linda, não paro de ouvir", "pt"),
    ("Bagus sekali videonya, saya sangat suka", "id"),
    ("yeh gaana bahut accha hai", "hi"),
    ("bhai kya baat hai, maza aa gaya", "hi"),
    ("यह गाना बहुत अच्छा है और मुझे पसंद है", "hi"),
    ("هذا الفيديو رائع جدا", "ar"),
    ("Очень красиво, спасибо", "ru"),
    ("すごい", "ja"),
    ("너무 좋아요", "ko"),
    ("iPhone 너무 좋아요 진짜 대박", "ko"),
    ("bu video çok güzel olmuş", "tr"),
    ("@juan #love https://x.example/the-best Me gusta mucho esta idea", "es"),
    ("😍😍 Me gusta mucho esta idea 🔥", "es"),
]
WITHOUT_WORDS = [
    "", "   ", "😂😂😂", "❤️", "12:34", "...", "@ann", "#wow", "https://example.org/a", "&amp;",
    "\ud83d", "\x00", "\u200d\ufe0f", "5/10", "¡¡!!", "½", "②③", "٣٤", "x²"[1:],
]  # fmt: skip
TOO_FEW = ["first", "lol", "yikes", "brilliant", "unwatchable", "woah"]


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector()


@pytest.mark.parametrize(("text", "language"), COMMENTS)
def test_comments(detector: Detector, text: str, language: str) -> None:
    assert detector.detect(text).code == language


@pytest.mark.parametrize("text", WITHOUT_WORDS)
def test_what_has_no_words_is_in_no_language(detector: Detector, text: str) -> None:
    assert detector.detect(text) == (UNKNOWN, UNKNOWN)


@pytest.mark.parametrize("text", TOO_FEW)
def test_a_word_that_could_be_anything_is_not_taken_for_another_language(
    detector: Detector, text: str
) -> None:
    assert detector.detect(text).code in {UNKNOWN, "en"}


@pytest.mark.parametrize("text", ["красиво", "すごい", "สวย", "멋져", "جميل", "सुन्दर", "יפה"])
def test_one_word_in_another_script_is_never_given_to_a_latin_model(
    detector: Detector, text: str
) -> None:
    assert detector.detect(text).code not in {UNKNOWN, "en"}


def test_letter_case_and_line_breaks_make_no_difference(detector: Detector) -> None:
    assert detector.detect("ME ENCANTA\nESTA\r\nCANCIÓN").code == "es"


@pytest.mark.parametrize(
    "text",
    ["a" * 10_000_000, "@" * 1_000_000, "&" * 1_000_000, "a@" * 500_000, "http" * 300_000,
     "\ud800" * 1_000_000, "\u0301" * 1_000_000, "é " * 500_000],
)  # fmt: skip
def test_hostile_texts_take_no_time(detector: Detector, text: str) -> None:
    begin = time.process_time()
    detector.detect(text)
    assert time.process_time() - begin < 0.2


def test_only_the_beginning_of_a_long_text_is_looked_at() -> None:
    assert words_of("x" * MAX_CHARACTERS + " never") == ["x" * MAX_CHARACTERS]


def test_threads_get_the_same_answers(detector: Detector) -> None:
    texts = [text for text, _ in COMMENTS] * 50
    alone = [detector.detect(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(detector.detect, texts)) == alone


def real(name: str) -> list[str]:
    """The texts of a labelled set, if the data folder is there."""
    folder = os.environ.get("UNDERTONE_DATA")
    if not folder:
        pytest.skip("needs UNDERTONE_DATA")
    lines = (Path(folder) / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t", 1)[-1] for line in lines]


@pytest.mark.parametrize(
    ("name", "language", "least", "most_wrong"),
    [
        ("umsab/spanish_val.tsv", "es", 0.94, 0.02),
        ("umsab/french_val.tsv", "fr", 0.92, 0.02),
        ("umsab/italian_val.tsv", "it", 0.93, 0.02),
        ("umsab/arabic_val.tsv", "ar", 0.95, 0.03),
        ("umsab/portuguese_val.tsv", "pt", 0.85, 0.03),
        ("umsab/german_val.tsv", "de", 0.78, 0.06),
        ("semeval2017/val_text.txt", "en", 0.98, 0.005),
    ],
)
def test_real_tweets(
    detector: Detector, name: str, language: str, least: float, most_wrong: float
) -> None:
    found = [detector.detect(text).code for text in real(name)]
    right = found.count(language) / len(found)
    assert right >= least
    assert 1 - right - found.count(UNKNOWN) / len(found) <= most_wrong


def test_a_text_is_not_called_hindi_for_a_word(detector: Detector) -> None:
    assert detector.detect("we had to jump over the log to get home").code == "en"
    assert detector.detect("log log log log is what I hear all day long").code == "en"


@pytest.mark.parametrize(("text", "guess"), [("gracias", "es"), ("que lindo", "es"), ("lol", "en")])
def test_of_a_short_text_there_is_a_guess(detector: Detector, text: str, guess: str) -> None:
    assert detector.detect(text) == (UNKNOWN, guess)
