"""What tests of several rooms share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from devhost import azurite as emulator
from tools.project import AZURITE_HOME


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--func",
        action="store_true",
        help="run the end-to-end tests against `func start` instead of the development host",
    )


# A busy machine is no failure: time limits of single examples are off, all else stays as it is.
settings.register_profile("unhurried", parent=settings.default, deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def azurite() -> Iterator[str]:
    """Connection string of a storage emulator in memory; one for each process of pytest-xdist."""
    try:
        script = emulator.install(AZURITE_HOME)
    except emulator.AzuriteError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))
    assert script.is_file()
    with emulator.azurite(home=AZURITE_HOME) as connection:
        yield connection


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data outside the project, named by UNDERTONE_DATA."""
    named = os.environ.get("UNDERTONE_DATA", "")
    if not named:
        pytest.skip("UNDERTONE_DATA does not name a folder of real data")
    folder = Path(named)
    assert folder.is_dir(), f"UNDERTONE_DATA names {named}, which is no folder"
    return folder
