"""Ids that sort, and names that nobody can lead astray."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from undertone.pipeline import names
from undertone.text import digest

_START = datetime(2020, 1, 1, tzinfo=UTC)
moments = st.timedeltas(timedelta(), timedelta(days=365 * 980)).map(lambda past: _START + past)
MILLISECOND = timedelta(milliseconds=1)


@given(moments, moments)
def test_newer_ids_sort_before_older_ones(one: datetime, other: datetime) -> None:
    first, second = (names.new_job_id(at, lambda _: 0) for at in (one, other))
    if one - other >= MILLISECOND:
        assert first < second


@given(moments)
def test_an_id_holds_its_moment(moment: datetime) -> None:
    whole = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert names.created_at(names.new_job_id(moment, secrets.randbits)) == whole


@given(moments, st.integers(0, 2**80 - 1))
def test_ids_are_ids_of_one_length(moment: datetime, random: int) -> None:
    job = names.new_job_id(moment, lambda bits: random if bits == 80 else 0)
    assert names.is_job_id(job)
    assert len(job) == names.JOB_ID_LENGTH == 25


@given(st.integers(0, 2**80 - 1), st.integers(0, 79))
def test_no_random_bit_is_lost(random: int, bit: int) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    turned = random ^ (1 << bit)
    assert names.new_job_id(at, lambda _: random) != names.new_job_id(at, lambda _: turned)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "../x",
        "0" * 24,
        "0" * 26,
        "I" * 25,
        "u" * 25,
        "0" * 24 + "\n",
        "0" * 24 + "/",
        "\u0660" * 25,
    ],
)
def test_anything_else_is_no_id(text: str) -> None:
    assert not names.is_job_id(text)


@given(st.text(max_size=30), st.text(max_size=30))
def test_owners_and_keys_are_digests(owner: str, key: str) -> None:
    parts = names.idempotency(owner, key).split("/")
    assert parts[0] == "idempotency"
    assert [len(part) for part in parts[1:]] == [40, 40]
    assert names.index_prefix(owner) == f"index/{parts[1]}/"
    assert (digest(owner) == digest(key)) == (owner == key)


def test_a_lone_surrogate_has_a_digest() -> None:
    assert len(digest("\ud83d")) == 40


def test_all_that_a_job_has_is_below_its_prefix_but_its_entries_in_lists() -> None:
    job = "0" * 25
    own = [
        names.request(job), names.rows(job, 3), names.barrier(job), names.progress(job),
        names.closing(job), names.closed(job), names.snapshot(job, 7), names.comments(job, 7, "d"),
        names.post_barrier(job, 7, 1), names.page(job, 7, 1), names.attempt(job, 7),
        names.chunk_attempt(job, 7, 0, 1), names.log_part(names.barrier(job), 1),
        names.log_part(names.progress(job), 1), names.failure(job, 7),
        names.chunk_failure(job, 7, 0), names.posts_csv(job),
        names.comments_csv(job), names.comments_jsonl(job),
    ]  # fmt: skip
    assert all(name.startswith(names.job_prefix(job)) for name in own)
    assert len(set(own)) == len(own)
    outside = [names.open_marker(job), names.stop(job), names.index("me", job)]
    assert not any(name.startswith(names.job_prefix(job)) for name in outside)


JOB = "0" * names.JOB_ID_LENGTH


@pytest.mark.parametrize(
    "name",
    [
        names.request(JOB),
        names.rows(JOB, 3),
        names.snapshot(JOB, 3),
        names.comments(JOB, 3, "0123abcd"),
    ],
)
def test_requests_rows_and_snapshots_never_change(name: str) -> None:
    assert names.is_immutable(name)


@pytest.mark.parametrize(
    "name",
    [
        names.barrier(JOB),
        names.progress(JOB),
        names.post_barrier(JOB, 3, 0),
        names.attempt(JOB, 3),
        names.chunk_attempt(JOB, 3, 0, 1),
        names.log_part(names.barrier(JOB), 1),
        names.closing(JOB),
        names.closed(JOB),
        names.stop(JOB),
        names.failure(JOB, 3),
        names.chunk_failure(JOB, 3, 0),
        names.open_marker(JOB),
    ],
)
def test_all_else_may_change(name: str) -> None:
    assert not names.is_immutable(name)


def test_barriers_are_the_blobs_whose_lines_decide() -> None:
    assert names.is_barrier(names.barrier(JOB))
    assert names.is_barrier(names.post_barrier(JOB, 3, 1))
    assert names.is_barrier(names.log_part(names.barrier(JOB), 1))
    assert names.is_barrier(names.log_part(names.post_barrier(JOB, 3, 1), 2))
    assert not names.is_barrier(names.progress(JOB))
