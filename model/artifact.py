"""A model's folder: model.onnx, tokenizer.json and the manifest that says what they are.

A large model's weights are in a file of their own, weights.bin.

The manifest is written by export.py and evaluate.py; every figure in it was measured.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from model.analyzer import MODEL, ArtifactError
from model.text import VERSIONS

FORMAT = 1
"""Raised when a manifest's meaning changes; an older app then refuses the newer artifact."""
TOKENIZER, MANIFEST = "tokenizer.json", "manifest.json"
WEIGHTS = "weights.bin"
"""A large model's weights, beside its graph: mapped into memory instead of parsed."""
CLASSES = ("negative", "neutral", "positive")
_FIELDS: dict[str, type | tuple[type, ...]] = {
    "format": int,
    "name": str,
    "revision": str,
    "source": str,
    "licence": str,
    "labels": list,
    "max_tokens": int,
    "pad_id": int,
    "preprocessing": str,
    "temperature": (int, float),
    "quantisation": str,
    "files": dict,
    "quality": dict,
}


class Manifest(NamedTuple):
    """What scoring needs to know of a model; the rest of manifest.json is for people."""

    name: str
    revision: str
    labels: tuple[str, ...]
    """The meaning of the model's outputs, in their order."""
    max_tokens: int
    """The window, special tokens included."""
    pad_id: int
    preprocessing: str
    temperature: float
    files: Mapping[str, str]
    """sha256 of each file, in hex."""


def opened(folder: Path) -> Manifest:
    """The folder's manifest, after its files were found to be those that it describes."""
    manifest = described(folder)
    check_files(folder, manifest)
    return manifest


def described(folder: Path) -> Manifest:
    """The folder's manifest alone."""
    return parsed(_read(folder / MANIFEST), folder)


def check_files(folder: Path, manifest: Manifest) -> None:
    """Raise ArtifactError unless the files are there and are those that the manifest describes."""
    for name in {MODEL, TOKENIZER, *manifest.files}:
        _check_file(folder / name, manifest.files.get(name, ""))


def parsed(text: str, folder: Path) -> Manifest:
    """A manifest's text as a Manifest. Raises ArtifactError naming every field that is wrong."""
    try:
        fields = json.loads(text)
    except json.JSONDecodeError as error:
        raise ArtifactError(f"{folder / MANIFEST} is not JSON ({error}); {CURE}") from None
    problems = list(_problems(fields))
    if problems:
        raise ArtifactError(f"{folder / MANIFEST}: {'; '.join(problems)}; {CURE}")
    return Manifest(
        name=fields["name"],
        revision=fields["revision"],
        labels=tuple(fields["labels"]),
        max_tokens=fields["max_tokens"],
        pad_id=fields["pad_id"],
        preprocessing=fields["preprocessing"],
        temperature=float(fields["temperature"]),
        files=fields["files"],
    )


def sha256(file: Path) -> str:
    """In hex. In one call, in which other threads go on: read in pieces, a thread that computes
    something else makes every piece wait for its turn, thirty times as long in all."""
    with file.open("rb") as stream:
        if not os.fstat(stream.fileno()).st_size:  # what cannot be mapped
            return hashlib.sha256().hexdigest()
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return hashlib.sha256(content).hexdigest()


CURE = "make the folder anew with `./dev model export`"
"""What helps when a folder is not what it should be."""


def _problems(fields: Any) -> list[str]:
    if not isinstance(fields, dict):
        return ["it is no JSON object"]
    if fields.get("format") != FORMAT:
        return [f"format {fields.get('format')!r} is not {FORMAT}, which this version reads"]
    wrong = [
        f"field {name!r} is missing or of a wrong type"
        for name, kind in _FIELDS.items()
        if not isinstance(fields.get(name), kind)
    ]
    return wrong or _wrong_values(fields)


def _wrong_values(fields: dict[str, Any]) -> list[str]:
    wrong = []
    if sorted(map(str, fields["labels"])) != sorted(CLASSES):
        wrong.append(f"labels {fields['labels']} are not {', '.join(CLASSES)} in some order")
    if fields["preprocessing"] not in VERSIONS:
        known = ", ".join(VERSIONS)
        wrong.append(f"preprocessing {fields['preprocessing']!r} is none of {known}")
    strange = sorted(set(fields["files"]) - {MODEL, TOKENIZER, WEIGHTS})
    if strange:
        wrong.append(f"files {strange} are none of {MODEL}, {TOKENIZER}, {WEIGHTS}")
    if fields["max_tokens"] < 8 or fields["max_tokens"] % 4:
        # Widths are rounded up (model/batching.py), and must not go beyond a model's positions.
        wrong.append(f"max_tokens {fields['max_tokens']} is no multiple of 4 from 8 on")
    if fields["temperature"] <= 0:
        wrong.append(f"temperature {fields['temperature']} is not above 0")
    return wrong


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ArtifactError(f"cannot read {file} ({error.strerror}); {CURE}") from None


def _check_file(file: Path, expected: str) -> None:
    if not file.is_file():
        raise ArtifactError(f"{file} is missing; {CURE}")
    actual = sha256(file)
    if actual != expected:
        raise ArtifactError(
            f"{file} is not the file its manifest describes: sha256 {actual[:12]}… instead of "
            f"{expected[:12] or 'none'}…; copy it again or {CURE}"
        )
