"""What the stand-in platforms share while they run: the log of requests, and how pages are cut."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from tests.fakes.faults import fault_response, spoil
from tests.fakes.posts import Spec, spec_of


class Asked(NamedTuple):
    """One request that a platform got."""

    platform: str
    post: str
    path: str
    query: dict[str, str]


class World:
    """`page_size` caps every platform's pages, so that few comments make many pages."""

    def __init__(self, page_size: int = 100) -> None:
        self.page_size = page_size
        self.log: list[Asked] = []
        self.base = ""
        """Address of the server, once it runs."""
        self.own_media: list[str] = []
        """Shortcodes of posts that belong to the Instagram account of the Graph API."""
        self._count: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def asked(self, platform: str = "", post: str = "") -> list[Asked]:
        """The requests so far to `platform` for `post`; empty means any."""
        return [
            entry
            for entry in self.log
            if platform in {"", entry.platform} and post in {"", entry.post}
        ]

    def note(self, asked: Asked) -> int:
        """Log a request; how many the same post had before."""
        with self._lock:
            self.log.append(asked)
            self._count[asked.platform, asked.post] += 1
            return self._count[asked.platform, asked.post] - 1

    def answer(
        self,
        platform: str,
        request: Request,
        post: str,
        make: Callable[[Spec], Response],
        *,
        first_page: bool = True,
    ) -> Response:
        """Log the request, then let the post's fault answer, or `make`."""
        spec = spec_of(post)
        asked = Asked(platform, post, request.url.path, dict(request.query_params))
        nth = self.note(asked)
        page_is_first = first_page or self._seen_before(asked)
        fault = fault_response(spec.fault, nth, first_page=page_is_first, url=str(request.url))
        if fault is not None:
            return fault
        response = make(spec)
        if spec.fault == "odd":
            return Response(spoil(bytes(response.body)), response.status_code)
        return response

    def forget(self) -> None:
        """Empty the log, and let faults that pass after some requests happen anew."""
        with self._lock:
            self.log.clear()
            self._count.clear()

    def _seen_before(self, asked: Asked) -> bool:
        """Whether this very request came before: `midway` fails once."""
        return self.log.count(asked) > 1


def as_json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """`value` as a platform sends it."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return Response(body, status, headers, "application/json; charset=UTF-8")


def cut[T](items: list[T], start: int, size: int) -> tuple[list[T], int | None]:
    """The page of `size` items at `start`, and where the next one starts (None: nowhere)."""
    end = start + size
    return items[start:end], end if end < len(items) else None
