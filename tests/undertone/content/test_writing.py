"""Texts by templates: every figure recomputed from the comments, and nothing else said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations
from statistics import mean

import pytest

from tests.undertone.content.conftest import JOBS, comments_of, material_of
from undertone.content.material import Material
from undertone.content.retrieval import rank
from undertone.content.writing import Form, write
from undertone.results.comments_table import CommentRow

PROMPTS = (
    "What do people think?",
    "Write about the delivery",
    "price",
    "colours of spring",
    "Is the leather any good?",
    "What do they say about the coffee?",
    "lemon cake",
    "size",
    "shop in Lyon",
    "music",
    "terrace",
    "staff",
    "cups",
    "wash",
    "box",
    "penguins",
    "the capital of France",
    "delivery to Antarctica",
    "beans and leather",
    "颜色",
)
_QUOTE = re.compile(r"“[^”]*”|\[\d+/[^\]]*\]")


def numbers(text: str) -> list[str]:
    """All numbers that a text says by itself: not those of quotes, titles and ids."""
    return re.findall(r"[+-]?\d[\d.,]*\d|\d", _QUOTE.sub("", text))


def recounted(comments: Sequence[CommentRow]) -> set[str]:
    """What may be said of comments, counted without the code under test."""
    scores = [(c.positive or 0) - (c.negative or 0) for c in comments]
    labels = [
        max(("negative", "neutral", "positive"), key=lambda n: getattr(c, n)) for c in comments
    ]
    counts = {str(labels.count(label)) for label in ("negative", "neutral", "positive")}
    sides = [(label == "positive") - (label == "negative") for label in labels]
    padded = [*sides, 1, -1]  # the interval's two pretended comments
    middle = mean(padded)
    luck = sum((side - middle) ** 2 for side in padded) / (len(padded) - 1) / len(padded)
    model = 0.28**2  # of a model that nobody has measured, over 17 kinds of comments
    freedom = (luck + model) ** 2 / (luck**2 / (len(padded) - 1) + model**2 / 16)
    reach = _T[int(freedom)] * (luck + model) ** 0.5
    ends = (max(-1, middle - reach), min(1, middle + reach))
    return counts | {str(len(comments))} | {f"{f:+.2f}" for f in (mean(scores), *ends)}


_T = {2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228,
      11: 2.201, 12: 2.179, 13: 2.160, 14: 2.145, 15: 2.131, 16: 2.120, 17: 2.110, 18: 2.101,
      19: 2.093, 20: 2.086, 21: 2.080, 22: 2.074, 23: 2.069, 24: 2.064, 25: 2.060, 26: 2.056,
      27: 2.052, 28: 2.048, 29: 2.045, 30: 2.042}  # fmt: skip
"""Student's t at 97.5 %, from a printed table."""


def allowed(prompt: str, material: Material) -> set[str]:
    matching = [hit.comment for hit in rank(prompt, material.comments).hits]
    groups = [list(material.comments), matching]
    groups += [[c for c in material.comments if c.post == row.row] for row in material.rows]
    groups += [[c for c in matching if c.post == row.row] for row in material.rows]
    return {"95"}.union(*(recounted(group) for group in groups if group)) | {str(len(matching))}


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("form", ["brief", "caption"])
def test_every_figure_is_recomputed(prompt: str, job: str, form: Form) -> None:
    material = JOBS[job]
    written = write(prompt, material, rank, form)
    said = set(numbers(written.text))
    assert said <= allowed(prompt, material), written.text
    recorded = {
        f"{f.value:+.2f}" if re.search("score|low|high", f.name) else f"{int(f.value):,}"
        for f in written.figures
    }
    assert said <= recorded | {"95"}


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("job", JOBS)
def test_quotes_are_what_people_said(prompt: str, job: str) -> None:
    said = {(c.post, c.comment_id): c.text for c in JOBS[job].comments}
    written = write(prompt, JOBS[job], rank)
    for quote in written.quotes:
        assert said[quote.post, quote.comment] == quote.text
        assert f"“{quote.text}” [{quote.post}/{quote.comment}]" in written.text


def test_no_two_answers_differ_in_their_numbers_only() -> None:
    answers = {
        (prompt, job): re.sub(r"[+-]?\d+([.,]\d+)*", "#", write(prompt, material, rank).text)
        for prompt in PROMPTS
        for job, material in JOBS.items()
    }
    assert len(answers) == 40
    for (one, text), (other, another) in combinations(answers.items(), 2):
        assert text != another, f"{one} and {other} are answered alike"


@pytest.mark.parametrize("prompt", ["penguins", "the capital of France"])
def test_what_the_comments_cannot_answer_is_told(prompt: str) -> None:
    written = write(prompt, JOBS["shoes"], rank)
    assert "cannot answer this" in written.text
    assert written.quotes == ()
    assert [f.value for f in written.figures] == [len(JOBS["shoes"].comments)]


def test_what_is_missing_of_a_prompt_is_told() -> None:
    written = write("delivery to Antarctica", JOBS["shoes"], rank)
    assert "3 of 12 comments" in written.text
    assert "No comment mentions “antarctica”." in written.text


def test_a_prompts_markup_and_numbers_are_not_repeated() -> None:
    prompt = "<script>alert(1)</script> 99% [x](https://evil.example) say 4711 people loved it"
    written = write(prompt, JOBS["shoes"], rank)
    assert [sign for sign in ("<", "4711", "99", "://", "](") if sign in written.text] == []


def test_long_comments_are_cut_and_lines_joined() -> None:
    long = "delivery\nwas " + "very " * 200 + "late"
    material = material_of("Long", [(long, (0.8, 0.1, 0.1))])
    quote = write("delivery", material, rank).quotes[0]
    assert len(quote.text) == 280
    assert quote.text.startswith("delivery was very")
    assert quote.text.endswith("…")


def test_nothing_is_said_of_nothing() -> None:
    empty = Material("Empty", (), ())
    assert "no comments with a score" in write("What do people think?", empty, rank).text
    assert "cannot answer" in write("penguins", empty, rank).text


def test_what_was_not_read_is_said() -> None:
    material = JOBS["cafe"]._replace(left_out=1234)
    assert "1,234 further comments were not read." in write("coffee", material, rank).text


def test_a_text_is_the_same_each_time() -> None:
    again = Material("Spring shoes", JOBS["shoes"].rows, comments_of([
        (c.text, (c.negative or 0, c.neutral or 0, c.positive or 0)) for c in JOBS["shoes"].comments
    ]))  # fmt: skip
    assert write("price", again, rank) == write("price", JOBS["shoes"], rank)
