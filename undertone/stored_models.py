"""Models that do not come with the app: downloaded from the container `models`, once a machine.

Whoever may write there could hand us a file made to break its reader. So no file is parsed, nor
even kept, before it has the digest that it should have: those of the files are in the manifest, and
that of the manifest may be pinned by a setting.
"""

from __future__ import annotations

import re
import tempfile
from hashlib import sha256
from pathlib import Path

import msgspec

from model.analyzer import ArtifactError, UnknownAnalyzer
from undertone import wire
from undertone.ports import Blobs

MANIFEST = "manifest.json"
"""The file that makes a folder a model; it holds the digests of the others."""
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,99}", re.ASCII)
"""Of a model and of a file: nothing that leads out of a folder."""


class _Digests(msgspec.Struct):
    files: dict[str, str]


def download_model(models: Blobs, name: str, cache: Path, *, pinned: str = "") -> Path:
    """The folder in `cache` with the files of `models/{name}/`, downloaded unless it exists.

    The folder is named after the manifest's digest, so that a model which was replaced under its
    name is downloaded again. `pinned`: the SHA-256 that the manifest must have, in hex; empty: any.

    Raises UnknownAnalyzer, ArtifactError (a digest is another one), Transient.
    """
    prefix = f"{name}/"
    files = [blob.removeprefix(prefix) for blob in models.names(prefix)]
    if _NAME.fullmatch(name) is None or MANIFEST not in files:
        raise UnknownAnalyzer(
            f"there is no model {name!r}: upload the files that `./dev model export` makes to "
            f"`{name}/` in the container `models`, or choose another with ANALYZER"
        )
    manifest = models.read(prefix + MANIFEST)
    digest = sha256(manifest).hexdigest()
    if pinned and digest != pinned.lower():
        raise ArtifactError(
            f"the manifest of model {name!r} has the SHA-256 {digest}, not that of MODEL_DIGEST: "
            "upload the model that was meant, or set MODEL_DIGEST to the new one's"
        )
    folder = cache / f"{name}-{digest[:32]}"
    if not folder.is_dir():
        _download(models, name, manifest, folder)
    return folder


def _download(models: Blobs, name: str, manifest: bytes, folder: Path) -> None:
    """Fill a temporary folder first, so that `folder` never exists with only some files."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        (Path(temporary) / MANIFEST).write_bytes(manifest)
        for file, expected in _digests(name, manifest).items():
            content = models.read(f"{name}/{file}")
            _check(f"{name}/{file}", content, expected)
            (Path(temporary) / file).write_bytes(content)
        try:
            Path(temporary).rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process was quicker, and its folder serves
                raise
            return
        Path(temporary).mkdir()  # what the context manager wants to remove


def _digests(name: str, manifest: bytes) -> dict[str, str]:
    """The files that the manifest speaks of; what else lies there is not downloaded."""
    try:
        files = wire.decode(manifest, _Digests).files
    except (msgspec.DecodeError, RecursionError) as error:
        raise ArtifactError(f"{MANIFEST} of model {name!r} cannot be read: {error}") from None
    strange = [file for file in files if _NAME.fullmatch(file) is None]
    if strange:
        raise ArtifactError(f"{MANIFEST} of model {name!r} names {strange[0]!r}, which is no file")
    return files


def _check(file: str, content: bytes, expected: str) -> None:
    actual = sha256(content).hexdigest()
    if actual != expected:
        raise ArtifactError(
            f"{file} in the container `models` has the SHA-256 {actual[:12]}… instead of "
            f"{expected[:12]}…, which its manifest says: upload the whole model again"
        )
