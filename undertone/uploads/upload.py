"""One call for all that people upload: a list of links, or comments exported from somewhere.

What a file is, its content tells: links if every line is one or a table names no column of texts,
comments otherwise. Columns are recognised by their names only; which one was taken for what, and
what was not understood, stands in the note of every post made from the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import Message
from pathlib import PurePosixPath
from typing import Literal, NamedTuple

from undertone.records import UploadedPost
from undertone.text import excerpt
from undertone.uploads.columns import Chosen, Table, names_comments
from undertone.uploads.csv_reader import find_header, read_csv, read_rows, read_table, take_head
from undertone.uploads.json_reader import is_json, is_json_lines, read_json, read_json_lines
from undertone.uploads.link_list import (
    LINK_HEADINGS,
    is_link_list,
    is_prose_with_links,
    json_links,
    links_of_rows,
    names_links,
    read_links,
)
from undertone.uploads.post_builder import build_posts
from undertone.uploads.text_reader import DecodedText, decode_text, is_workbook, read_text

Format = Literal["csv", "json", "json lines", "text", ""]
"""Empty: to be told from the content."""

_FORMAT_OF_SUFFIX: dict[str, Format] = {
    ".csv": "csv", ".tsv": "csv", ".json": "json", ".jsonl": "json lines", ".ndjson": "json lines",
    ".txt": "text", ".tab": "csv",
}  # fmt: skip
_FORMAT_OF_TYPE: dict[str, Format] = {
    "application/json": "json",
    "text/json": "json",
    "application/x-ndjson": "json lines",
    "application/jsonl": "json lines",
    "application/json-lines": "json lines",
    "text/csv": "csv",
    "text/tab-separated-values": "csv",
    "application/vnd.ms-excel": "csv",
    "text/plain": "text",
}


_LONGEST_TYPE = 1_000
"""Characters of a content type that are looked at."""
_JSON_TEXTS = re.compile(rb'(?:\xef\xbb\xbf)?\s*\[\s*"')
"""How a JSON list of texts begins."""


class Upload(NamedTuple):
    """What a file holds: links or posts, the other is empty."""

    links: list[str]
    posts: list[UploadedPost]


def read_upload(
    body: bytes,
    *,
    content_type: str = "",
    file_name: str = "",
    kind: str = "",
    chosen: Mapping[str, str] | None = None,
    exported: datetime | None = None,
) -> Upload:
    """What is in the file `body`, in its order.

    `content_type` is an HTTP header's value and may name a charset; `kind` says what to read the
    file as, `urls` or `comments`; empty leaves it to the content. `chosen` names the columns of
    roles (`text`, `author`, …) that their names do not tell; relative times (`2 days ago`) are
    counted back from `exported`, or from now. Raises Rejected for what cannot be read and for a
    table without a column of what it is read as.
    """
    columns = tuple(sorted((chosen or {}).items()))
    when = exported or datetime.now(UTC)
    if columns and not kind:
        kind = "comments"
    if is_workbook(body):
        return _read_workbook(body, file_name, kind, columns, when)
    if not kind and _JSON_TEXTS.match(body) and (links := json_links(body)):
        return Upload(links, [])
    if kind == "urls" or (not kind and "json" not in content_type):
        text = decode_text(body)
        if kind == "urls" or _holds_links(text, is_csv="csv" in content_type):
            return Upload(read_links(text), [])
    return Upload([], _read_posts(body, content_type, file_name, columns, when))


def _holds_links(text: DecodedText, *, is_csv: bool) -> bool:
    """Whether every line of `text` is a link, or (`is_csv`) no column of it holds comments."""
    first = text.first_line()
    if ("://" in first or first.lower() in LINK_HEADINGS) and is_link_list(text):
        return True
    if not is_csv:
        return first[:1] not in {"[", "{"} and is_prose_with_links(text)
    head = take_head(read_rows(text, names_comments))
    return find_header(head, names_comments) is None and names_links(head)


def _read_posts(
    body: bytes, content_type: str, file_name: str, columns: Chosen, when: datetime
) -> list[UploadedPost]:
    header = Message()
    header["content-type"] = content_type[:_LONGEST_TYPE] or "application/octet-stream"
    suffix = PurePosixPath(file_name).suffix.lower()
    format_ = _FORMAT_OF_SUFFIX.get(suffix) or _FORMAT_OF_TYPE.get(header.get_content_type(), "")
    text = decode_text(body, header.get_content_charset() or "")
    table = _read_table(text, format_, columns)
    if text.note:
        table.notes.insert(0, text.note)
    return build_posts(table, _post_name(file_name), when)


def _post_name(file_name: str) -> str:
    return excerpt(PurePosixPath(file_name).stem).strip(". ") or "upload"


def _read_table(text: DecodedText, format_: Format, columns: Chosen) -> Table:
    start = text.first_line()[:1]
    if format_ == "text" and start in {"[", "{"} and is_json(text):
        format_ = ""  # JSON that was sent as plain text
    if format_ == "json lines" or (
        format_ in {"", "json"} and start == "{" and is_json_lines(text)
    ):
        return read_json_lines(text, columns)
    if format_ == "json" or (not format_ and start in {"[", "{"}):
        return read_json(text, columns)
    if format_ == "text" and not columns:
        return read_text(text)
    return read_csv(text, columns, declared=format_ == "csv")


def _read_workbook(
    body: bytes, file_name: str, kind: str, columns: Chosen, when: datetime
) -> Upload:
    """What is in an Excel workbook: a table as a CSV file has it."""
    from undertone.uploads.xlsx_reader import read_sheet  # noqa: PLC0415 - openpyxl is heavy

    rows = read_sheet(body)
    head = take_head(rows)
    if kind == "urls" or (
        not kind and find_header(head, names_comments) is None and names_links(head)
    ):
        return Upload(links_of_rows(head, rows), [])
    table = read_table(head, rows, columns)
    return Upload([], build_posts(table, _post_name(file_name), when))
