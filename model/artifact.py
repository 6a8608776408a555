"""A model's folder: model.onnx, tokenizer.json and the manifest that says what they are.

A large model's weights are in a file of their own, weights.bin.

The manifest is written by training/export.py and training/evaluate.py; every figure in it was
measured.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import re
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

from model.analyzer import ArtifactError, Calibration, Line
from model.text import PREPROCESSING

FORMAT = 1
"""Raised when a manifest's meaning changes; an older app then refuses the newer artifact."""
GRAPH, TOKENIZER, MANIFEST = "model.onnx", "tokenizer.json", "manifest.json"
WEIGHTS = "weights.bin"
"""A large model's weights, beside its graph: mapped into memory instead of parsed."""
CLASSES = ("negative", "neutral", "positive")
EXPORT_AGAIN = "make the folder anew with `./dev model export`"
"""The cure that every message about a bad folder ends with."""
_LINES = Calibration._fields[1:]
_LANGUAGE = re.compile("[a-z]{2,3}")
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
    """What scoring needs to know of a model; other fields of manifest.json are for people."""

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
    calibration: Calibration | None = None
    """How far off it is on whole sets of comments; None where nobody has measured it."""
    languages: Mapping[str, float] | None = None
    """Each language that the model reads, as an ISO 639 code, with the macro F1 that was measured
    in it. None where the manifest does not say: the model is then given every text."""


def read_manifest(folder: Path) -> Manifest:
    """The folder's manifest; its files are not looked at. Raises ArtifactError."""
    return parse_manifest(_read_text(folder / MANIFEST), folder)


def check_files(folder: Path, manifest: Manifest) -> None:
    """Raise ArtifactError unless every file is there and has the sha256 of the manifest."""
    for name in {GRAPH, TOKENIZER, *manifest.files}:
        _check_file(folder / name, manifest.files.get(name, ""))


def parse_manifest(text: str, folder: Path) -> Manifest:
    """A manifest's JSON as a Manifest. Raises ArtifactError that names every wrong field.

    `folder` is for the message.
    """
    try:
        fields = json.loads(text)
    except json.JSONDecodeError as error:
        raise ArtifactError(f"{folder / MANIFEST} is not JSON ({error}); {EXPORT_AGAIN}") from None
    problems = list(_problems(fields))
    if problems:
        raise ArtifactError(f"{folder / MANIFEST}: {'; '.join(problems)}; {EXPORT_AGAIN}")
    return Manifest(
        name=fields["name"],
        revision=fields["revision"],
        labels=tuple(fields["labels"]),
        max_tokens=fields["max_tokens"],
        pad_id=fields["pad_id"],
        preprocessing=fields["preprocessing"],
        temperature=float(fields["temperature"]),
        files=fields["files"],
        calibration=_calibration(fields.get("calibration")),
        languages=fields.get("languages"),
    )


def _calibration(fields: Any) -> Calibration | None:
    if fields is None:
        return None
    lines = (Line(*(float(fields[of][part]) for part in Line._fields)) for of in _LINES)
    return Calibration(fields["domains"], *lines)


def sha256(file: Path) -> str:
    """A file's digest, in hex."""
    # One call over the mapped file, during which other threads run. Read in pieces, it took thirty
    # times as long beside a busy thread: every piece waits for the interpreter's lock.
    with file.open("rb") as stream:
        if not os.fstat(stream.fileno()).st_size:  # an empty file cannot be mapped
            return hashlib.sha256().hexdigest()
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return hashlib.sha256(content).hexdigest()


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
    if fields["preprocessing"] not in PREPROCESSING:
        known = ", ".join(PREPROCESSING)
        wrong.append(f"preprocessing {fields['preprocessing']!r} is none of {known}")
    unknown = sorted(set(fields["files"]) - {GRAPH, TOKENIZER, WEIGHTS})
    if unknown:
        wrong.append(f"files {unknown} are none of {GRAPH}, {TOKENIZER}, {WEIGHTS}")
    if fields["max_tokens"] < 8 or fields["max_tokens"] % 4:
        # Widths are rounded up (model/batching.py), and must not go beyond a model's positions.
        wrong.append(f"max_tokens {fields['max_tokens']} is no multiple of 4 from 8 on")
    if not _is_calibration(fields.get("calibration")):
        wrong.append("calibration is not what `./dev model calibrate` writes")
    if not _are_languages(fields.get("languages")):
        wrong.append("languages is no object of language codes, each with a macro F1 from 0 to 1")
    if fields["temperature"] <= 0:
        wrong.append(f"temperature {fields['temperature']} is not above 0")
    return wrong


def _is_calibration(fields: Any) -> bool:
    if fields is None:
        return True
    if not isinstance(fields, dict) or not isinstance(fields.get("domains"), int):
        return False
    lines = [fields.get(of) for of in _LINES]
    return fields["domains"] > 1 and all(
        isinstance(line, dict)
        and all(
            isinstance(line.get(part), int | float) and isfinite(line[part])
            for part in Line._fields
        )
        and line["spread"] >= 0
        for line in lines
    )


def _are_languages(value: Any) -> bool:
    """Whether it is absent or says how well each language is read."""
    if value is None:
        return True
    return (
        isinstance(value, dict)
        and bool(value)
        and all(
            _LANGUAGE.fullmatch(code) and isinstance(f1, (int, float)) and 0 <= f1 <= 1
            for code, f1 in value.items()
        )
    )


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ArtifactError(f"cannot read {file} ({error.strerror}); {EXPORT_AGAIN}") from None


def _check_file(file: Path, expected: str) -> None:
    if not file.is_file():
        raise ArtifactError(f"{file} is missing; {EXPORT_AGAIN}")
    actual = sha256(file)
    if actual != expected:
        raise ArtifactError(
            f"{file} is not the file its manifest describes: sha256 {actual[:12]}… instead of "
            f"{expected[:12] or 'none'}…; copy it again or {EXPORT_AGAIN}"
        )
