"""Addresses of a job's calls, and names of its files."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.links import FILES, blob_of, download_name, job_links
from tests.undertone.pipeline.conftest import NOW
from undertone.errors import Rejected
from undertone.pipeline import names
from undertone.pipeline.job_records import Options, Request


def request(name: str) -> Request:
    return Request(
        job="j",
        owner="me",
        created_at=NOW,
        deadline=NOW,
        rows=1,
        posts=1,
        options=Options(),
        name=name,
    )


def test_a_job_links_to_its_calls_and_each_of_its_files() -> None:
    assert job_links("https://host/api", "j") == {
        "self": "https://host/api/jobs/j",
        "status": "https://host/api/jobs/j/status",
        "cancel": "https://host/api/jobs/j/cancel",
        "sample": "https://host/api/jobs/j/sample",
        "figures": "https://host/api/jobs/j/figures",
        "posts.csv": "https://host/api/jobs/j/download?file=posts.csv",
        "comments.csv": "https://host/api/jobs/j/download?file=comments.csv",
        "comments.jsonl": "https://host/api/jobs/j/download?file=comments.jsonl",
    }


REQUEST = request("")


def test_the_facts_are_files_of_a_job_that_asks_for_insights() -> None:
    asking = msgspec.structs.replace(REQUEST, options=Options(insights=True))
    assert blob_of("facts.zip", asking) == "j/facts.zip"
    assert blob_of("fact_comment-00000.parquet", asking) == "j/facts/fact_comment-00000.parquet"
    for file in ("facts.zip", "dim_date.parquet"):
        with pytest.raises(Rejected):
            blob_of(file, REQUEST)
    for file in ("fact_x/../../y.parquet", "fact_comment-00000.parquet\n", "dim_date.jsonl"):
        with pytest.raises(Rejected, match="Parquet"):
            blob_of(file, asking)


def test_each_file_is_a_blob_of_the_job() -> None:
    assert {blob_of(file, REQUEST) for file in FILES} == {
        names.posts_csv("j"),
        names.comments_csv("j"),
        names.comments_jsonl("j"),
    }


@pytest.mark.parametrize("file", ["", "../request.json", "posts.CSV", "comments"])
def test_there_is_no_other_file(file: str) -> None:
    with pytest.raises(Rejected, match=r"must be one of posts\.csv") as raised:
        blob_of(file, REQUEST)
    assert raised.value.status == 400
    assert raised.value.problems.keys() == {"file"}


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Spring launch", "Spring launch"),
        ("", "undertone"),
        ("../..", ".. .."),
        ("a/b\\c:d\r\n", "a b c d"),
        ("Été (2)", "Été (2)"),
        ("???", "undertone"),
        ("x" * 200, "x" * 80),
    ],
)
def test_a_download_is_named_after_the_job_its_day_and_the_file(name: str, title: str) -> None:
    assert download_name(request(name), "posts.csv") == f"{title} 2026-11-21 posts.csv"


@given(st.text(max_size=200))
def test_a_file_name_is_one_on_every_system(name: str) -> None:
    shown = download_name(request(name), "comments.csv")
    assert not set(shown) & set('/\\:*?"<>|\r\n\t\0')
    assert shown.endswith(" 2026-11-21 comments.csv")
    assert len(shown) < 120
