"""The file in a form: what `curl -F file=@export.xlsx` and browsers send (multipart/form-data)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from undertone.errors import Rejected

if TYPE_CHECKING:
    from multipart import MultipartSegment, PushMultipartParser

FORM = "multipart/form-data"
_BLOCK = 64 * 1024
_MOST_PARTS = 100
_LONGEST_FIELD = 4_000
"""Bytes of a field that is no file."""


class Form(NamedTuple):
    """A form with one file."""

    fields: dict[str, str]
    """What is beside the file, as the query has it."""
    body: bytes
    file_name: str
    content_type: str


def read_form(body: bytes, content_type: str) -> Form:
    """The file in `body` and the fields beside it. Raises Rejected for none, or several."""
    import multipart  # noqa: PLC0415 - only forms need it

    _, options = multipart.parse_options_header(content_type[:1_000])
    fields: dict[str, str] = {}
    files: list[Form] = []
    try:
        parser = multipart.PushMultipartParser(
            options.get("boundary", ""), max_segment_count=_MOST_PARTS
        )
        with parser:
            for part, data in _parts(parser, body):
                if part.filename is None:
                    fields[part.name] = data[:_LONGEST_FIELD].decode("utf-8", "replace")
                else:
                    files.append(Form({}, data, part.filename, part.content_type or ""))
    except (multipart.MultipartError, ValueError) as error:
        raise Rejected(
            f"the form is broken ({error}): send it as `curl -F file=@FILE` does", status=400
        ) from None
    if len(files) != 1:
        raise Rejected(
            f"the form holds {len(files)} files: send one, as `curl -F file=@FILE` does, and the "
            "others as jobs of their own"
        )
    return files[0]._replace(fields=fields)


def _parts(parser: PushMultipartParser, body: bytes) -> Iterator[tuple[MultipartSegment, bytes]]:
    """Each part of the form with its content."""
    part: MultipartSegment | None = None
    content: list[bytes] = []
    for start in range(0, len(body), _BLOCK):
        for event in parser.parse(body[start : start + _BLOCK]):
            if isinstance(event, (bytes, bytearray)):
                content.append(bytes(event))
            elif event is not None:
                part, content = event, []
            elif part is not None:
                yield part, b"".join(content)
