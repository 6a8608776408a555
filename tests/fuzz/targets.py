"""What is fuzzed: every parser of bytes or texts that other people, platforms or versions wrote.

A target takes an input and returns; an exception that it does not expect is a finding. Where a
result has a property that all later steps rely on, the target asserts it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import azure.functions as func
import msgspec

from functions.forms import FORM, read_form
from functions.labels import read_labels
from functions.submit import read_submission
from model.text import plain, with_emoji_words
from tests.fakes.sources import WAYS
from tests.fuzz import platforms
from tests.fuzz.parts import read_parts
from tests.fuzz.workbooks import with_sheet
from undertone.addresses import links_in
from undertone.errors import NewerVersion, Permanent, Rejected, Transient
from undertone.html_text import text_of_html
from undertone.pipeline import names
from undertone.pipeline.absence_cache import AbsenceCache
from undertone.pipeline.messages import decode
from undertone.pipeline.record_log import RecordLog
from undertone.pipeline.store import JobStore
from undertone.posts import is_short, parse_post_url
from undertone.privacy.masking import mask
from undertone.record_blobs import RecordBlobs
from undertone.results.csv_cells import text_cell
from undertone.sources.delays import rate_limit_reset, retry_time
from undertone.sources.public_hosts import public_https
from undertone.storage.memory import MemoryBlobs
from undertone.text import excerpt, tidy, without_surrogates
from undertone.times import utc_from_iso, utc_from_seconds, utc_from_text
from undertone.uploads.cells import comment_id, parent_id, parse_count, parse_stars, plain_text
from undertone.uploads.columns import find_columns
from undertone.uploads.upload import read_upload
from undertone.uploads.written_times import TimeReader
from undertone.uploads.xlsx_reader import read_sheet

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
Target = Callable[[bytes], None]


def upload(data: bytes) -> None:
    """A file that somebody sends. Expects Rejected."""
    part = read_parts(data)[0]
    try:
        found = read_upload(
            part.body,
            content_type=part.fields.get("content-type", ""),
            file_name=part.fields.get("file", ""),
            kind=part.fields.get("as", "") if part.fields.get("as") in {"urls", "comments"} else "",
            chosen={"text": part.fields["text"]} if "text" in part.fields else {},
            exported=NOW,
        )
    except Rejected as error:
        _check_rejected(error)
        return
    msgspec.json.encode(found)
    for post in found.posts:
        ids = [comment.id for comment in post.comments]
        assert len(set(ids)) == len(ids), "two comments have the same id"
        assert all(comment.text for comment in post.comments)


def submission(data: bytes) -> None:
    """The whole request of jobs/create; fields beside headers are its query. Expects Rejected."""
    part = read_parts(data)[0]
    headers = {"content-type", "idempotency-key", "traceparent"}
    request = func.HttpRequest(
        method="POST",
        url="http://localhost/api/jobs/create",
        headers={name: value for name, value in part.fields.items() if name in headers},
        params={name: value for name, value in part.fields.items() if name not in headers},
        body=part.body,
    )
    try:
        made = read_submission(request, "me")
    except Rejected as error:
        _check_rejected(error)
        return
    msgspec.json.encode((made.urls, made.uploads, made.name, made.options))
    names.idempotency(made.owner, made.key)
    assert len(made.traceparent) in {0, 55}


def labels(data: bytes) -> None:
    """The body of a job's labels. Expects Rejected."""
    try:
        found = read_labels(data)
    except Rejected as error:
        _check_rejected(error)
        return
    msgspec.json.encode(found)
    assert len({label.row for label in found}) == len(found), "two labels are of the same comment"
    assert all(label.origin == "sample" for label in found)


def _check_rejected(error: Rejected) -> None:
    answer = msgspec.json.encode((error.detail, error.problems))
    assert len(answer) < 1_000_000, f"the answer has {len(answer)} bytes"


