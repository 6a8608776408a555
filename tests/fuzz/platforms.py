"""Platforms' answers as fuzzing inputs: each source reads them through a real session."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import chain, repeat
from typing import Any, override

import msgspec
import requests
import urllib3
from requests.adapters import HTTPAdapter

from tests.fakes.sources import WAYS, Way
from tests.fuzz.parts import Part, read_parts
from undertone.errors import Delayed, Permanent, Transient
from undertone.records import Page, Want
from undertone.sources.http import Session, allow_only

BASE = "https://stand-in.example"
PAGES = 4
"""Pages that are read at most: a source goes on from cursors that it made of answers."""
TOKEN = Part({"status": "200"}, b'{"access_token":"t","expires_in":3600}')


class Answers(HTTPAdapter):
    """Answers requests with one part after the other, the last again and again.

    A part's field `status` is the status, its others are headers. Requests for a token get `TOKEN`
    unless `tokens` is set.
    """

    def __init__(self, parts: Sequence[Part], *, tokens: bool = False) -> None:
        super().__init__()
        self._parts = chain(parts, repeat(parts[-1]))
        self._tokens = tokens

    @override
    def send(self, request: requests.PreparedRequest, *_args: Any, **_named: Any) -> Any:
        asks_token = "token" in (request.url or "")
        part = TOKEN if asks_token and not self._tokens else next(self._parts)
        status = part.fields.get("status", "")
        raw = urllib3.HTTPResponse(
            body=io.BytesIO(part.body),
            status=int(status)
            if status.isascii() and status.isdigit() and len(status) == 3
            else 200,
            headers={name: value for name, value in part.fields.items() if name.isprintable()},
            preload_content=False,
        )
        return self.build_response(request, raw)


def check(name: str, data: bytes) -> None:
    """Read posts of `name` from the answers in `data`.

    Each gives pages that survive being stored, or one of the three errors that sources may raise.
    Fields of the first part: `cursor`, which of the source's cursors to begin with, `order` and
    `replies`.
    """
    way, parts = WAYS[name], read_parts(data)
    first = parts[0].fields
    tokens = first.get("tokens") == "yes"
    session = Session(name, allow_only(BASE), adapter=lambda **_: Answers(parts, tokens=tokens))
    want = Want(
        order="newest" if first.get("order") == "newest" else "top",
        replies=first.get("replies") != "no",
    )
    _check_told(_reason(way, session, want, first.get("cursor", "")))


def _check_told(reason: str) -> None:
    """Reasons get into rows, statuses and logs."""
    reason.encode()
    assert reason.isprintable(), reason
    assert len(reason) < 2000, f"the reason has {len(reason)} characters"


def _reason(way: Way, session: Session, want: Want, number: str) -> str:
    """Why the post is given up or put off; empty if it is read."""
    try:
        _read_pages(way, session, want, number)
    except (Permanent, Delayed, Transient) as error:
        return str(error)
    return ""


def _read_pages(way: Way, session: Session, want: Want, number: str) -> None:
    source = way.make(session, BASE)
    cursor = way.cursors[int(number) % len(way.cursors) if number in {"0", "1", "2"} else 0]
    for _ in range(PAGES):
        page = source.read(way.post, want, cursor)
        stored = msgspec.json.encode(page)
        assert msgspec.json.decode(stored, type=Page) == page
        cursor = page.cursor
        if cursor is None:
            return
