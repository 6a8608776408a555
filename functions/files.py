"""A file as the body of jobs/create, plain or in a form; its options are in the query."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from datetime import UTC, datetime

from functions.bodies import FIELDS
from functions.fields import Problems, bad_fields
from functions.forms import FORM, read_form
from functions.insights_body import insights_in_query
from functions.options import OPTIONS, job_options, read_options
from undertone import json_view
from undertone.pipeline.submit import Submission
from undertone.times import utc_from_text

ROLES = ("text", "id", "parent", "author", "time", "likes", "stars", "readers", "post", "title")
"""What a column may hold; the query names the column."""
_PARAMETERS = ("as", "file", "exported", "insights", *ROLES)
"""Of the query of a file, beside the options."""
HOST_PARAMETERS = ("code", "clientId")
"""Of any query, for the Functions host: its function key."""
_GENERIC_TYPES = {"", "application/octet-stream", "application/x-www-form-urlencoded"}
"""Content types that say nothing about the body; the last is curl's default."""
_JSON_TYPES = {"application/json", "text/json"}


def is_own_json(content_type: str, body: bytes) -> bool:
    """Whether the body is the JSON object of jobs/create; any other JSON is a file.

    It is if it has `urls` or `posts`, or nothing but options, and if no export can be read in it.
    """
    kind = content_type.partition(";")[0].strip().lower()
    start = re.compile(rb"\s*+").match(body, len(BOM_UTF8) * body.startswith(BOM_UTF8))
    first = body[start.end() : start.end() + 1] if start else b""
    if kind in _JSON_TYPES and first not in {b"[", b"{"}:
        return True
    if first != b"{" or kind not in _JSON_TYPES | _GENERIC_TYPES:
        return False
    try:
        raw = json_view.read(body)
    except ValueError:
        return not _is_json_lines(body)
    return not isinstance(raw, dict) or not {"urls", "posts"}.isdisjoint(raw) or not _is_export(raw)


def _is_json_lines(body: bytes) -> bool:
    first, _, rest = body.lstrip().partition(b"\n")
    try:
        json_view.read(first)
    except ValueError:
        return False
    return rest.lstrip()[:1] == b"{"


def _is_export(raw: Mapping[str, object]) -> bool:
    """Whether it has fields that are no options, and lists or texts among them."""
    others = [value for name, value in raw.items() if name not in FIELDS]
    is_list_of_texts = any(
        isinstance(value, list) and value and all(isinstance(each, str) for each in value)
        for value in others
    )  # such as `url` or `links` for `urls`
    return any(isinstance(value, (dict, list, str, json_view.LazyList)) for value in others) and (
        not is_list_of_texts
    )


def file_submission(
    content_type: str, body: bytes, query: Mapping[str, str], owner: str
) -> Submission:
    """The submission in a file, of which the query says what its name and content do not.

    Raises Rejected.
    """
    file_name = query.get("file", "")
    if content_type.partition(";")[0].strip().lower() == FORM:
        form = read_form(body, content_type)
        query = {**form.fields, **query}
        body, content_type = form.body, form.content_type
        file_name = query.get("file", "") or form.file_name
    problems = Problems()
    _check_names(query, problems)
    options = read_options(query, problems, strict=False)
    exported = _moment(query.get("exported", ""), problems)
    asked = query.get("insights", "")
    insights = insights_in_query(asked, problems) if asked else None
    if problems.count:
        raise bad_fields(problems)
    from undertone.uploads.upload import read_upload  # noqa: PLC0415 - only files need its parsers

    upload = read_upload(
        body,
        content_type=content_type,
        file_name=file_name,
        kind=query.get("as", ""),
        chosen={role: query[role] for role in ROLES if query.get(role)},
        exported=exported,
    )
    return Submission(
        owner=owner,
        urls=upload.links,
        uploads=upload.posts,
        name=options.name,
        options=job_options(options),
        insights=insights,
    )


def _check_names(query: Mapping[str, str], problems: Problems) -> None:
    for name in query:
        if name not in (*OPTIONS, *_PARAMETERS, *HOST_PARAMETERS):
            known = ", ".join((*OPTIONS, *_PARAMETERS))
            problems.add(name, f"is not known; the query takes {known}")
    if query.get("as", "") not in {"", "urls", "comments"}:
        problems.add("as", "must be `urls` or `comments`")


def _moment(text: str, problems: Problems) -> datetime | None:
    """The moment of the export that relative times are counted back from."""
    if not text:
        return None
    written = utc_from_text(text)
    if not written:
        problems.add("exported", "must be a date like 2026-11-21, or a time")
        return None
    return datetime.fromisoformat(written).astimezone(UTC)
