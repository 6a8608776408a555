"""A chunk's part of the facts: what each line says, on the worked sample with the real models."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.encoder import Encoder
from model.factory import build_encoder
from undertone import wire
from undertone.insights.asked import Insights, Topic, checked
from undertone.insights.entities import Entity
from undertone.insights.part import (
    UNKNOWN_DATE,
    Chunk,
    CommentRow,
    Reader,
    author_key,
    date_key,
    to_int8,
)
from undertone.records import Comment
from undertone.results.tally import Probabilities

SAMPLE = Path(__file__).parents[3] / "tools" / "samples" / "sagas.json"
encoder = cache(build_encoder)


def no_encoder() -> Encoder:
    raise AssertionError("nothing here asks for vectors")


def good_or_bad(texts: Sequence[str]) -> list[Probabilities | None]:
    """None for what is refused; liked if it says so."""
    return [_score(text) for text in texts]


def _score(text: str) -> Probabilities | None:
    if "refused" in text:
        return None
    return Probabilities(500, 500, 9000) if "good" in text else Probabilities(9000, 500, 500)


def read(asked: Insights, *comments: Comment, start: int = 0) -> list[CommentRow]:
    texts = [comment.text for comment in comments]
    chunk = Chunk("job", 2, start, comments, good_or_bad(texts), ["m@1"] * len(texts))
    part = Reader(asked, no_encoder).read(chunk, good_or_bad)
    return wire.decode_lines(part.lines, CommentRow)


ENTITIES = Insights(entities=(Entity(name="Ann"), Entity(name="Bo")))


def test_a_line_says_all_of_its_comment() -> None:
    comment = Comment(
        id="x", text="good Ann", author="me", created_at="2026-11-21T20:00:00Z", likes=3, readers=4
    )
    (row,) = read(ENTITIES, comment, start=7)
    assert (row.key, row.post, row.comment_id) == (2_000_007, 3, "x")
    assert (row.date, row.likes, row.readers, row.model) == (20261121, 3, 4, "m@1")
    assert (row.label, row.positive, row.score, row.empty) == ("positive", 0.9, 0.85, False)
    assert (row.topic, row.topic_score) == (0, None)
    assert row.author == author_key("job", "me")


def test_each_entity_has_the_feeling_of_its_clause() -> None:
    (row,) = read(ENTITIES, Comment(id="1", text="Ann is so good but Bo is a bore"))
    assert row.label == "positive"
    assert [(m.entity, m.count, m.label) for m in row.mentions] == [
        (1, 1, "positive"),
        (2, 1, "negative"),
    ]


def test_a_comment_of_one_clause_is_not_scored_again() -> None:
    asked: list[str] = []

    def predict(texts: Sequence[str]) -> list[Probabilities | None]:
        asked.extend(texts)
        return good_or_bad(texts)

    comments = [Comment(id="1", text="good  Ann"), Comment(id="2", text="nobody")]
    chunk = Chunk("job", 0, 0, comments, [_score("good"), None], ["m@1", ""])
    part = Reader(ENTITIES, no_encoder).read(chunk, predict)
    assert asked == []
    first, _ = wire.decode_lines(part.lines, CommentRow)
    assert first.mentions[0].score == 0.85


def test_what_the_model_refuses_has_no_feeling() -> None:
    text = "Ann is so good today. Bo is refused by it."
    (row,) = read(ENTITIES, Comment(id="1", text=text))
    assert row.score is None
    assert [m.label for m in row.mentions] == ["positive", None]
    assert row.model == ""


def test_an_empty_text_is_never_classified() -> None:
    empty, _ = read(ENTITIES, Comment(id="1", text=" \n", readers=9), Comment(id="2", text="a"))
    assert (empty.empty, empty.readers, empty.label, empty.topic) == (True, 9, None, 0)


def test_equal_chunks_are_equal_bytes() -> None:
    asked = checked(Insights(topics=(Topic(name="food"),), entities=ENTITIES.entities, search=True))
    comments = [Comment(id=str(n), text=f"Ann ate {n} apples") for n in range(20)]
    chunk = Chunk("job", 0, 0, comments, [None] * 20, [""] * 20)
    whole = Reader(asked, encoder).read(chunk, good_or_bad)
    assert whole == Reader(asked, encoder).read(chunk, good_or_bad)
    assert len(whole.vectors) == 20 * encoder().size
    half = Reader(asked, encoder).read(
        chunk._replace(comments=comments[:10], scores=[None] * 10), good_or_bad
    )
    assert whole.lines.startswith(half.lines), "the company of a comment changes nothing"
    assert whole.vectors.startswith(half.vectors)


def test_int8_vectors_point_where_the_vectors_did() -> None:
    vectors = np.random.default_rng(1).normal(size=(50, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    data = to_int8(vectors, range(0, 100, 2), 100, 384)
    rows = np.frombuffer(data, dtype=np.int8).reshape(100, 384)
    assert not rows[1::2].any()
    kept = rows[::2] / np.linalg.norm(rows[::2].astype(float), axis=1, keepdims=True)
    assert np.abs(kept @ kept.T - vectors @ vectors.T).max() < 0.01


@pytest.mark.parametrize(
    ("time", "key"), [("2026-11-21T20:00:00Z", 20261121), ("0004-01-02T00:00:00Z", 40102)]
)
def test_dates(time: str, key: int) -> None:
    assert date_key(time) == key
    assert date_key("") == UNKNOWN_DATE


def test_an_authors_key_says_nothing_outside_its_job() -> None:
    assert author_key("j", "") == ""
    assert author_key("j", "me") == author_key("j", "me") != author_key("k", "me")
    assert len(author_key("j", "\ud800")) == 16


# The worked sample


@pytest.fixture(scope="module")
def sagas() -> dict[str, tuple[str, set[str]]]:
    """Of each article its saga and the characters in it."""
    body: dict[str, Any] = json.loads(SAMPLE.read_text("utf-8"))
    wanted = body["insights"]
    asked = checked(
        Insights(
            topics=tuple(Topic(name=t["name"], examples=t["examples"]) for t in wanted["topics"]),
            entities=tuple(
                Entity(name=e["name"], aliases=tuple(e.get("aliases", ())))
                for e in wanted["entities"]
            ),
        )
    )
    comments = [Comment(id=c["id"], text=c["text"]) for c in body["posts"][0]["comments"]]
    scores = good_or_bad([comment.text for comment in comments])
    part = Reader(asked, encoder).read(
        Chunk("j", 0, 0, comments, scores, ["m"] * len(comments)), good_or_bad
    )
    topics = ["other", *(topic.name for topic in asked.topics)]
    return {
        row.comment_id: (
            topics[row.topic],
            {asked.entities[mention.entity - 1].name for mention in row.mentions},
        )
        for row in wire.decode_lines(part.lines, CommentRow)
    }


def test_characters_are_told_apart(sagas: dict[str, tuple[str, set[str]]]) -> None:
    found = {article: people for article, (_, people) in sagas.items() if people}
    assert found == {
        "a1": {"Mara Venn", "Oren Hale"},
        "a2": {"Mara Stone"},
        "a4": {"Tam Corrie"},
        "a5": {"Oren Hale", "Mara Venn"},
        "a7": {"Ilse Brandt"},
        "a8": {"Mara"},
        "a9": {"Tam Corrie", "Juno"},
        "a10": {"Mara Stone", "Ilse Brandt"},
        "a11": {"Mara Venn"},
    }


def test_articles_are_in_their_sagas(sagas: dict[str, tuple[str, set[str]]]) -> None:
    right = {
        "The Salt Road": ["a1", "a5", "a11"],
        "Winter Orchard": ["a2", "a7", "a10"],
        "Tidewatch": ["a4", "a9"],
    }
    for saga, articles in right.items():
        assert [sagas[article][0] for article in articles] == [saga] * len(articles)
