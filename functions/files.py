"""Bodies that are files: a list of links, or comments that were exported somewhere.

What a file is, its content tells: links if every line is one or a column is called `url`, comments
if there is a column of texts. `?as=urls` or `?as=comments` says it instead.
"""

from __future__ import annotations

import azure.functions as func

from functions.bodies import OPTIONS, bad_fields, read_options, submission
from undertone.errors import Rejected
from undertone.pipeline.submit import Submission

PARAMETERS = ("as", "file", "code", "clientId")
"""Of the query, beside the options; the last two are the platform's."""


def file_submission(req: func.HttpRequest, body: bytes, owner: str) -> Submission:
    """The submission in a file. Raises Rejected."""
    problems: dict[str, str] = {
        name: f"is not known; the query takes {', '.join(OPTIONS)}, as, file"
        for name in req.params
        if name not in OPTIONS and name not in PARAMETERS
    }
    options = read_options(req.params, problems, strict=False)
    kind = req.params.get("as", "")
    if kind not in {"", "urls", "comments"}:
        problems["as"] = "must be `urls` or `comments`"
    if problems:
        raise bad_fields(problems)
    content_type = req.headers.get("content-type", "")
    file_name = req.params.get("file", "")
    if kind == "urls" or (not kind and _lists_links(body, content_type)):
        from undertone.sources.url_list import parse_url_list  # noqa: PLC0415 - csv parsing only here

        return submission(owner, body, options, urls=parse_url_list(body))
    from undertone.sources.upload import parse_upload  # noqa: PLC0415

    uploads = parse_upload(body, content_type=content_type, file_name=file_name)
    return submission(owner, body, options, uploads=uploads)


def _lists_links(body: bytes, content_type: str) -> bool:
    """Whether a file without `as` is a list of links."""
    from undertone.sources.columns import names_comments  # noqa: PLC0415
    from undertone.sources.tables import decode_text, header_place, read_rows  # noqa: PLC0415

    if "csv" not in content_type and "plain" not in content_type:
        return False
    text = decode_text(body).text
    lines = [line for line in text.splitlines()[:1000] if line.strip()]
    if lines and all("://" in line and " " not in line.strip() for line in lines):
        return True
    if "plain" in content_type:
        return False
    return header_place(read_rows(text, names_comments), names_comments) is None


def check_file(body: bytes) -> None:
    """Raises Rejected for an empty body."""
    if not body.strip():
        raise Rejected("the body is empty: send JSON, a list of links, or a file of comments")
