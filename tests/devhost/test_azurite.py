from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from azure.core.exceptions import ServiceRequestError, ServiceResponseError
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import LinearRetry, QueueServiceClient

from devhost import azurite as emulator
from tests.devhost.playground import until
from tools.project import AZURITE_HOME

HOLD = """
import sys
from devhost.azurite import azurite
from tools.project import AZURITE_HOME
with azurite(home=AZURITE_HOME) as connection:
    print(connection, flush=True)
    sys.stdin.read()
"""


def answers(connection: str) -> bool:
    impatient = LinearRetry(retry_total=0)
    with QueueServiceClient.from_connection_string(connection, retry_policy=impatient) as service:
        try:
            service.get_service_properties()
        except (ServiceRequestError, ServiceResponseError):
            return False
        return True


def test_it_answers_in_the_block_and_is_gone_after_it(azurite: str) -> None:
    assert azurite
    with emulator.azurite(home=AZURITE_HOME) as connection:
        assert connection != azurite, "two emulators share their ports"
        assert answers(connection)
    assert not answers(connection)


def test_it_ends_when_its_parent_is_killed(azurite: str) -> None:
    assert azurite
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        connection = parent.stdout.readline().strip()
        assert answers(connection)
        os.kill(parent.pid, signal.SIGKILL)
    until(lambda: None if answers(connection) else True, "the emulator to follow its parent")


def test_a_folder_keeps_the_data(azurite: str, tmp_path: Path) -> None:
    assert azurite
    for create in (True, False):
        with (
            emulator.azurite(folder=tmp_path, home=AZURITE_HOME) as connection,
            BlobServiceClient.from_connection_string(connection) as service,
        ):
            if create:
                service.create_container("kept")
            assert service.get_container_client("kept").exists()


def test_installing_again_changes_nothing(azurite: str) -> None:
    assert azurite
    script = emulator.install(AZURITE_HOME)
    before = script.stat().st_mtime_ns
    assert emulator.install(AZURITE_HOME) == script
    assert script.stat().st_mtime_ns == before


def test_a_failed_start_shows_the_emulators_output(tmp_path: Path) -> None:
    package = tmp_path / "node_modules" / "azurite"
    (package / "dist/src").mkdir(parents=True)
    (package / "package.json").write_text(json.dumps({"version": emulator.VERSION}))
    (package / "dist/src/azurite.js").write_text("console.log('no room'); process.exit(1)")
    with (
        pytest.raises(emulator.AzuriteError, match="no room"),
        emulator.azurite(home=tmp_path),
    ):
        pass
