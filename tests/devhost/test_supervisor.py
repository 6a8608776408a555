from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
import requests

from devhost.errors import StartupError
from devhost.supervisor import DevHost
from tests.devhost.playground import APP, playground, until
from tools.project import AZURITE_HOME

IMPORTS = "import azure.functions as func\napp = func.FunctionApp()\n"
QUEUE = (
    IMPORTS
    + '@app.queue_trigger(arg_name="msg", queue_name="{queue}", connection="{connection}")\n'
    "def work(msg: func.QueueMessage) -> None: ...\n"
)
TIMER = (
    IMPORTS + '@app.timer_trigger(arg_name="timer", schedule="{schedule}")\n'
    "def tick(timer: func.TimerRequest) -> None: ...\n"
)


def refusal(folder: Path, app: str, host: str = '{"version": "2.0"}') -> str:
    (folder / "function_app.py").write_text(app)
    (folder / "host.json").write_text(host)
    with pytest.raises(StartupError) as error, DevHost(folder, storage="AccountName=x"):
        pass
    return str(error.value)


@pytest.mark.parametrize(
    ("app", "reason"),
    [
        ("import no_such_module\n", "ModuleNotFoundError: No module named 'no_such_module'"),
        (IMPORTS, "registers no function"),
        ("x = 1\n", "Could not find top level function app"),
        (QUEUE.format(queue="%NOPE%", connection="AzureWebJobsStorage"), "names %NOPE%"),
        (QUEUE.format(queue="Work_1", connection="AzureWebJobsStorage"), "no valid queue name"),
        (QUEUE.format(queue="work", connection="OTHER"), "needs the app setting OTHER"),
        (QUEUE.format(queue="work", connection="AzureWebJobsStorage"), "no valid connection"),
        (TIMER.format(schedule="0 0 99 * * *"), "is no schedule"),
    ],
)
def test_apps_that_cannot_work_are_refused(tmp_path: Path, app: str, reason: str) -> None:
    assert reason in refusal(tmp_path, app)


def test_an_import_error_shows_where(tmp_path: Path) -> None:
    assert "line 2" in refusal(tmp_path, "import json\njson.loads('{')\n")


def test_bindings_that_it_does_not_serve_are_refused(tmp_path: Path) -> None:
    blob = (
        IMPORTS + '@app.blob_trigger(arg_name="b", path="x/{n}", connection="C")\n'
        "def f(b: func.InputStream) -> None: ...\n"
    )
    assert "function f is bound to blobTrigger" in refusal(tmp_path, blob)


def test_a_bad_host_file_is_refused(tmp_path: Path) -> None:
    host = '{"version": "2.0", "extensions": {"queues": {"batchSize": 64}}}'
    assert "batchsize" in refusal(tmp_path, QUEUE, host)


def test_a_folder_without_an_app_is_refused(tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    with pytest.raises(StartupError, match=r"no function_app\.py"), DevHost(tmp_path, storage="x"):
        pass


def test_an_instance_that_dies_at_its_start_is_reported(tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    (tmp_path / "function_app.py").write_text("import os\nos._exit(3)\n")
    with pytest.raises(StartupError, match="ended with code 3"), DevHost(tmp_path, storage="x"):
        pass


def test_a_taken_port_is_refused(azurite: str, tmp_path: Path) -> None:
    with playground(azurite, tmp_path) as ground:
        port = int(ground.host.url.rpartition(":")[2])
        with (
            pytest.raises(StartupError, match=f"port {port}"),
            DevHost(APP, storage=azurite, port=port),
        ):
            pass


def test_http_goes_on_when_an_instance_is_killed(
    azurite: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with playground(azurite, tmp_path, instances=3) as ground:
        first, second, third = ground.host.pids
        ground.host.kill(second)
        assert ground.host.pids == [first, third]
        seen = {
            requests.get(f"{ground.host.url}/api/echo/x", timeout=30).json()["pid"]
            for _ in range(40)
        }
        assert seen <= {first, third}
        until(lambda: True if "2 of 3 go on" in capfd.readouterr().err else None, "the notice")


def test_killing_a_stranger_is_an_error(azurite: str, tmp_path: Path) -> None:
    with playground(azurite, tmp_path) as ground, pytest.raises(ValueError, match="no living"):
        ground.host.kill(1)


def test_restart_replaces_a_dead_instance(azurite: str, tmp_path: Path) -> None:
    with playground(azurite, tmp_path, restart=True) as ground:
        [dead] = ground.host.pids
        assert ground.host.listening_pids == [dead]
        ground.host.kill(dead)
        assert ground.host.listening_pids == []
        until(lambda: True if ground.host.pids not in ([], [dead]) else None, "a new instance")
        until(lambda: ground.host.listening_pids or None, "it to listen")
        assert ground.host.listening_pids == ground.host.pids
        answer = requests.get(f"{ground.host.url}/api/echo/x", timeout=60).json()
        assert answer["pid"] != dead


def test_stopping_waits_for_what_runs(azurite: str, tmp_path: Path) -> None:
    with playground(azurite, tmp_path) as ground:
        ground.send(name="last", sleep=3)
        until(lambda: None if ground.work.peek_messages() else True, "the message to be taken")
        ground.host.stop()
        assert [one["name"] for one in ground.collect(1)] == ["last"]
        assert ground.left() == 0


@pytest.mark.slow
def test_stopping_gives_up_after_ten_seconds(azurite: str, tmp_path: Path) -> None:
    with playground(azurite, tmp_path) as ground:
        ground.send(name="endless", sleep=300)
        until(lambda: None if ground.work.peek_messages() else True, "the message to be taken")
        started = time.monotonic()
        ground.host.stop()
        assert 9 < time.monotonic() - started < 20
        assert "stopped with 1 invocations unfinished" in ground.log.read_text()
        assert ground.left() == 1


def test_settings_of_the_folder_and_an_emulator_of_its_own(tmp_path: Path) -> None:
    shutil.copytree(APP, tmp_path / "app")
    with DevHost(
        tmp_path / "app", settings={"AzureWebJobs.tick.Disabled": "true"}, azurite_home=AZURITE_HOME
    ) as host:
        assert "QueueEndpoint=http://127.0.0.1:" in host.storage
        assert any("work-poison" in line for line in host.functions)
