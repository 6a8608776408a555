"""Asking a provider: limits, and no way to be led elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tests.fakes.server import serving
from undertone.errors import Transient
from undertone.identity.fetching import MOST_BYTES, fetch


@pytest.fixture
def seen() -> list[Request]:
    return []


@pytest.fixture
def base(seen: list[Request]) -> Iterator[str]:
    def page(request: Request) -> Response:
        seen.append(request)
        return Response(b"x" * int(request.query_params.get("size", 3)))

    routes = [
        Route("/page", page),
        Route("/moved", lambda _: RedirectResponse("/page")),
        Route("/broken", lambda _: Response(status_code=500)),
    ]
    with serving(Starlette(routes=routes)) as address:
        yield address


def test_what_stands_there(base: str) -> None:
    assert fetch(f"{base}/page") == b"xxx"
    assert len(fetch(f"{base}/page?size={MOST_BYTES}")) == MOST_BYTES


def test_too_much_is_not_read(base: str) -> None:
    with pytest.raises(Transient, match="more than"):
        fetch(f"{base}/page?size={MOST_BYTES + 1}")


def test_redirects_are_not_followed(base: str, seen: list[Request]) -> None:
    with pytest.raises(Transient, match="answered 307"):
        fetch(f"{base}/moved")
    assert seen == []


def test_errors_say_what_it_was(base: str) -> None:
    with pytest.raises(Transient, match="answered 500"):
        fetch(f"{base}/broken")
    with pytest.raises(Transient, match="could not be read"):
        fetch("http://127.0.0.1:1/")


def test_the_machines_own_passwords_are_not_sent(
    base: str, seen: list[Request], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login anna password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    fetch(f"{base}/page")
    assert "authorization" not in seen[0].headers
