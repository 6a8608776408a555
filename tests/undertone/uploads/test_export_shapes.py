"""The shapes of exports that people have: every column is taken for what it is."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import openpyxl
import pytest

from tests.fakes.export_shapes import TABLES, TREES, WORDS, Table, Tree, documented
from tests.undertone.uploads.conftest import read, texts
from undertone.records import Comment, UploadedPost
from undertone.uploads.columns import find_columns
from undertone.uploads.upload import read_upload

DOCS = Path(__file__).parents[3] / "docs" / "sources.md"
CELLS = {
    "author": "Ann", "time": "2024-05-01T10:00:00Z", "likes": "7", "stars": "4", "post": "p",
    "title": "Title", "heading": "Well",
}  # fmt: skip


def test_there_are_sixty_shapes_and_each_has_its_row_in_the_documentation() -> None:
    rows = documented()
    assert len({row.partition(" | ")[0] for row in rows}) == len(rows) >= 60
    section = DOCS.read_text("utf-8").partition("### Shapes of exports")[2].partition("\n### ")[0]
    assert re.findall(r"^\| (?!Export \||---).*\|$", section, re.MULTILINE) == rows


def rows_of(shape: Table) -> list[list[str]]:
    header = shape.header.split("|")
    roles = {name: role for role, name in shape.found.items()}
    rows = [header]
    for number, words in enumerate(WORDS, 1):
        own = CELLS | {"text": words, "id": f"c{number}", "parent": "c1" if number > 1 else ""}
        rows.append([own[roles[name]] if name in roles else "other" for name in header])
    return rows


def check(shape: Table, posts: list[UploadedPost]) -> None:
    (post,) = posts
    assert texts(post) == [*WORDS]
    has = shape.found
    assert [c.id for c in post.comments] == (["c1", "c2"] if "id" in has else ["1", "2"])
    assert [c.parent for c in post.comments] == ["", "c1" if "parent" in has else ""]
    assert {c.author for c in post.comments} == {"Ann" if "author" in has else ""}
    assert {c.created_at for c in post.comments} == {CELLS["time"] if "time" in has else ""}
    assert {c.likes for c in post.comments} == {7 if "likes" in has else None}
    assert {c.stars for c in post.comments} == {4 if "stars" in has else None}
    assert post.title == ("Title" if "title" in has else "")
    assert post.id == ("p" if "post" in has else "x")


@pytest.mark.parametrize("shape", TABLES, ids=lambda shape: shape.name)
def test_a_table_is_read_for_what_it_is(shape: Table) -> None:
    assert find_columns(shape.header.split("|")).names == shape.found
    written = io.StringIO()
    csv.writer(written).writerows(rows_of(shape))
    check(shape, read(written.getvalue(), "text/csv", "x.csv"))


@pytest.mark.parametrize("shape", TABLES[::4], ids=lambda shape: shape.name)
def test_a_workbook_is_read_as_its_table(shape: Table) -> None:
    book = openpyxl.Workbook()
    for row in rows_of(shape):
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    check(shape, read_upload(written.getvalue(), file_name="x.xlsx").posts)


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", ""])
@pytest.mark.parametrize("shape", TREES, ids=lambda shape: shape.name)
def test_json_is_read_for_what_it_is(shape: Tree, content_type: str) -> None:
    if shape.lines:
        written = "\n".join(map(json.dumps, shape.value))
        content_type = content_type.replace("application/json", "application/x-ndjson")
    else:
        written = json.dumps(shape.value)
    posts = [post for post in read(written, content_type) if post.comments]
    (post,) = posts
    taken = dict(re.findall(r"(\w+) from “([^”]+)”", post.note.partition("; ")[0]))
    assert taken == shape.found
    first, second = post.comments
    assert (first.text, second.text) == WORDS
    assert second.id.endswith("2")
    for comment in (first, second):
        check_fields(comment, shape.found)
    is_nested = "nested" in shape.name or shape.name in {
        "Reddit .json", "Hacker News /items", "Instagram Graph", "YouTube API, a page of threads",
    }  # fmt: skip
    assert second.parent == (first.id if is_nested else "")


def check_fields(comment: Comment, found: dict[str, str]) -> None:
    assert comment.author == "Ann"
    approximate = found["time"] == "publishedTimeText"
    assert (comment.created_at == "2024-05-01T10:00:00Z") != approximate
    assert comment.created_at
    assert comment.likes == (7 if "likes" in found else None)
    assert comment.stars == (4 if "stars" in found else None)
