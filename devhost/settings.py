"""host.json and the app settings, read as the real host reads them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from devhost.errors import StartupError

OVERRIDE = "azurefunctionsjobhost__"
"""Prefix of app settings that override host.json; `__` separates the keys of nested objects."""

HOST_STORAGE = "AzureWebJobsStorage"
INVISIBILITY = 600
"""Seconds that the real host hides a received message; it renews them at half time."""
EMULATOR = "UseDevelopmentStorage=true"
_TIMESPAN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?")
_PLACEHOLDER = re.compile(r"%([^%]+)%")


def _lower(name: str) -> str:
    """The field's key in host.json, whose keys are case-insensitive and read in lower case here."""
    return name.replace("_", "")


class Queues(msgspec.Struct, frozen=True, rename=_lower):
    """`extensions.queues`: holds for all queue functions."""

    batch_size: Annotated[int, msgspec.Meta(ge=1, le=32)] = 16
    new_batch_threshold: Annotated[int, msgspec.Meta(ge=0)] | None = None
    visibility_timeout: str = "00:00:00"
    max_dequeue_count: Annotated[int, msgspec.Meta(ge=1)] = 5
    message_encoding: Literal["base64", "none"] = "base64"
    max_polling_interval: str = "00:00:02"  # the real host's default in Development

    @property
    def threshold(self) -> int:
        """Receive again when no more messages than this are running."""
        if self.new_batch_threshold is not None:
            return self.new_batch_threshold
        return self.batch_size // 2 * (os.process_cpu_count() or 1)


class Http(msgspec.Struct, frozen=True, rename=_lower):
    """`extensions.http`; -1 means no limit."""

    route_prefix: str = "api"
    max_concurrent_requests: int = -1
    max_outstanding_requests: int = -1


class Extensions(msgspec.Struct, frozen=True, rename=_lower):
    """`extensions`."""

    queues: Queues = Queues()
    http: Http = Http()


class Logging(msgspec.Struct, frozen=True, rename=_lower):
    """`logging`: the level of each category."""

    log_level: dict[str, str] = {}


class HostFile(msgspec.Struct, frozen=True, rename=_lower):
    """The parts of host.json that this host acts on."""

    version: Literal["2.0"]
    extensions: Extensions = Extensions()
    logging: Logging = Logging()


def read_host_file(path: Path, app_settings: Mapping[str, str]) -> HostFile:
    """Read host.json with the overrides among `app_settings`. Raises StartupError."""
    raw = _lower_keys(_read_json(path))
    for name, value in app_settings.items():
        if name.lower().startswith(OVERRIDE):
            _put(raw, name.lower().removeprefix(OVERRIDE).split("__"), value)
    try:
        host_file = msgspec.convert(raw, HostFile, strict=False)
        seconds(host_file.extensions.queues.visibility_timeout)
        seconds(host_file.extensions.queues.max_polling_interval)
    except (msgspec.ValidationError, ValueError) as error:
        raise StartupError(f"{path.name}: {error}") from error
    return host_file


def _lower_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key.lower(): _lower_keys(inner) for key, inner in value.items()}
    return value


def _put(raw: dict[str, Any], path: list[str], value: str) -> None:
    for step in path[:-1]:
        raw = raw.setdefault(step, {})
    raw[path[-1]] = value


def seconds(timespan: str) -> float:
    """`[d.]hh:mm:ss[.f]` in seconds. Raises ValueError."""
    match = _TIMESPAN.fullmatch(timespan)
    if match is None:
        raise ValueError(f"{timespan!r} is no time span; write it as hh:mm:ss")
    days, hours, minutes, whole, fraction = match.groups()
    whole_seconds = ((int(days or 0) * 24 + int(hours)) * 60 + int(minutes)) * 60 + int(whole)
    return whole_seconds + float(fraction or 0)


def read_app_settings(
    folder: Path, file: Path | None, environment: Mapping[str, str]
) -> dict[str, str]:
    """The environment of the app: local.settings.json under the real environment, which wins.

    Without a `file`, local.settings.json is read, or local.settings.example.json where there is
    none. Empty values are skipped. Raises StartupError.
    """
    candidates = [folder / "local.settings.json", folder / "local.settings.example.json"]
    path = file or next((path for path in candidates if path.is_file()), None)
    settings = {"AZURE_FUNCTIONS_ENVIRONMENT": "Development"}
    if path is not None:
        settings |= _values(path)
    return settings | dict(environment)


def _values(path: Path) -> dict[str, str]:
    values = _read_json(path).get("Values", {})
    for name, value in values.items():
        if not isinstance(value, str):
            raise StartupError(f"{path.name}: Values.{name} must be a string, in quotes")
    return {name: value for name, value in values.items() if value}


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise StartupError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise StartupError(f"{path} is not valid JSON: {error}") from error
    if not isinstance(content, dict):
        raise StartupError(f"{path} must hold a JSON object")
    return content


def resolve(text: str, settings: Mapping[str, str], where: str) -> str:
    """Replace every %NAME% by that app setting. Raises StartupError naming `where`."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if not settings.get(name):
            raise StartupError(
                f"{where} names %{name}%, but there is no app setting {name}; "
                "add it to Values in local.settings.json"
            )
        return settings[name]

    return _PLACEHOLDER.sub(value, text)


def connection(name: str, settings: Mapping[str, str], where: str) -> str:
    """The connection string in the app setting `name`. Raises StartupError naming `where`."""
    if value := settings.get(name):
        return value
    if any(setting.startswith(f"{name}__") for setting in settings):
        raise StartupError(
            f"{where}: {name} is a connection by identity, which the development host does not "
            f"make; set {name} to a connection string or to {EMULATOR}"
        )
    raise StartupError(
        f"{where} needs the app setting {name}, a storage connection string; "
        f"for local work set it to {EMULATOR}"
    )


def is_disabled(function: str, settings: Mapping[str, str]) -> bool:
    """Whether `AzureWebJobs.<function>.Disabled` switches the function off."""
    names = {f"AzureWebJobs.{function}.Disabled", f"AzureWebJobs_{function}_Disabled"}
    return any(settings.get(name, "").lower() in {"true", "1"} for name in names)
