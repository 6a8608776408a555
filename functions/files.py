"""Bodies that are files: a list of links, or comments that were exported somewhere.

What a file is, its content tells: links if every line is one or a column is called `url`, comments
if there is a column of texts. `?as=urls` or `?as=comments` says it instead.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8

import azure.functions as func

from functions.bodies import OPTIONS, read_options, submission
from functions.fields import bad_fields
from undertone.errors import Rejected
from undertone.pipeline.submit import Submission
from undertone.sources.answers import decode_json

PARAMETERS = ("as", "file")
"""Of the query, beside the options."""
PLATFORMS_OWN = ("code", "clientId")
"""Of the query, for the host: its function key."""


_UNTOLD = {"", "application/octet-stream", "application/x-www-form-urlencoded"}
"""What a client says that does not know better: the last is curl's own."""


def holds_request(content_type: str, body: bytes) -> bool:
    """Whether the body is an object of ours in JSON; a list in JSON is an export of comments."""
    first = body.removeprefix(BOM_UTF8).lstrip()[:1]
    if content_type in {"application/json", "text/json"}:
        return first != b"["
    return content_type in _UNTOLD and first == b"{"


def file_submission(req: func.HttpRequest, body: bytes, owner: str) -> Submission:
    """The submission in a file. Raises Rejected."""
    problems: dict[str, str] = {
        name: f"is not known; the query takes {', '.join(OPTIONS)}, as, file"
        for name in req.params
        if name not in (*OPTIONS, *PARAMETERS, *PLATFORMS_OWN)
    }
    options = read_options(req.params, problems, strict=False)
    kind = req.params.get("as", "")
    if kind not in {"", "urls", "comments"}:
        problems["as"] = "must be `urls` or `comments`"
    if problems:
        raise bad_fields(problems)
    content_type = req.headers.get("content-type", "")
    file_name = req.params.get("file", "")
    if not kind and (links := _json_links(body)):
        return submission(owner, options, urls=links)
    if kind == "urls" or (not kind and _lists_links(body, content_type)):
        from undertone.sources.url_list import parse_url_list  # noqa: PLC0415 - csv parsing only here

        return submission(owner, options, urls=parse_url_list(body))
    from undertone.sources.upload import parse_upload  # noqa: PLC0415

    uploads = parse_upload(body, content_type=content_type, file_name=file_name)
    return submission(owner, options, uploads=uploads)


def _json_links(body: bytes) -> list[str]:
    """The links in a JSON list of nothing else; none if it is anything else."""
    if not re.match(rb'\s*\[\s*"', body.removeprefix(BOM_UTF8)):
        return []
    try:
        values = decode_json(body)
    except ValueError:
        return []
    return values if all(isinstance(each, str) and _is_link(each) for each in values) else []


def _lists_links(body: bytes, content_type: str) -> bool:
    """Whether a file without `as` is a list of links."""
    from undertone.sources.columns import names_comments  # noqa: PLC0415
    from undertone.sources.tables import decode_text, header_place, read_rows  # noqa: PLC0415

    if "json" in content_type:
        return False
    text = decode_text(body).text
    lines = [line for line in text.splitlines()[:1000] if line.strip()]
    if lines and all(map(_is_link, lines[lines[0].strip().lower() in _HEADINGS :])):
        return True
    if "csv" not in content_type:
        return False
    return header_place(read_rows(text, names_comments), names_comments) is None


_HEADINGS = {"url", "urls", "link", "links"}


def _is_link(text: str) -> bool:
    return "://" in text and " " not in text.strip()


def check_file(body: bytes) -> None:
    """Raises Rejected for an empty body."""
    if not body.strip():
        raise Rejected("the body is empty: send JSON, a list of links, or a file of comments")
