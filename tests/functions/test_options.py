"""A job's options, from JSON and from a query."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from functions.fields import Problems
from functions.options import OPTIONS, OptionsBody, job_options, read_options
from undertone.pipeline.job_records import Options
from undertone.records import Want

IN_JSON: dict[str, Any] = {
    "name": "Spring",
    "comments_per_post": 5,
    "order": "newest",
    "sample": "random",
    "replies": False,
    "min_coverage": 0.5,
    "max_age_minutes": 0,
    "authors": "hashed",
    "mask": True,
}
IN_A_QUERY = {
    "name": "Spring",
    "comments_per_post": "5",
    "order": "newest",
    "sample": "random",
    "replies": "false",
    "min_coverage": "0.5",
    "max_age_minutes": "0",
    "authors": "hashed",
    "mask": "true",
}


def test_json_and_query_say_the_same() -> None:
    problems = Problems()
    by_json = read_options(IN_JSON, problems)
    by_query = read_options(IN_A_QUERY, problems, strict=False)
    assert problems.named == {}
    assert by_json == by_query
    assert msgspec.to_builtins(by_json) == IN_JSON
    assert IN_JSON.keys() == OPTIONS.keys()


def test_what_is_no_option_is_somebody_elses_to_refuse() -> None:
    problems = Problems()
    assert read_options({"urls": 3, "colour": "red"}, problems) == OptionsBody()
    assert problems.named == {}


@pytest.mark.parametrize("name", sorted(OPTIONS.keys() - {"name"}))
def test_text_is_not_taken_for_a_number_in_json(name: str) -> None:
    problems = Problems()
    options = read_options({"name": "kept", name: "soon"}, problems)
    assert problems.named.keys() == {name}
    assert options == OptionsBody(name="kept"), "what is right is read all the same"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("comments_per_post", ["0", "50001", "1.5"]),
        ("min_coverage", ["-0.1", "1.1", "nan"]),
        ("max_age_minutes", ["-1", "43201"]),
        ("replies", ["2", "perhaps"]),
        ("name", ["x" * 201]),
    ],
)
def test_values_out_of_bounds_are_named(name: str, values: list[str]) -> None:
    for value in values:
        problems = Problems()
        read_options({name: value}, problems, strict=False)
        assert problems.named.keys() == {name}, value


def test_options_become_those_of_a_job() -> None:
    assert job_options(OptionsBody(**IN_JSON)) == Options(
        want=Want(limit=5, order="newest", sample="random", replies=False),
        min_coverage=0.5,
        max_age_minutes=0,
        authors="hashed",
        mask=True,
    )


def test_the_defaults_are_those_of_a_job() -> None:
    assert job_options(OptionsBody()) == Options()
