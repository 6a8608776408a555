"""The facts of a job: exactly what its barrier counts, whatever happens on the way."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest

from model.analyzer import Prediction, Unread
from tests.undertone.pipeline.conftest import ending
from tests.undertone.pipeline.insightful import (
    ASKED,
    TEXTS,
    Clumsy,
    Crash,
    Insightful,
    reconcile_until_done,
    table,
)
from undertone.errors import Missing, Transient
from undertone.insights.asked import Insights
from undertone.pipeline import names
from undertone.pipeline.facts import make_facts
from undertone.pipeline.messages import Delivery
from undertone.pipeline.reconcile import reconcile
from undertone.pipeline.stopping import cancel, delete
from undertone.pipeline.submit import Submission, submit
from undertone.records import Comment, UploadedPost


@pytest.fixture
def insightful() -> Insightful:
    return Insightful()


def test_the_facts_of_a_job(insightful: Insightful, tmp_path: Path) -> None:
    request = insightful.job()
    insightful.drain()
    assert insightful.store.closed.find(request.job)
    made = insightful.store.facts.read(request.job)
    assert (made.comments, made.empty, made.problem) == (7, 3, "")
    assert table(insightful, request, tmp_path, "top_entities_by_mentions") == [
        (1, "Ilo", 100 * (0 + 2 + 5 + 0 + 2), 5),
        (2, "Mara Venn", 0, 4),
        (3, "Mara Stone", 400, 2),
    ]
    assert table(insightful, request, tmp_path, "empty_texts") == [
        (1, "first", 2, 400),
        (2, "second", 1, 100),
    ]
    assert table(insightful, request, tmp_path, "sagas") == [
        ("salt", "Ilo", 500, 3),
        ("salt", "Mara Venn", 0, 4),
        ("snow", "Ilo", 400, 2),
        ("snow", "Mara Stone", 400, 2),
    ]
    felt = {
        (name, week): (clause, whole)
        for name, week, _, clause, whole in table(
            insightful, request, tmp_path, "sentiment_by_entity_and_week"
        )
    }
    clause, whole = felt["Mara Venn", "2026-W40"]
    assert clause != whole, "it is hated in a clause, liked in another"
    assert felt["Ilo", "2026-W40"][0] > 0
    assert not insightful.store.jobs.names(names.OPEN)


def test_a_job_without_insights_has_no_parts_and_no_facts(insightful: Insightful) -> None:
    request = insightful.job(asked=None)
    insightful.drain()
    assert insightful.facts(request) == {}
    assert not [name for name in insightful.jobs.names("") if "facts" in name or "vector" in name]
    assert not insightful.store.jobs.names(names.OPEN)


def test_the_rows_of_the_results_are_those_of_a_plain_job(insightful: Insightful) -> None:
    plain = insightful.job(asked=None)
    insightful.drain()
    insightful.now += timedelta(seconds=1)
    asking = insightful.job()
    insightful.drain()
    assert insightful.comments_csv(plain) == insightful.comments_csv(asking)


def test_the_zip_holds_every_file_and_the_queries(insightful: Insightful) -> None:
    request = insightful.job()
    insightful.drain()
    made = insightful.store.facts.read(request.job)
    data = insightful.results.read(names.facts_zip(request.job))
    with zipfile.ZipFile(io.BytesIO(data)) as zipped:
        held = set(zipped.namelist())
    assert {file.name for file in made.files} < held
    assert "queries/co_mentions.sql" in held


def test_vectors_are_kept_beside_the_facts(insightful: Insightful) -> None:
    request = insightful.job()
    insightful.drain()
    blocks = sorted(insightful.jobs.names(f"{request.job}/vectors/"))
    rows = np.frombuffer(
        b"".join(insightful.jobs.read(name) for name in blocks), dtype=np.int8
    ).reshape(-1, 3)
    assert len(rows) == 10
    assert not rows[1].any(), "an empty text has no meaning"
    exact = insightful.words.encode([TEXTS[0]])[0]
    assert rows[0] @ exact / np.linalg.norm(rows[0]) == pytest.approx(1, abs=1e-3)


def test_a_comment_without_topics_keeps_its_score(insightful: Insightful) -> None:
    insightful.words.fails = True
    everything = msgspec.structs.replace(ASKED, themes=True)
    plain = insightful.job(asked=None)
    insightful.now += timedelta(seconds=1)
    request = insightful.job(everything)
    insightful.drain()
    assert insightful.comments_csv(request) == insightful.comments_csv(plain)
    made = insightful.store.facts.read(request.job)
    assert (made.comments, made.problem) == (7, "")
    themes = insightful.results.read(names.facts_file(request.job, "themes.json"))
    assert json.loads(themes)["themes"] == []


# Duplicates, lost scorings, crashes


def undisturbed() -> dict[str, bytes]:
    bench = Insightful()
    request = bench.job()
    bench.drain()
    return bench.facts(request)


def test_what_is_scored_twice_with_other_results_counts_once(insightful: Insightful) -> None:
    request = insightful.job()
    expected = undisturbed()
    insightful.deliver("posts", insightful.take("posts")[0][0])
    chunks = [message for message, _ in insightful.take("comments")]
    for message in chunks:
        insightful.deliver("comments", message)
    insightful.moody.drift = 0.3
    for message in chunks:  # as if the first ones were not known to have arrived
        insightful.deliver("comments", message)
    insightful.moody.drift = 0.0
    reconcile_until_done(insightful, request)
    blocks = insightful.jobs.names(f"{request.job}/facts/")
    assert len(blocks) > 6, "the later scorings left parts of their own"
    assert insightful.facts(request) == expected


def _writes() -> int:
    bench = Clumsy()
    bench.job()
    begun = bench.writes
    bench.drain_delivering_again()
    return bench.writes - begun


@pytest.mark.slow
@pytest.mark.parametrize("error", [Crash(), Transient("storage is busy")])
def test_a_crash_at_any_write_changes_no_fact(error: BaseException) -> None:
    expected = undisturbed()
    for at in range(1, _writes() + 1):
        bench = Clumsy(error=error)
        request = bench.job()
        bench.at = bench.writes + at
        bench.drain_delivering_again()
        reconcile_until_done(bench, request)
        assert bench.facts(request) == expected, f"write {at}"
        assert bench.comments_csv(request), f"write {at}"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_disorder_repeats_and_errors_change_no_fact(seed: int) -> None:
    chance = random.Random(seed)
    error = chance.choice([Crash(), Transient("storage is busy")])
    bench = Clumsy(error=error)
    request = bench.job()
    bench.drain_in_disorder(chance)
    bench.at = -1
    reconcile_until_done(bench, request)
    assert bench.facts(request) == undisturbed()
    assert not bench.store.jobs.names(names.OPEN)


def test_the_message_lost_is_sent_again_by_reconcile(insightful: Insightful) -> None:
    request = insightful.job()
    while "facts" not in insightful.queues.sent:
        insightful.deliver_next()
    insightful.queues.sent.clear()
    assert insightful.store.closed.find(request.job)
    assert insightful.store.jobs.names(names.OPEN), "until its facts are there"
    reconcile_until_done(insightful, request)
    assert insightful.facts(request) == undisturbed()
    assert not insightful.store.jobs.names(names.OPEN)


def test_a_poisoned_message_ends_in_an_answer(insightful: Insightful) -> None:
    request = insightful.job()
    while "facts" not in insightful.queues.sent:
        insightful.deliver_next()
    (message, _) = insightful.take("facts")[0]
    part = insightful.jobs.names(f"{request.job}/facts/")[0]
    insightful.jobs.remove(part)
    with pytest.raises(Missing):
        insightful.deliver("facts", message)
    insightful.deliver("facts-poison", message)
    assert "logs" in insightful.store.facts.read(request.job).problem
    insightful.drain()
    reconcile(insightful.services)
    insightful.drain()
    assert not insightful.store.jobs.names(names.OPEN)


def test_a_cancelled_job_has_the_facts_of_what_was_scored(insightful: Insightful) -> None:
    request = insightful.job()
    (first, _), _ = insightful.take("posts")
    insightful.deliver("posts", first)
    insightful.deliver("comments", insightful.take("comments")[0][0])
    cancel(insightful.services, request)
    insightful.drain()
    made = insightful.store.facts.read(request.job)
    assert (made.comments, made.empty) == (1, 1)


def test_a_deleted_job_leaves_no_fact(insightful: Insightful) -> None:
    request = insightful.job()
    insightful.drain()
    assert insightful.facts(request)
    delete(insightful.services, request)
    insightful.drain()
    left = [*insightful.jobs.names(request.job), *insightful.results.names(request.job)]
    assert left == []


def test_facts_made_while_their_job_is_deleted_are_swept(insightful: Insightful) -> None:
    request = insightful.job()
    while "facts" not in insightful.queues.sent:
        insightful.deliver_next()
    (message, _) = insightful.take("facts")[0]
    delete(insightful.services, request)
    make_facts(insightful.services, Delivery(message))
    insightful.drain()
    assert not insightful.jobs.names(request.job)
    assert not insightful.results.names(request.job)


def test_facts_are_made_only_when_the_job_has_ended(insightful: Insightful) -> None:
    request = insightful.job()
    make_facts(insightful.services, Delivery(ending(request)))
    assert insightful.store.facts.find(request.job) is None


def test_themes_are_a_file_of_the_facts() -> None:
    texts = [word for n in range(120) for word in (f"salt is bad {n}", f"snow is good {n}")]
    made = []
    for _ in range(2):
        bench = Insightful()
        asked = Insights(themes=True)
        upload = UploadedPost(
            id="p", comments=tuple(Comment(id=str(n), text=t) for n, t in enumerate(texts))
        )
        submission = Submission(owner="me", uploads=[upload], insights=asked)
        request = submit(bench.services, submission).request
        bench.drain()
        made.append(bench.results.read(names.facts_file(request.job, "themes.json")))
    assert made[0] == made[1]
    themes = json.loads(made[0])
    assert (themes["sampled"], themes["of"]) == (240, 240)
    found = {theme["name"]: theme["comments"] for theme in themes["themes"]}
    assert found == {"bad, salt": 120, "good, snow": 120}


@dataclass
class Several:
    """Two models as one, and texts that neither reads."""

    model: str = "moody@1"

    def predict(self, texts: Sequence[str]) -> list[Prediction | Unread]:
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Prediction | Unread:
        if "salju" in text:
            return Unread("id")
        if "nieve" in text:
            return Prediction(0.1, 0.2, 0.7, language="es", model="other@2")
        return Prediction(0.7, 0.2, 0.1, language="en")


def test_facts_say_which_model_read_a_comment(insightful: Insightful) -> None:
    insightful.services = replace(insightful.services, analyzer=Several)
    texts = ("snow for Ilo", "nieve para Ilo", "salju untuk Ilo", "")
    comments = tuple(Comment(id=str(n), text=text) for n, text in enumerate(texts))
    made = Submission(owner="me", uploads=[UploadedPost(id="p", comments=comments)], insights=ASKED)
    request = submit(insightful.services, made).request
    insightful.drain()
    parts = map(insightful.jobs.read, insightful.jobs.names(f"{request.job}/facts/"))
    rows = [json.loads(line) for line in b"".join(parts).splitlines()]
    assert [(row["model"], row["label"]) for row in rows] == [
        ("moody@1", "negative"),
        ("other@2", "positive"),
        ("", None),
        ("", None),
    ]
    mentions = [mention["label"] for row in rows for mention in row["mentions"]]
    assert mentions == ["negative", "positive", None], "mentioned, whoever reads it"
    models = insightful.results.read(names.facts_file(request.job, "dim_model.parquet"))
    assert b"other@2" in models
    assert b"moody@1" in models
