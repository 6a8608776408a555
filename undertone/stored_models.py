"""Models that do not come with the app: downloaded from the container `models`, once a machine."""

from __future__ import annotations

import tempfile
from hashlib import sha256
from pathlib import Path

from model.analyzer import UnknownAnalyzer
from undertone.ports import Blobs

MANIFEST = "manifest.json"
"""The file that makes a folder a model; it holds the digests of the others."""


def download_model(models: Blobs, name: str, cache: Path) -> Path:
    """The folder in `cache` with the files of `models/{name}/`, downloaded unless it exists.

    The folder is named after the manifest's digest, so that a model which was replaced under its
    name is downloaded again. Raises UnknownAnalyzer, Transient.
    """
    prefix = f"{name}/"
    files = [blob.removeprefix(prefix) for blob in models.names(prefix)]
    if MANIFEST not in files:
        raise UnknownAnalyzer(
            f"there is no model {name!r}: upload the files that `./dev model export` makes to "
            f"`{name}/` in the container `models`, or choose another with ANALYZER"
        )
    digest = sha256(models.read(prefix + MANIFEST)).hexdigest()[:16]
    folder = cache / f"{name}-{digest}"
    if not folder.is_dir():
        _download(models, prefix, files, folder)
    return folder


def _download(models: Blobs, prefix: str, files: list[str], folder: Path) -> None:
    """Fill a temporary folder first, so that `folder` never exists with only some files."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        for file in files:
            if "/" not in file:
                (Path(temporary) / file).write_bytes(models.read(prefix + file))
        try:
            Path(temporary).rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process was quicker, and its folder serves
                raise
            return
        Path(temporary).mkdir()  # what the context manager wants to remove
