"""Models that are not in the package: brought from the container `models` to this machine once."""

from __future__ import annotations

import os
import tempfile
from hashlib import sha256
from pathlib import Path

from model.analyzer import UnknownAnalyzer
from undertone.ports import Blobs

MANIFEST = "manifest.json"


def bring_model(models: Blobs, name: str, below: Path) -> Path:
    """The folder below `below` with the files of `models/{name}/`, downloaded unless it is there.

    A folder's name holds a digest of the manifest, which holds the digests of the other files: so a
    model that is replaced under its name is brought anew. Raises UnknownAnalyzer, Transient.
    """
    prefix = f"{name}/"
    files = [blob.removeprefix(prefix) for blob in models.names(prefix)]
    if MANIFEST not in files:
        raise UnknownAnalyzer(
            f"there is no model {name!r}: upload the files that `./dev model export` makes to "
            f"`{name}/` in the container `models`, or choose another with ANALYZER"
        )
    digest = sha256(models.read(prefix + MANIFEST)).hexdigest()[:16]
    folder = below / f"{name}-{digest}"
    if not folder.is_dir():
        _download(models, prefix, files, folder)
    return folder


def _download(models: Blobs, prefix: str, files: list[str], folder: Path) -> None:
    """Under another name first, so that a folder that is there is there whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as half:
        for file in files:
            if "/" not in file:
                (Path(half) / file).write_bytes(models.read(prefix + file))
        try:
            os.rename(half, folder)  # noqa: PTH104 - onto nothing: fails if another was quicker
        except OSError:
            if not folder.is_dir():
                raise
            return
        Path(half).mkdir()  # what the context manager wants to remove
