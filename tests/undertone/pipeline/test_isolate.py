"""One text that cannot be scored costs its neighbours nothing."""

from __future__ import annotations

import json
import math
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.analyzer import Prediction, Unavailable, Unread
from model.factory import build
from tests.undertone.pipeline.conftest import Bench, Fair
from undertone.errors import Transient
from undertone.pipeline import names
from undertone.pipeline.isolate import HALVINGS, Unscorable, isolate
from undertone.pipeline.job_records import Request
from undertone.pipeline.reports import result_rows
from undertone.records import Comment, UploadedPost

GOOD = Prediction(0.1, 0.2, 0.7)
MARK = "quokka in the text"
NAN = Prediction(math.nan, math.nan, math.nan)


@dataclass
class Picky(Fair):
    """Likes every text; fails where `answer` raises."""

    answer: Callable[[str], Prediction] = lambda _: GOOD
    calls: list[int] = field(default_factory=list)

    def predict(self, texts: Sequence[str]) -> list[Prediction | Unread]:
        self.calls.append(len(texts))
        return [self.answer(text) for text in texts]


def fails_at(*bad: str) -> Callable[[str], Prediction]:
    def answer(text: str) -> Prediction:
        if text in bad:
            raise ValueError(f"cannot read it\nat {text[:5]}")
        return GOOD

    return answer


def run(bench: Bench, analyzer: Picky, texts: Sequence[str], chunk_size: int = 250) -> Request:
    bench.analyzer = analyzer
    object.__setattr__(bench.services, "chunk_size", chunk_size)
    comments = tuple(Comment(id=f"c{n}", text=text) for n, text in enumerate(texts))
    request = bench.submit(uploads=[UploadedPost(id="up", comments=comments)])
    bench.drain()
    return request


def labels(bench: Bench, request: Request) -> list[object]:
    data = bench.results.read(names.comments_jsonl(request.job))
    return [json.loads(line)["label"] for line in data.splitlines()]


def test_one_text_that_cannot_be_scored_is_one_row_without_a_score(bench: Bench) -> None:
    texts = [f"text {n}" for n in range(250)]
    analyzer = Picky(answer=fails_at("text 77"))
    request = run(bench, analyzer, texts)
    assert [n for n, label in enumerate(labels(bench, request)) if label is None] == [77]
    row = result_rows(bench.services, request, 0)[0]
    assert (row.state, row.positive, row.unscored, row.model) == ("partial", 249, 1, "fair@1")
    assert row.reason == (
        "1 of 250 comments could not be scored: fair@1 fails at comment c77: ValueError"
    )
    table = bench.results.read(names.comments_csv(request.job)).decode().splitlines()
    assert table[78] == "1,c77,,,,,text 77,,,,,,,,"
    assert len(analyzer.calls) < 25
    assert sum(analyzer.calls) < 4 * 250


@pytest.mark.parametrize("bad", [["text 0"], ["text 0", "text 1", "text 4"]])
@pytest.mark.parametrize("chunk_size", [1, 2, 250])
def test_it_is_so_in_chunks_of_any_size(bench: Bench, bad: list[str], chunk_size: int) -> None:
    texts = [f"text {n}" for n in range(5)]
    request = run(bench, Picky(answer=fails_at(*bad)), texts, chunk_size)
    assert [label is None for label in labels(bench, request)] == [text in bad for text in texts]
    row = result_rows(bench.services, request, 0)[0]
    assert (row.state, row.unscored) == ("partial", len(bad))
    assert row.reason.startswith(f"{len(bad)} of 5 comments could not be scored: fair@1 fails at")


def test_a_post_of_one_such_text_ends_at_once(bench: Bench) -> None:
    request = run(bench, Picky(answer=fails_at("bad")), ["bad"])
    row = result_rows(bench.services, request, 0)[0]
    assert (row.state, row.unscored, row.model) == ("failed", 1, None)


@pytest.mark.parametrize(
    "answer",
    [NAN, Prediction(2.0, 0.0, 0.0), Prediction(-1.0, 1.0, 1.0), Prediction(math.inf, 0, 0), None],
)
def test_an_answer_that_is_no_distribution_is_one_row(
    bench: Bench, answer: Prediction | None
) -> None:
    analyzer = Picky(answer=lambda text: answer if text == "b" else GOOD)  # type: ignore[arg-type, return-value]
    request = run(bench, analyzer, ["a", "b", "c"])
    assert labels(bench, request) == ["positive", None, "positive"]
    assert result_rows(bench.services, request, 0)[0].unscored == 1
    assert analyzer.calls == [3]


def test_the_others_keep_their_scores_to_the_last_bit(bench: Bench) -> None:
    compact = build("compact")
    texts = [
        f"{word} good {n} {'so ' * n}" for n, word in enumerate(["not", "very", "", "how"] * 8)
    ]
    alone = compact.predict(texts)

    def together(some: Sequence[str]) -> list[Prediction | Unscorable]:
        if any(text.startswith("very") for text in some):
            raise ValueError("cannot be read")
        return list(compact.predict(some))

    outcomes = isolate(together, texts, ValueError(), "probe")
    assert outcomes == [
        one if not text.startswith("very") else outcome
        for text, one, outcome in zip(texts, alone, outcomes, strict=True)
    ]
    assert sum(isinstance(outcome, Unscorable) for outcome in outcomes) == 8