def workbook(data: bytes) -> None:
    """An Excel workbook, whose archive was spoiled or whose sheet is `data`. Expects Rejected."""
    spoiled = data if data.startswith(b"PK") else with_sheet(data)
    try:
        rows = list(read_sheet(spoiled))
    except Rejected as error:
        _check_rejected(error)
        return
    assert all(isinstance(cell, str) for row in rows for cell in row)


def form(data: bytes) -> None:
    """The body of a form. Expects Rejected."""
    part = read_parts(data)[0]
    try:
        found = read_form(part.body, part.fields.get("content-type", f"{FORM}; boundary=x"))
    except Rejected as error:
        _check_rejected(error)
        return
    assert len(found.body) <= len(part.body)


def cells(data: bytes) -> None:
    """Cells of exports: texts, ids, counts, stars and times. Expects nothing."""
    given = _text(data)
    plain_text(given).encode("utf-8", "surrogatepass")
    comment_id(given)
    parent_id(given)
    parse_count(given)
    stars = parse_stars(given)
    assert stars is None or 0 <= stars <= 5
    time = TimeReader(NOW, [given]).read(given).text
    assert time == "" or utc_from_text(time) == time
    find_columns(given.split(","))


def links(data: bytes) -> None:
    """A link as people paste it. Expects Permanent."""
    text = _text(data)
    public_https(text)
    links_in(text)
    try:
        post = parse_post_url(text)
    except Permanent as error:
        error.reason.encode()
        return
    msgspec.json.encode(post)
    assert post.url.isascii(), post.url
    again = parse_post_url(post.url)
    assert again == post or is_short(post), f"{post} is then {again}"


def text(data: bytes) -> None:
    """A comment on its way to the model and into the tables. Expects nothing."""
    given = _text(data)
    for clean in (plain, with_emoji_words):
        clean(given).encode()
    whole = without_surrogates(given)
    excerpt(whole).encode()
    tidy(whole)
    text_cell(whole).encode()
    mask(whole).encode()


def html(data: bytes) -> None:
    """HTML of a platform. Expects nothing."""
    text_of_html(_text(data))


def message(data: bytes) -> None:
    """A queue message. Expects Transient."""
    try:
        found = decode(data)
    except Transient:
        return
    assert found is None or decode(found.encode()) == found


def record(data: bytes) -> None:
    """A blob of any kind of record. Expects what its reader may raise: msgspec's errors for what
    is no JSON or not this record, NewerVersion."""
    blobs = MemoryBlobs()
    store = JobStore(blobs, blobs, AbsenceCache(lambda: NOW))
    for kind in vars(store).values():
        if not isinstance(kind, RecordBlobs | RecordLog):
            continue
        alone = type(kind)(*({**vars(kind), "blobs": blobs, "name": _same_name}.values()))
        blobs.write("it", data)
        try:
            found = alone.read()
        except (NewerVersion, msgspec.DecodeError):
            continue
        if isinstance(alone, RecordBlobs):
            alone.write(found)
            assert alone.read() == found


def _same_name() -> str:
    return "it"


def times(data: bytes) -> None:
    """Times and delays as others write them. Expects nothing."""
    given = _text(data)
    for found in (utc_from_text(given), utc_from_iso(given)):
        assert found == "" or utc_from_text(found) == found, found
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    utc_from_seconds(seconds)
    for name in ("retry-after", "x-ratelimit-reset"):
        headers = {name: given, "x-ratelimit-remaining": given}
        for moment in (retry_time(headers, NOW), rate_limit_reset(headers, NOW)):
            assert moment is None or moment > NOW


def _text(data: bytes) -> str:
    """Any text: UTF-8 with lone surrogates, and what is neither as Latin-1."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("latin-1")


TARGETS: dict[str, Target] = {
    "upload": upload,
    "submission": submission,
    "workbook": workbook,
    "form": form,
    "cells": cells,
    "labels": labels,
    "links": links,
    "text": text,
    "html": html,
    "message": message,
    "record": record,
    "times": times,
    **{name.replace(" ", "-"): partial(platforms.check, name) for name in WAYS},
}
"""By the name that `./dev fuzz` takes."""
