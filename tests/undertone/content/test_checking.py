"""What a model may not say: figures and quotes that are not in the material."""

from __future__ import annotations

import pytest

from undertone.content.checking import MAX_ANSWER, problem_with
from undertone.content.records import Figure

FIGURES = (
    Figure(name="comments", value=1200),
    Figure(name="matching", value=3),
    Figure(name="all.mean_score", value=-0.4),
    Figure(name="all.high_score", value=0.25),
)
SAID = ("Delivery took 3 weeks,\nand the box was broken", "I don\u2019t like it")


@pytest.mark.parametrize(
    "text",
    [
        "Delivery disappoints: 3 of 1,200 comments name it.",
        "The mean score is -0.40 (95 % interval).",
        "The mean score is \u22120.40.",
        "A mean score of +0.25, 0.25",
        "3-fold",
        "They say “took 3 weeks, and the box was broken” of it.",
        "They say “I don't like it”.",
        'One wrote "Delivery took 3 weeks…" and waits.',
        "٣ تعليقات",
        "Nobody says anything about that.",
    ],
)
def test_what_is_in_the_material_may_be_said(text: str) -> None:
    assert problem_with(text, FIGURES, SAID) == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("87 % love it.", "figure that was not counted: 87"),
        ("Nearly 1,201 people", "1,201"),
        ("٨٧ تعليقات", "figure"),
        ("A mean of 0.41", "0.41"),
        ("95 % love it, in a 95 % interval", "counted: 95"),
        ("A mean of 0.40, its sign lost", "0.40"),
        ("A mean of +0.40", "0.40"),
        ("A mean of -0.25", "-0.25"),
        ("One says “the best shop ever”.", "quotes what nobody said: 'the best shop ever'"),
        ('One says "DELIVERY never came".', "quotes"),
        ("Man sagt „alles gut“.", "quotes"),
        ("人们说「很好」", "quotes"),
        ("Half of them are angry.", "amount in words: 'Half'"),
        ("Some seventy people", "amount"),
        ("A majority likes it", "amount"),
        ("See https://evil.example", "link"),
        ("<b>bold</b>", "markup"),
        ("![x](y)", "markup"),
        ('An open "quote', "other half"),
        ("", "empty"),
        ("a" * (MAX_ANSWER + 1), "6,000"),
    ],
)
def test_what_is_not_is_refused(text: str, problem: str) -> None:
    assert problem in problem_with(text, FIGURES, SAID)
