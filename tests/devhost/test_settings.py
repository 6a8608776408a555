from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from devhost.errors import StartupError
from devhost.settings import (
    HostFile,
    connection,
    is_disabled,
    read_app_settings,
    read_host_file,
    resolve,
    seconds,
)


def host_file(folder: Path, settings: dict[str, str] | None = None, **queues: Any) -> HostFile:
    path = folder / "host.json"
    path.write_text(json.dumps({"version": "2.0", "extensions": {"queues": queues}}))
    return read_host_file(path, settings or {})


def test_defaults_are_the_real_hosts(tmp_path: Path) -> None:
    queues = host_file(tmp_path).extensions.queues
    assert (queues.batch_size, queues.max_dequeue_count) == (16, 5)
    assert queues.threshold == 8 * (os.process_cpu_count() or 1)
    assert seconds(queues.visibility_timeout) == 0
    assert queues.message_encoding == "base64"


def test_keys_are_read_in_any_case(tmp_path: Path) -> None:
    assert host_file(tmp_path, BATCHSIZE=3).extensions.queues.batch_size == 3


def test_app_settings_override_it(tmp_path: Path) -> None:
    settings = {
        "AzureFunctionsJobHost__extensions__queues__batchSize": "7",
        "AzureFunctionsJobHost__Extensions__Http__RoutePrefix": "v1",
    }
    read = host_file(tmp_path, settings, batchSize=3)
    assert read.extensions.queues.batch_size == 7
    assert read.extensions.http.route_prefix == "v1"


@pytest.mark.parametrize(
    ("queues", "named"),
    [
        ({"batchSize": 33}, "batchsize"),
        ({"batchSize": "many"}, "batchsize"),
        ({"maxDequeueCount": 0}, "maxdequeuecount"),
        ({"visibilityTimeout": "30 s"}, "30 s"),
        ({"messageEncoding": "utf8"}, "messageencoding"),
    ],
)
def test_bad_values_are_refused_by_name(tmp_path: Path, queues: dict[str, Any], named: str) -> None:
    with pytest.raises(StartupError, match=named):
        host_file(tmp_path, **queues)


def test_broken_or_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="cannot be read"):
        read_host_file(tmp_path / "host.json", {})
    (tmp_path / "host.json").write_text("{")
    with pytest.raises(StartupError, match="not valid JSON"):
        read_host_file(tmp_path / "host.json", {})


@pytest.mark.parametrize(
    ("text", "value"),
    [("00:00:30", 30), ("01:02:03", 3723), ("1.00:00:00", 86400), ("00:00:00.200", 0.2)],
)
def test_time_spans(text: str, value: float) -> None:
    assert seconds(text) == pytest.approx(value)


def write_settings(path: Path, **values: Any) -> None:
    path.write_text(json.dumps({"Values": values}))


def test_the_environment_wins_and_empty_values_are_skipped(tmp_path: Path) -> None:
    write_settings(tmp_path / "local.settings.json", A="file", B="file", C="")
    read = read_app_settings(tmp_path, None, {"A": "environment"})
    assert (read["A"], read["B"]) == ("environment", "file")
    assert "C" not in read


def test_own_settings_come_before_the_example(tmp_path: Path) -> None:
    write_settings(tmp_path / "local.settings.example.json", A="example")
    assert read_app_settings(tmp_path, None, {})["A"] == "example"
    write_settings(tmp_path / "local.settings.json", B="own")
    assert "A" not in read_app_settings(tmp_path, None, {})
    assert read_app_settings(tmp_path, tmp_path / "local.settings.example.json", {})["A"]


def test_values_must_be_strings(tmp_path: Path) -> None:
    write_settings(tmp_path / "local.settings.json", A=1)
    with pytest.raises(StartupError, match=r"Values\.A"):
        read_app_settings(tmp_path, None, {})


def test_placeholders() -> None:
    assert resolve("%A%-poison", {"A": "work"}, "it") == "work-poison"
    with pytest.raises(StartupError, match=r"the queue of f names %B%.*add it to Values"):
        resolve("%B%", {"B": ""}, "the queue of f")


def test_connections() -> None:
    assert connection("X", {"X": "string"}, "f") == "string"
    with pytest.raises(StartupError, match="f needs the app setting X"):
        connection("X", {}, "f")
    with pytest.raises(StartupError, match="by identity"):
        connection("X", {"X__accountName": "a"}, "f")


@pytest.mark.parametrize(("value", "disabled"), [("true", True), ("1", True), ("false", False)])
def test_disabled(value: str, disabled: bool) -> None:
    assert is_disabled("f", {"AzureWebJobs.f.Disabled": value}) is disabled
    assert not is_disabled("g", {"AzureWebJobs.f.Disabled": value})
