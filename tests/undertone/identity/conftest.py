"""Providers of identity on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.oidc import Provider, provider


@pytest.fixture
def issuer() -> Iterator[Provider]:
    """A provider with one RSA key."""
    with provider() as running:
        yield running
