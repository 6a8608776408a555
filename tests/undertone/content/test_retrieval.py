"""Which comments speak of what a prompt asks about."""

from __future__ import annotations

from math import log

import pytest

from tests.undertone.content.conftest import JOBS, comments_of
from undertone.content.retrieval import prompt_terms, rank, words

SHOES = JOBS["shoes"].comments
FLAT = (0.1, 0.8, 0.1)


def found(prompt: str) -> list[str]:
    return [hit.comment.text for hit in rank(prompt, SHOES).hits]


def test_the_words_of_instructions_are_not_sought() -> None:
    prompt = "Please write a short post about what people say about the delivery and PRICES"
    assert prompt_terms(prompt) == ("delivery", "prices")
    assert prompt_terms("What do people think?") == ()


def test_comments_with_the_words_are_found_and_no_others() -> None:
    assert set(found("delivery")) == {text for text in (c.text for c in SHOES) if "elivery" in text}
    assert set(found("prices")) == {"The price is a joke", "Good price for real leather"}
    assert found("penguins") == []


@pytest.mark.parametrize(
    ("prompt", "text"), [("颜色", "颜色很漂亮 质量也好"), ("اللون", "أحب اللون والجودة")]
)
def test_other_scripts(prompt: str, text: str) -> None:
    assert found(prompt) == [text]


def test_scripts_without_spaces_are_read_by_pairs() -> None:
    assert words("颜色很 ok") == ["颜色", "色很", "ok"]


def test_the_order_is_that_of_bm25() -> None:
    texts = ["tea tea and cake", "tea", "cake with a very long tail of words behind it", "water"]
    comments = comments_of([(text, FLAT) for text in texts])
    hits = rank("tea cake", comments).hits
    lengths = [4, 1, 10, 1]
    mean = sum(lengths) / 4

    def weight(containing: int) -> float:
        return log(1 + (4 - containing + 0.5) / (containing + 0.5))

    def term(times: int, length: int) -> float:
        return times * 2.2 / (times + 1.2 * (0.25 + 0.75 * length / mean))

    expected = {
        texts[0]: weight(2) * term(2, 4) + weight(2) * term(1, 4),
        texts[1]: weight(2) * term(1, 1),
        texts[2]: weight(2) * term(1, 10),
    }
    assert {hit.comment.text: hit.score for hit in hits} == pytest.approx(expected)
    assert [hit.comment.text for hit in hits] == sorted(expected, key=lambda t: -expected[t])


def test_words_that_are_everywhere_decide_nothing() -> None:
    comments = comments_of([(f"shoes number{n}", FLAT) for n in range(30)])
    ranking = rank("shoes number7", comments)
    assert [hit.comment.text for hit in ranking.hits] == ["shoes number7"]
    assert ranking.missing == ()


def test_what_no_comment_has_is_known() -> None:
    ranking = rank("delivery to Antarctica", SHOES)
    assert (ranking.found, ranking.missing) == (("delivery",), ("antarctica",))
