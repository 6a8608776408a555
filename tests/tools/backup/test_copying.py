"""A backup and its restore on the emulator: the same jobs, states, rows and files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from azure.storage.blob import BlobServiceClient, BlobType

from devhost.supervisor import DevHost
from tools.backup.copying import LISTING, BackupError, restore, save
from tools.commands.backup import CONTAINERS
from tools.project import AZURITE_HOME, PROJECT

pytestmark = pytest.mark.azurite
TEXTS = ["I love it", "Awful, never again", "It arrived on Tuesday"]


@pytest.fixture
def service(azurite: str) -> Iterator[BlobServiceClient]:
    with BlobServiceClient.from_connection_string(azurite) as found:
        yield found


def contents(service: BlobServiceClient, container: str) -> dict[str, tuple[bytes, int, str]]:
    """Name → content, blocks of an append blob, type."""
    client = service.get_container_client(container)
    found = {}
    for name in client.list_blob_names():
        download = client.download_blob(name)
        properties = client.get_blob_client(name).get_blob_properties()
        found[name] = (
            download.readall(),
            properties.append_blob_committed_block_count or 0,
            str(properties.content_settings.content_type),
        )
    return found


def container(service: BlobServiceClient, name: str) -> str:
    service.create_container(name)
    service.get_blob_client(name, "a/ü?&.json").upload_blob(b"{}", content_settings=None)
    log = service.get_blob_client(name, "a/barrier")
    log.create_append_blob()
    for line in (b"one\n", b"two\n", b"three\n"):
        log.append_block(line)
    return name


def test_blobs_come_back_as_they_were(service: BlobServiceClient, tmp_path: Path) -> None:
    name = container(service, "copying-whole")
    before = contents(service, name)
    saved = save(service, [name, "there-is-none"], tmp_path / "backup")
    service.get_container_client(name).delete_blobs(*before)
    assert contents(service, name) == {}
    assert restore(service, tmp_path / "backup") == saved == (2, 16)
    assert contents(service, name) == before
    assert before["a/barrier"][1] == 3
    kind = service.get_blob_client(name, "a/barrier").get_blob_properties().blob_type
    assert kind == BlobType.APPENDBLOB


def test_nothing_is_overwritten(service: BlobServiceClient, tmp_path: Path) -> None:
    name = container(service, "copying-newer")
    save(service, [name], tmp_path / "backup")
    service.get_blob_client(name, "a/ü?&.json").upload_blob(b"newer", overwrite=True)
    service.get_blob_client(name, "a/barrier").append_block(b"four\n")
    assert restore(service, tmp_path / "backup") == (0, 0)
    assert contents(service, name)["a/ü?&.json"][0] == b"newer"
    assert contents(service, name)["a/barrier"][1] == 4


def test_a_file_that_has_changed_is_told(service: BlobServiceClient, tmp_path: Path) -> None:
    name = container(service, "copying-spoilt")
    save(service, [name], tmp_path)
    service.get_container_client(name).delete_blob("a/barrier")
    (tmp_path / "00000000").write_bytes(b"forged\n")
    with pytest.raises(BackupError, match="is not what it was"):
        restore(service, tmp_path)


def test_a_file_outside_the_folder_is_not_read(service: BlobServiceClient, tmp_path: Path) -> None:
    line = {"file": "../../etc/passwd", "container": "copying-outside", "name": "x"}
    (tmp_path / LISTING).write_text(json.dumps(line) + "\n")
    with pytest.raises(BackupError, match="which no backup has"):
        restore(service, tmp_path)


def test_a_folder_must_be_empty_and_a_backup_whole(
    service: BlobServiceClient, tmp_path: Path
) -> None:
    with pytest.raises(BackupError, match="holds no backup"):
        restore(service, tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(BackupError, match="is not empty"):
        save(service, [], tmp_path)


def rows(url: str, job: str) -> tuple[Any, Any, list[list[str]], bytes]:
    """What a client sees of a job: its entry in the list, its rows, both files."""
    listed = requests.get(f"{url}/api/jobs", timeout=60).json()["jobs"]
    [entry] = [each for each in listed if each["job_id"] == job]
    results = requests.get(f"{url}/api/jobs/{job}", timeout=60).json()
    table, comments = (
        requests.get(f"{url}/api/jobs/{job}/download?file={file}", timeout=60).content
        for file in ("posts.csv", "comments.csv")
    )
    without_links = [{k: v for k, v in each.items() if k != "links"} for each in (entry, results)]
    read = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    return without_links[0], without_links[1], read, comments


def test_a_job_is_the_same_on_another_account(tmp_path: Path) -> None:
    """Made and copied on one deployment, restored into an empty one."""
    body = {"name": "Kept", "posts": [{"id": "p", "comments": [{"text": t} for t in TEXTS]}]}
    folder = tmp_path / "backup"
    with DevHost(PROJECT, settings={"ANALYZER": "vader"}, azurite_home=AZURITE_HOME) as host:
        made = requests.post(f"{host.url}/api/jobs/create", json=body, timeout=60).json()
        job = made["job_id"]
        while not requests.get(made["links"]["status"], timeout=60).json()["completed_at"]:
            pass
        before = rows(host.url, job)
        with BlobServiceClient.from_connection_string(host.storage) as service:
            save(service, CONTAINERS, folder)
    with DevHost(PROJECT, settings={"ANALYZER": "vader"}, azurite_home=AZURITE_HOME) as host:
        assert requests.get(f"{host.url}/api/jobs", timeout=60).json()["jobs"] == []
        with BlobServiceClient.from_connection_string(host.storage) as service:
            restore(service, folder)
        assert rows(host.url, job) == before
    assert len(before[2]) == 2
    assert before[3].count(b"\n") >= len(TEXTS)