# An analyzer that is broken


def broken(_text: str) -> Prediction:
    raise ValueError("out of order")


@pytest.mark.parametrize("answer", [broken, lambda _: NAN])
def test_an_analyzer_that_fails_at_everything_fails_the_chunk(
    bench: Bench, answer: Callable[[str], Prediction]
) -> None:
    analyzer = Picky(answer=answer)
    with pytest.raises(Transient, match=r"^fair@1 fails: ValueError$"):
        run(bench, analyzer, [f"text {n}" for n in range(250)])
    assert analyzer.calls == [250, 1]


def test_an_analyzer_that_breaks_meanwhile_fails_the_chunk(bench: Bench) -> None:
    analyzer = Picky()

    def answer(text: str) -> Prediction:
        if text == "bad" or len(analyzer.calls) > 2:
            raise ValueError("gone")
        return GOOD

    analyzer.answer = answer
    with pytest.raises(Transient, match=r"^fair@1 fails: ValueError$"):
        run(bench, analyzer, ["good", "bad"])


def test_what_an_analyzer_says_of_a_text_is_told_to_nobody(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """Not to the row, the log, nor to the host, which logs what is raised and all behind it."""

    def quote(text: str) -> Prediction:
        raise ValueError(f"cannot read {text!r}")

    request = bench.submit(uploads=[UploadedPost(id="up", comments=(Comment(id="1", text=MARK),))])
    bench.analyzer = Picky(answer=quote)
    bench.deliver("posts", bench.one("posts")[0])
    message, _ = bench.one("comments")
    with pytest.raises(Transient) as caught:
        bench.deliver("comments", message)
    told = "".join(traceback.format_exception(caught.value))
    bench.deliver("comments-poison", message)
    bench.drain()
    kept = b"".join(bench.jobs.read(name) for name in bench.jobs.names(f"{request.job}/failure"))
    row = result_rows(bench.services, request, 0)[0]
    assert row.reason == "1 of 1 comments could not be scored: fair@1 fails: ValueError"
    for place in (told, caplog.text, kept.decode(), row.reason):
        assert MARK not in place
    assert "in quote" in told, "where it failed is told"

    single = run(bench, Picky(answer=lambda t: quote(t) if t == MARK else GOOD), ["a", MARK])
    row = result_rows(bench.services, single, 0)[0]
    assert row.reason.endswith("fails at comment c1: ValueError")
    assert MARK not in caplog.text


@pytest.mark.parametrize("later", [Unavailable("busy"), Transient("disk full"), MemoryError()])
@pytest.mark.parametrize("after", [0, 1, 2])
def test_later_is_no_fault_of_a_text(bench: Bench, later: Exception, after: int) -> None:
    analyzer = Picky()

    def answer(text: str) -> Prediction:
        if len(analyzer.calls) > after:
            raise later
        return fails_at("bad")(text)

    analyzer.answer = answer
    bench.analyzer = analyzer
    comments = tuple(Comment(id=text, text=text) for text in ["good", "bad"])
    request = bench.submit(uploads=[UploadedPost(id="up", comments=comments)])
    bench.deliver("posts", bench.one("posts")[0])
    message, _ = bench.one("comments")
    if isinstance(later, Unavailable):
        bench.deliver("comments", message)
        assert bench.one("comments")[0].attempt == 1
    else:
        with pytest.raises(type(later)):
            bench.deliver("comments", message)
    assert bench.results.names(names.comments_csv(request.job)) == []


@given(st.lists(st.booleans(), min_size=1, max_size=250))
def test_any_texts_are_told_apart_in_a_bounded_number_of_calls(bad: list[bool]) -> None:
    calls: list[int] = []

    def score(texts: Sequence[str]) -> list[str | Unscorable]:
        calls.append(len(texts))
        if any(text.startswith("bad") for text in texts):
            raise ValueError
        return list(texts)

    texts = [f"bad {n}" if one else f"good {n}" for n, one in enumerate(bad)]
    outcomes = isolate(score, texts, ValueError(), "probe")
    assert [isinstance(outcome, Unscorable) for outcome in outcomes] == bad
    assert [text for text, one in zip(outcomes, bad, strict=True) if not one] == [
        text for text in texts if text.startswith("good")
    ]
    assert len(calls) <= HALVINGS + 2 * len(texts) + 2
    assert sum(calls) <= 9 * len(texts) + 2
    if sum(bad) == 1:
        assert sum(calls) <= 2 * len(texts) + 16


def test_a_text_that_comes_often_is_tried_once() -> None:
    calls: list[int] = []

    def score(texts: Sequence[str]) -> list[str | Unscorable]:
        calls.append(len(texts))
        if "bad" in texts:
            raise ValueError
        return list(texts)

    outcomes = isolate(score, ["bad"] * 100 + ["good"] * 100, ValueError(), "probe")
    assert [isinstance(outcome, Unscorable) for outcome in outcomes] == [True] * 100 + [False] * 100
    assert calls == [1, 1, 1, 1]
