"""JSON bodies as submissions; `test_submit.py` has what is refused, over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.bodies import json_submission
from undertone.errors import Rejected
from undertone.pipeline.job_records import Options
from undertone.pipeline.submit import Submission
from undertone.records import Comment, UploadedPost, Want


def read(body: dict[str, Any]) -> Submission:
    return json_submission(json.dumps(body).encode(), "me")


def test_a_body_in_full() -> None:
    sent = {
        "name": "Spring",
        "urls": ["https://a", "nonsense"],
        "comments_per_post": 5,
        "order": "newest",
        "sample": "random",
        "replies": False,
        "min_coverage": 0.5,
        "max_age_minutes": 0,
        "posts": [
            {
                "id": "p",
                "title": "t",
                "comments": [
                    {
                        "id": "1",
                        "text": "x",
                        "parent": "0",
                        "author": "a",
                        "created_at": "2026-11-21T21:00:00+01:00",
                        "likes": 3,
                    }
                ],
            }
        ],
    }
    want = Want(limit=5, order="newest", sample="random", replies=False)
    made = read(sent)
    assert made._replace(uploads=()) == Submission(
        owner="me",
        urls=["https://a", "nonsense"],
        name="Spring",
        options=Options(want=want, min_coverage=0.5, max_age_minutes=0),
    )
    (post,) = made.uploads
    assert post == UploadedPost(
        id="p",
        title="t",
        comments=(
            Comment(
                id="1",
                text="x",
                parent="0",
                author="a",
                created_at="2026-11-21T20:00:00Z",
                likes=3,
            ),
        ),
    )


def test_what_is_not_said_has_its_default() -> None:
    made = read({"urls": ["https://a"]})
    assert made == Submission(owner="me", urls=["https://a"], uploads=[])
    assert (made.options, made.key) == (Options(), "")


def test_comments_without_an_id_are_numbered() -> None:
    (post,) = read({"posts": [{"id": "p", "comments": [{"text": "x"}, {"text": "y"}]}]}).uploads
    ids = [comment.id for comment in post.comments]
    assert len(set(ids)) == 2
    assert all(ids)


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (b"{", 400, "said to be JSON but cannot be read"),
        (b"[]", 422, "must be a JSON object"),
        (b'{"urls": [1]}', 422, r"1 field is wrong: urls\[0\]"),
        (b'{"posts": [{"id": "a"}]}', 422, r"1 field is wrong: posts\[0\]\.comments"),
        (b'{"colour": 1}', 422, "1 field is wrong: colour"),
    ],
)
def test_what_is_no_submission_is_refused(body: bytes, status: int, detail: str) -> None:
    with pytest.raises(Rejected, match=detail) as raised:
        json_submission(body, "me")
    assert raised.value.status == status
