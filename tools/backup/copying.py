"""Blobs of one account as files of a folder, and back into an account.

A file is called by a number, because blobs have names that no file system takes; `blobs.jsonl`, a
line a blob, says which is which. An append blob comes back with as many blocks as it had lines: a
barrier counts by its blocks. Staged blocks are not to be had from outside, so a job that is under
way cannot be brought back: what ended before the copy began is exact.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobServiceClient, BlobType, ContentSettings

LISTING = "blobs.jsonl"
THREADS = 16


class BackupError(Exception):
    """The folder cannot be used; the message says why."""


class Copied(NamedTuple):
    """What was copied."""

    blobs: int
    bytes: int


def save(service: BlobServiceClient, containers: Sequence[str], folder: Path) -> Copied:
    """Copy all blobs of these containers into `folder`, which must be empty. Raises BackupError."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty: a backup is made into a folder of its own")
    listed = [(container, blob) for container in containers for blob in _names(service, container)]
    with ThreadPoolExecutor(THREADS) as pool:
        lines = pool.map(lambda each: _save(service, folder, *each), enumerate(listed))
        kept = [line for line in lines if line]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in kept)
    (folder / LISTING).write_text(text, "utf-8")  # last: without it a folder is no backup
    return Copied(len(kept), sum(line["length"] for line in kept))


def _names(service: BlobServiceClient, container: str) -> Iterator[str]:
    try:
        yield from service.get_container_client(container).list_blob_names()
    except ResourceNotFoundError:
        return


def _save(
    service: BlobServiceClient, folder: Path, number: int, place: tuple[str, str]
) -> dict[str, Any] | None:
    """One blob into a file; None if it was deleted meanwhile."""
    container, name = place
    try:
        download = service.get_blob_client(container, name).download_blob()
        data = download.readall()
    except ResourceNotFoundError:
        return None
    (folder / f"{number:08d}").write_bytes(data)
    return {
        "file": f"{number:08d}",
        "container": container,
        "name": name,
        "append": download.properties.blob_type == BlobType.APPENDBLOB,
        "type": download.properties.content_settings.content_type,
        "length": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def restore(service: BlobServiceClient, folder: Path) -> Copied:
    """Copy a backup into an account; a blob that is there already stays as it is.

    Raises BackupError if a file is not what it was; the blobs before it have been copied then.
    """
    listing = folder / LISTING
    if not listing.is_file():
        raise BackupError(f"{folder} holds no backup: there is no {LISTING}, which is written last")
    lines = [json.loads(line) for line in listing.read_text("utf-8").splitlines()]
    for container in sorted({line["container"] for line in lines}):
        try:
            service.create_container(container)
        except ResourceExistsError:
            continue
    with ThreadPoolExecutor(THREADS) as pool:
        lengths = list(pool.map(lambda line: _restore(service, folder, line), lines))
    copied = [length for length in lengths if length is not None]
    return Copied(len(copied), sum(copied))


def _restore(service: BlobServiceClient, folder: Path, line: dict[str, Any]) -> int | None:
    """One blob; None if there is one of its name."""
    if not line["file"].isdecimal():
        raise BackupError(f"{LISTING} names the file {line['file']!r}, which no backup has")
    data = (folder / line["file"]).read_bytes()
    if hashlib.sha256(data).hexdigest() != line["sha256"]:
        raise BackupError(f"{folder / line['file']} is not what it was when it was saved")
    blob = service.get_blob_client(line["container"], line["name"])
    content = ContentSettings(content_type=line["type"])
    try:
        if not line["append"]:
            blob.upload_blob(data, overwrite=False, content_settings=content)
            return len(data)
        blob.create_append_blob(content_settings=content, match_condition=MatchConditions.IfMissing)
    except ResourceExistsError:
        return None
    for block in data.splitlines(keepends=True):
        blob.append_block(block)
    return len(data)
