"""Every setting that the code reads is set, listed and explained; no other one is."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tools.infra.bicep import templates
from undertone.settings import STORAGE, Settings
from undertone.vault import SECRET_SETTINGS

PROJECT = Path(__file__).parents[2]
HOSTS = {
    f"{STORAGE}__credential": "the kind of identity with which the host reaches storage",
    f"{STORAGE}__tableServiceUri": "where the host keeps its diagnostic events",
    "AZURE_CLIENT_ID": "which identity DefaultAzureCredential takes",
    "APPLICATIONINSIGHTS_CONNECTION_STRING": "where the host sends telemetry",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": "with which identity it does",
}
"""Settings that the Functions host or Azure's libraries read, and what for."""
NOT_IN_THE_CLOUD = {
    STORAGE: "a connection string, where no identity is used",
    f"{STORAGE}__accountName": "short for the two URIs, which fit every cloud",
}
LOCAL_ONLY = {"FUNCTIONS_WORKER_RUNTIME"}
"""Core Tools needs it; Flex Consumption refuses it."""
FORBIDDEN = {
    "FUNCTIONS_WORKER_RUNTIME",
    "FUNCTIONS_EXTENSION_VERSION",
    "FUNCTIONS_WORKER_PROCESS_COUNT",
    "SCM_DO_BUILD_DURING_DEPLOYMENT",
    "ENABLE_ORYX_BUILD",
    "WEBSITE_RUN_FROM_PACKAGE",
}
"""Settings with which an app on Flex Consumption does not start or deploy."""


class Asked(dict[str, str]):
    """Settings that note which of them were asked for."""

    def __init__(self, settings: dict[str, str]) -> None:
        super().__init__(settings)
        self.names: set[str] = set()

    def get(self, key: str, default: str = "") -> str:  # type: ignore[override]
        self.names.add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> str:
        self.names.add(key)
        return super().__getitem__(key)


def read_by_the_code() -> set[str]:
    with_string = Asked({STORAGE: "UseDevelopmentStorage=true"})
    with_identity = Asked({f"{STORAGE}__accountName": "a"})
    Settings.from_mapping(with_string)
    Settings.from_mapping(with_identity)
    return with_string.names | with_identity.names | set(SECRET_SETTINGS)


def set_in_the_cloud() -> set[str]:
    variables = templates()["settings"].variables
    return {*variables["defaults"], *variables["wired"]}


def listed() -> set[str]:
    example = json.loads((PROJECT / "local.settings.example.json").read_text())
    return set(example["Values"]) - LOCAL_ONLY


def explained() -> set[str]:
    """The settings in the table of the README: the first column of its rows."""
    readme = (PROJECT / "README.md").read_text("utf-8")
    table = readme.partition("| Setting | Meaning |")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_the_environment_is_read_in_one_place() -> None:
    """So that what `Settings` asks for is all that the code reads."""
    files = [PROJECT / "function_app.py"]
    for room in ("functions", "undertone", "model"):
        files += (PROJECT / room).rglob("*.py")
    reading = {
        file.relative_to(PROJECT).as_posix()
        for file in files
        if re.search(r"os\.environ(?!\.setdefault)|getenv", file.read_text("utf-8"))
    }
    assert reading == {"undertone/wiring.py"}


def test_what_the_code_reads_is_set_in_the_cloud_and_nothing_else() -> None:
    read = read_by_the_code()
    assert set_in_the_cloud() - (HOSTS.keys() - read) == read - NOT_IN_THE_CLOUD.keys()
    assert HOSTS.keys() <= set_in_the_cloud()
    assert not set_in_the_cloud() & FORBIDDEN


def test_what_the_code_reads_is_in_the_example_and_explained() -> None:
    by_identity = {name for name in read_by_the_code() if name.startswith(f"{STORAGE}__")}
    assert listed() == explained() == read_by_the_code() - by_identity


def test_no_setting_holds_a_secret() -> None:
    """A secret is empty in the template: it comes from the vault."""
    defaults = templates()["settings"].variables["defaults"]
    assert {defaults[name] for name in SECRET_SETTINGS} == {""}
    assert "@Microsoft.KeyVault" not in (PROJECT / "infra/settings.bicep").read_text()


def test_the_identity_settings_are_enough_for_the_app() -> None:
    """With what the template sets, and nothing else, storage is found."""
    wired = templates()["settings"].variables["wired"]
    settings = dict.fromkeys(wired, "") | {
        f"{STORAGE}__blobServiceUri": "https://a.blob.core.windows.net/",
        f"{STORAGE}__queueServiceUri": "https://a.queue.core.windows.net/",
        f"{STORAGE}__clientId": "11111111-2222",
    }
    assert settings.keys() == wired.keys()
    storage = Settings.from_mapping(settings).storage
    assert (storage.client_id, storage.connection) == ("11111111-2222", "")
