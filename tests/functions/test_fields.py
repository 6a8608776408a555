"""Every field that is wrong is named by its path, up to a bound."""

from __future__ import annotations

from typing import Annotated

import msgspec
import pytest

from functions.fields import MOST_NAMED, Problems, bad_fields, read_object


class Comment(msgspec.Struct, forbid_unknown_fields=True):
    text: str
    likes: Annotated[int, msgspec.Meta(ge=0)] | None = None


class Post(msgspec.Struct, forbid_unknown_fields=True):
    id: Annotated[str, msgspec.Meta(min_length=1)]
    comments: list[Comment] = []


def problems_of(raw: object) -> Problems:
    problems = Problems()
    assert read_object(raw, Post, "posts[3]", problems) is None
    return problems


def test_what_is_right_is_read() -> None:
    problems = Problems()
    raw = {"id": "a", "comments": [{"text": "x", "likes": 0}]}
    assert read_object(raw, Post, "p", problems) == Post("a", [Comment("x", 0)])
    assert (problems.count, problems.named) == (0, {})


@pytest.mark.parametrize(
    ("raw", "problems"),
    [
        (7, {"posts[3]": "must be an object with id, comments"}),
        ({}, {"posts[3].id": "is missing"}),
        ({"id": "a", "colour": 1}, {"posts[3].colour": "is not known; fields are id, comments"}),
        ({"id": ""}, {"posts[3].id": "Expected `str` of length >= 1"}),
        ({"id": "a", "comments": {}}, {"posts[3].comments": "Expected `array`, got `object`"}),
        (
            {"id": "a", "comments": ["x"]},
            {"posts[3].comments": "Expected `object`, got `str` - at `[0]`"},
        ),
    ],
)
def test_what_is_wrong_is_named(raw: object, problems: dict[str, str]) -> None:
    assert problems_of(raw).named == problems


def test_of_very_many_wrong_fields_only_so_many_are_named() -> None:
    problems = Problems()
    for number in range(MOST_NAMED + 500):
        assert read_object({}, Comment, f"comments[{number}]", problems) is None
    assert (len(problems.named), problems.count) == (MOST_NAMED, MOST_NAMED + 500)


@pytest.mark.parametrize(
    ("count", "detail"),
    [
        (1, "1 field is wrong: f0"),
        (2, "2 fields are wrong: f0, f1"),
        (6, "6 fields are wrong: f0, f1, f2, f3, f4 …"),
        (
            MOST_NAMED + 500,
            "1,500 fields are wrong: f0, f1, f2, f3, f4 …; 500 more than the 1,000 that are listed",
        ),
    ],
)
def test_the_answer_counts_them_and_names_the_first(count: int, detail: str) -> None:
    problems = Problems()
    for number in range(count):
        problems.add(f"f{number}", "is missing")
    rejected = bad_fields(problems)
    assert (rejected.detail, rejected.status) == (detail, 422)
    assert rejected.problems == {f"f{n}": "is missing" for n in range(min(count, MOST_NAMED))}
