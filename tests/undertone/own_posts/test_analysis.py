"""The analysis of a post: made once, kept for a while, dropped when its post changes."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from model.analyzer import Prediction, Unavailable, Unread
from undertone.errors import NotFound
from undertone.own_posts.analysis import MOST_READ, Analyst
from undertone.own_posts.records import CommentsAt, OwnPost
from undertone.own_posts.store import OwnPosts
from undertone.storage.memory import MemoryBlobs

KEEP = timedelta(minutes=15)


class CountingAnalyzer:
    """Finds everything positive, slowly, and counts how often it was asked."""

    model = "counting@1"

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.lock = threading.Lock()
        self.error: Exception | None = None
        self.answer: Prediction | Unread = Prediction(0.1, 0.2, 0.7)

    def predict(self, texts: Sequence[str]) -> list[Prediction | Unread]:
        if self.error is not None:
            raise self.error
        with self.lock:
            self.texts += texts
        threading.Event().wait(0.05)
        return [self.answer for _ in texts]


class Setting:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 25, tzinfo=UTC)
        self.posts = OwnPosts(MemoryBlobs(), lambda: self.now)
        self.analyzer = CountingAnalyzer()
        self.rows: dict[tuple[str, str, int], dict[str, object]] = {}
        self.analyst = Analyst(
            self.posts,
            lambda: self.analyzer,
            row_of=lambda owner, at: self.rows.get((owner, at.job, at.row)),
            keep=KEEP,
        )
        self.put("A good day. #sun")

    def put(self, content: str, comments: CommentsAt | None = None) -> None:
        post = OwnPost(id="1", content=content, created_at="", comments=comments)
        self.posts.put("ann", post)


@pytest.fixture
def setting() -> Setting:
    return Setting()


def test_a_post_is_analysed_once_while_its_analysis_serves(setting: Setting) -> None:
    first, left = setting.analyst.analysis("ann", "1")
    assert (first.words, first.hashtags, left) == (4, ("#sun",), KEEP)
    assert first.sentiment is not None
    assert (first.sentiment.label, first.sentiment.model) == ("positive", "counting@1")
    setting.now += timedelta(minutes=14)
    assert setting.analyst.analysis("ann", "1") == (first, timedelta(minutes=1))
    assert len(setting.analyzer.texts) == 1
    setting.now += timedelta(minutes=1)
    again, left = setting.analyst.analysis("ann", "1")
    assert (again.analysed_at, left, len(setting.analyzer.texts)) == (setting.now, KEEP, 2)


def test_a_change_of_the_post_drops_it(setting: Setting) -> None:
    setting.analyst.analysis("ann", "1")
    setting.put("Two words")
    assert setting.posts.analyses.find("ann", "1") is None
    assert setting.analyst.analysis("ann", "1")[0].words == 2


def test_what_was_analysed_before_a_change_does_not_serve_after_it(setting: Setting) -> None:
    """Its analysis may be written when the post is another already."""
    old, _ = setting.analyst.analysis("ann", "1")
    setting.put("Two words")
    setting.posts.analyses.write(old, "ann", "1")
    assert setting.analyst.analysis("ann", "1")[0].words == 2


def test_of_many_who_ask_at_once_one_analyses(setting: Setting) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: setting.analyst.analysis("ann", "1")[0], range(8)))
    assert len(setting.analyzer.texts) == 1
    assert all(analysis == found[0] for analysis in found)


def test_others_posts_are_not_found(setting: Setting) -> None:
    with pytest.raises(NotFound):
        setting.analyst.analysis("bob", "1")


def test_the_row_of_the_comments_is_shown(setting: Setting) -> None:
    setting.rows["ann", "job", 3] = {"verdict": "mixed"}
    setting.put("x", CommentsAt(job="job", row=3))
    assert setting.analyst.analysis("ann", "1")[0].comments == {"verdict": "mixed"}
    setting.put("x", CommentsAt(job="job", row=4))
    assert setting.analyst.analysis("ann", "1")[0].comments is None


def test_a_model_that_cannot_answer_leaves_the_counts(setting: Setting) -> None:
    setting.analyzer.error = Unavailable("busy")
    found, _ = setting.analyst.analysis("ann", "1")
    assert (found.words, found.sentiment) == (4, None)
    assert "busy" in found.sentiment_reason


def test_a_text_without_words_has_no_sentiment(setting: Setting) -> None:
    setting.put(" \n")
    found, _ = setting.analyst.analysis("ann", "1")
    assert found.sentiment is None
    assert "no text" in found.sentiment_reason
    assert setting.analyzer.texts == []


def test_the_model_reads_the_beginning_of_a_long_text(setting: Setting) -> None:
    setting.put("word " * 20_000)
    found, _ = setting.analyst.analysis("ann", "1")
    assert found.words == 20_000
    assert found.sentiment is not None
    assert found.sentiment.characters_read == MOST_READ == len(setting.analyzer.texts[0])


def test_a_language_that_the_model_does_not_read_is_named(setting: Setting) -> None:
    setting.analyzer.answer = Unread("id")
    found, _ = setting.analyst.analysis("ann", "1")
    assert (found.language, found.sentiment) == ("id", None)
    assert "does not read" in found.sentiment_reason


def test_who_read_it_is_named_with_the_language(setting: Setting) -> None:
    setting.analyzer.answer = Prediction(0.1, 0.2, 0.7, language="fr", model="other@2")
    found, _ = setting.analyst.analysis("ann", "1")
    assert found.sentiment is not None
    assert (found.language, found.sentiment.model) == ("fr", "other@2")
