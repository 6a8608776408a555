"""Files as bodies: told from our own JSON, columns named by the query, what was read is told."""

from __future__ import annotations

import json

import pytest

from functions.files import ROLES, is_own_json
from tests.functions.conftest import accepted, refused
from tests.functions.running_app import App
from undertone.uploads.column_names import ROLES as KNOWN

EXPORT = {"data": [{"id": "1", "text": "so good"}], "paging": {}}


@pytest.mark.parametrize(
    "content_type", ["", "application/x-www-form-urlencoded", "application/json"]
)
@pytest.mark.parametrize(
    ("body", "own"),
    [
        ('{"urls": []}', True),
        ('\\ufeff {"urls": []}', True),
        ('{"posts": [{"id": "a", "comments": []}], "name": "x"}', True),
        ('{"name": "Spring"}', True),
        ('{"url": ["https://youtu.be/dQw4w9WgXcQ"]}', True),
        ('{"urls": [', True),
        ("{}", True),
        (json.dumps(EXPORT), False),
        (json.dumps(EXPORT, indent=2), False),
        ('{"text": "a"}', False),
        ('{"text": "a"}\n{"text": "b"}\n', False),
        ('["a"]', False),
    ],
)
def test_our_own_json_is_told_from_an_export(content_type: str, body: str, own: bool) -> None:
    assert is_own_json(content_type, body.replace("\\ufeff", "\ufeff").encode()) == own


@pytest.mark.parametrize("content_type", ["text/csv", "text/plain", "multipart/form-data"])
def test_a_declared_file_is_a_file(content_type: str) -> None:
    assert not is_own_json(content_type, b'{"urls": []}')


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded"]
)
def test_an_export_with_an_object_at_the_root_is_read(app: App, content_type: str) -> None:
    answer = accepted(app.file(json.dumps(EXPORT).encode(), content_type))
    (read,) = answer["read"]
    assert (read["comments"], read["first_texts"]) == (1, ["so good"])


def test_json_lines_with_curls_default_content_type_are_read(app: App) -> None:
    body = b'{"text":"a"}\n{"text":"b"}\n'
    answer = accepted(app.file(body, "application/x-www-form-urlencoded"))
    assert answer["read"][0]["first_texts"] == ["a", "b"]


def test_what_was_taken_for_what_is_in_the_answer(app: App) -> None:
    body = b"Comment,Name,Nonsense\none,Ann,x\ntwo,Bob,y\nthree,Ann,z\nfour,Bob,z\n"
    answer = accepted(app.file(body, "text/csv", "?file=spring.csv"))
    (read,) = answer["read"]
    assert read["post"] == "spring"
    assert read["comments"] == 4
    assert read["first_texts"] == ["one", "two", "three"]
    assert read["note"] == (
        "text from “Comment”, author from “Name”; not used: Nonsense; "
        "first texts: “one”, “two”, “three”"
    )


def test_the_query_says_which_column_is_what(app: App) -> None:
    body = b"id,Wat vond u?,Wie,text\n7,prima zo,Ann,x\n"
    answer = accepted(app.file(body, "text/csv", "?text=Wat+vond+u%3F&author=wie"))
    assert answer["read"][0]["first_texts"] == ["prima zo"]
    assert answer["read"][0]["note"].startswith(
        "text from “Wat vond u?”, id from “id”, author from “Wie”"
    )


def test_when_no_column_fits_the_likely_one_is_named_with_the_cure(app: App) -> None:
    body = b"Nr,Wat vond u?,Wie\n7,het was prima zo,Ann Smith\n8,dat kan echt beter,Bob Jones\n"
    told = refused(app.file(body, "text/csv"))["errors"]["file"]
    assert "“Wat vond u?” holds the comments" in told
    assert "`?text=Wat vond u?`" in told
    problem = refused(app.file(body, "text/csv", "?text=Reactie"))
    assert "no column “Reactie”" in problem["errors"]["text"]
    assert "Wat vond u?" in problem["errors"]["text"]


def test_the_query_names_a_field_of_json(app: App) -> None:
    body = json.dumps([{"msg": {"words": "prima"}, "id": 1}]).encode()
    answer = accepted(app.file(body, "application/json", "?text=msg.words"))
    assert answer["read"][0]["first_texts"] == ["prima"]


def test_relative_times_are_counted_back_from_the_export(app: App) -> None:
    answer = accepted(app.file(b"text,date\na,2 days ago\n", "text/csv", "?exported=2025-04-03"))
    assert (
        "times that are approximate, counted back from 2025-04-03: 1" in answer["read"][0]["note"]
    )
    assert "exported" in refused(app.file(b"text\na\n", "text/csv", "?exported=soon"))["errors"]


def test_roles_of_the_query_are_those_of_columns() -> None:
    assert {*ROLES} == {*KNOWN} - {"heading"}
