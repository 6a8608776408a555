"""Findings of a fuzzing run: each kind is kept once, as a file with the input that shows it."""

from __future__ import annotations

import hashlib
import json
import time
import traceback
from pathlib import Path

from tests.fuzz.targets import Target
from tools.project import PROJECT

SLOW = 2.0
"""Seconds of processor time that no input of a fuzzing run, at most 8 KiB, may take."""


class Findings:
    """Kinds of failure of one target, in `folder`, by where they were raised."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name = name
        self._folder = folder
        self._known: dict[str, Path] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def run(self, target: Target, data: bytes) -> str:
        """What is wrong with `target` at `data` (type, place and message); empty if nothing is."""
        began = time.thread_time()
        try:
            target(data)
        except Exception as error:  # noqa: BLE001 - this is what is looked for
            return self._kept(_kind(error), f"{type(error).__name__}: {error}", data)
        took = time.thread_time() - began
        return (
            self._kept("slow", f"took {took:.1f} s of processor time", data) if took > SLOW else ""
        )

    def _kept(self, kind: str, message: str, data: bytes) -> str:
        line = f"{kind}: {message[:300]}"
        if kind in self._known:
            return line
        name = hashlib.sha256(data).hexdigest()[:12]
        path = self._folder / name
        path.write_bytes(data)
        self._known[kind] = path
        place = path.relative_to(PROJECT) if path.is_relative_to(PROJECT) else path
        print(json.dumps({"finding": line, "input": str(place)}), flush=True)
        return line


def _kind(error: BaseException) -> str:
    """The exception's type, and the last line of ours on its way."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _is_ours(frame.filename)]
    last = (ours or frames)[-1]
    file = Path(last.filename)
    place = file.relative_to(PROJECT) if file.is_relative_to(PROJECT) else file.name
    return f"{type(error).__name__} at {place}:{last.lineno}"


def _is_ours(file: str) -> bool:
    path = Path(file)
    return path.is_relative_to(PROJECT) and ".venv" not in path.relative_to(PROJECT).parts[0]
